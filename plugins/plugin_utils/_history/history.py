# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last rounds saw: kept in the state file of the role, and shown as the trend of the page.

All times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .._round.groups import GROUPS, Group
from .._round.links import safe_link
from .._round.round_fields import BadRound, RoundFields

MOST_ROUNDS = 200
"""So many rounds are kept; at four rounds an hour, those of two days."""


@dataclass(frozen=True)
class PastRound:
    """The locks at the end of a round, by group, and the locks that jobs have left behind since the round before."""

    at: int
    counts: Mapping[Group, int]
    left_by: Mapping[str, int] = field(default_factory=dict)

    def value(self) -> dict[str, t.Any]:
        """Return the round as JSON values."""
        at = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"at": at, **{group.value: self.counts.get(group, 0) for group in GROUPS}, "left_by": dict(self.left_by)}


@dataclass(frozen=True)
class History:
    """The last rounds, the oldest first; `left` are the claims left behind that are counted already.

    `links` are the pages of the jobs that left locks behind, as far as they are known.
    """

    rounds: tuple[PastRound, ...] = ()
    left: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)

    def value(self) -> dict[str, t.Any]:
        """Return the history as JSON values for the state file."""
        rounds = [one.value() for one in self.rounds]
        return {"rounds": rounds, "left": sorted(self.left), "links": dict(self.links)}

    def jobs(self) -> list[tuple[str, int]]:
        """Return the jobs that left locks behind, with how many, the worst first."""
        counts: Counter[str] = Counter()
        for one in self.rounds:
            counts.update(one.left_by)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def read_history(value: object) -> History:
    """Read what `value` wrote. Unreadable parts are ignored: the trend then begins later."""
    if not isinstance(value, Mapping):
        return History()
    rounds, left, links = value.get("rounds"), value.get("left"), value.get("links")
    known = sorted(_readable(rounds if isinstance(rounds, list) else ()), key=lambda one: one.at)
    return History(
        tuple(known[-MOST_ROUNDS:]),
        frozenset(str(one) for one in left) if isinstance(left, list) else frozenset(),
        {str(job): str(page) for job, page in links.items() if safe_link(str(page))}
        if isinstance(links, Mapping)
        else {},
    )


def _readable(rounds: Iterable[object]) -> Iterable[PastRound]:
    for one in rounds:
        try:
            fields = RoundFields.of(one, "history")
            left_by = fields.section("left_by")
            yield PastRound(
                fields.time("at"),
                {group: max(0, fields.optional_whole(group.value) or 0) for group in GROUPS},
                {job: max(0, left_by.optional_whole(job) or 0) for job in map(str, left_by.fields)} if left_by else {},
            )
        except BadRound:
            continue

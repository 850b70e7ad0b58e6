# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was reported before, kept between rounds as a small dictionary."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .._round.round_fields import BadRound, RoundFields
from .event import Event, read_item

MOST_WAITING = 100


@dataclass(frozen=True)
class Memory:
    """`reported` holds the keys of reported conditions that continue; `waiting` is news not yet delivered."""

    reported: frozenset[str] = frozenset()
    waiting: tuple[Event, ...] = field(default=())

    def value(self) -> dict[str, t.Any]:
        """Return the memory as JSON values, with the latest MOST_WAITING of the waiting news."""
        return {"told": sorted(self.reported), "waiting": [item.value() for item in self.waiting[-MOST_WAITING:]]}


def read_memory(value: object) -> Memory:
    """Read what `value` wrote. Unreadable parts are ignored, so that their news are reported a second time."""
    if not isinstance(value, Mapping):
        return Memory()
    reported, waiting = value.get("told"), value.get("waiting")
    keys = frozenset(str(key) for key in reported) if _is_list(reported) else frozenset()
    return Memory(keys, tuple(_readable(waiting)) if _is_list(waiting) else ())


def _readable(waiting: Iterable[object]) -> Iterable[Event]:
    for one in waiting:
        try:
            yield read_item(RoundFields.of(one, "memory"))
        except (BadRound, ValueError):
            continue


def _is_list(value: object) -> t.TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple))

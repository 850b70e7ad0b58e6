# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the index: one for each repository, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._html.group_bar import GroupBar
from .._html.text import shown
from .._html.times import PageTime
from .._html.trend import Trend, trend_of
from .._page.activity import Activity, activity_of
from .._round.groups import GROUPS, Group
from .read import Repository


@dataclass(frozen=True)
class IndexRow:
    """A repository on the index; `group_bar` is None if its locks are unknown.

    `made` is the end of its last round, which is too old `old_after` seconds later; `is_old` says whether it was when
    the index was written.
    """

    name: str
    page: str | None
    made: PageTime
    old_after: int
    is_old: bool
    check_mode: bool
    group_bar: GroupBar | None
    activity: Activity
    trend: Trend | None

    @property
    def failed_steps(self) -> str:
        return ", ".join(dict.fromkeys(one.step for one in self.activity.failures))

    @property
    def order(self) -> tuple[bool, bool, bool, int, int, str]:
        """The place of the row: without recent rounds, failed, with unknown locks, then by the locks left behind."""
        groups = self.group_bar.groups if self.group_bar else {}
        left, unknown = groups.get(Group.LEFT, 0), groups.get(Group.UNKNOWN, 0)
        return not self.is_old, self.activity.is_ok, self.group_bar is not None, -left, -unknown, self.name


def index_row(repository: Repository, now: int) -> IndexRow:
    """Return the row of a repository; `now` is in seconds since 1970, UTC."""
    round_, old_after = repository.round, repository.old_after * 60
    return IndexRow(
        name=shown(round_.name),
        page=repository.page,
        made=PageTime.of(round_.finished_at),
        old_after=old_after,
        is_old=now - round_.finished_at >= old_after,
        check_mode=round_.check_mode,
        group_bar=None if repository.counts is None else GroupBar(repository.counts),
        activity=activity_of(round_),
        trend=trend_of(repository.history),
    )


def totals(rows: Iterable[IndexRow]) -> Sequence[tuple[Group, int]]:
    """Return the locks of all repositories by group."""
    bars = [row.group_bar for row in rows if row.group_bar]
    return [(group, sum(one.groups.get(group, 0) for one in bars)) for group in GROUPS]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools on the page, with their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...module_utils._core.shared.times import duration_text
from ...module_utils._core.trigger.state import TriggerState
from .._html.group_bar import GroupBar
from .._html.text import shown
from .._round.groups import Group
from .._round.model import Round, TriggeredPool
from .locks import LockRow, seen_pools


@dataclass(frozen=True)
class Builds:
    """The result of the trigger for the job of a pool; `state` is a state of the trigger, such as `stuck`."""

    job: str
    job_link: str | None
    state: str
    reason: str
    links: Sequence[str]

    @property
    def is_stuck(self) -> bool:
        return self.state == TriggerState.STUCK

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should read the reason."""
        return self.state not in (TriggerState.SATISFIED, TriggerState.TRIGGERED)


@dataclass(frozen=True)
class PoolRow:
    """A pool on the page; `number` identifies it where its name could be ambiguous."""

    number: int
    name: str
    groups: Mapping[Group, int]
    releasable: int
    oldest_minutes: int | None
    builds: Builds | None

    @property
    def locks(self) -> int:
        return self.group_bar.locks

    @property
    def free(self) -> int:
        return self.groups.get(Group.FREE, 0)

    @property
    def oldest(self) -> str:
        """The time since the oldest claim."""
        return "" if self.oldest_minutes is None else duration_text(self.oldest_minutes)

    @property
    def group_bar(self) -> GroupBar:
        return GroupBar(self.groups)


def pool_rows(round_: Round, locks: Sequence[LockRow]) -> list[PoolRow]:
    """Return the pools in the order of the modules; pools that only the trigger knows come last."""
    seen = seen_pools(round_)
    builds = {shown(one.pool): _builds(one) for one in round_.triggered_pools}
    names = [shown(name) for name in seen.pools] if seen else []
    by_pool: dict[str, list[LockRow]] = {name: [] for name in [*names, *builds]}
    for lock in locks:
        by_pool.setdefault(lock.pool, []).append(lock)
    return [_row(number, name, mine, builds.get(name)) for number, (name, mine) in enumerate(by_pool.items())]


def _row(number: int, name: str, locks: Sequence[LockRow], builds: Builds | None) -> PoolRow:
    return PoolRow(
        number=number,
        name=name,
        groups=Counter(lock.word.group for lock in locks),
        releasable=sum(lock.is_releasable for lock in locks),
        oldest_minutes=max((lock.minutes for lock in locks if lock.minutes is not None), default=None),
        builds=builds,
    )


def _builds(pool: TriggeredPool) -> Builds:
    return Builds(shown(pool.job), pool.job_url, shown(pool.state), shown(pool.reason), pool.stuck_builds)

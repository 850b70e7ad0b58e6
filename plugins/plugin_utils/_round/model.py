# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role pool_boy tells of one round, as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEPS = ("clean", "trigger", "status", "page", "metrics", "pushgateway", "notify", "report")
"""The steps of a round, in the order of the role's documentation."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, and the sentence with which it did."""

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class SeenLock:
    """A lock as concourse_pool_status tells it. `unused_since` is its `dead_since`, in seconds since 1970, UTC."""

    pool: str
    name: str
    state: str
    verdict: str
    reason: str
    age_minutes: int
    unused_since: int | None
    releasable: bool
    commit: str | None
    url: str | None

    @property
    def path(self) -> str:
        return f"{self.pool}/{self.name}"


@dataclass(frozen=True, slots=True)
class SeenPools:
    """The last look at the pools. `problems` is the number of problems by pool."""

    pools: tuple[str, ...]
    locks: tuple[SeenLock, ...]
    problems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReleasedLock:
    """A lock that was given back; `commit` is that of its claim, `url` the page of the build that had claimed it."""

    pool: str
    name: str
    to_pool: str
    verdict: str
    reason: str
    commit: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class TriggeredPool:
    """A pool whose free locks are to have builds; `job` is as `job_text` writes it."""

    pool: str
    job: str
    needed: int
    active: int
    state: str
    reason: str
    stuck_builds: tuple[str, ...]

    @property
    def is_stuck(self) -> bool:
        return self.state == "stuck"


@dataclass(frozen=True, slots=True)
class TriggerSummary:
    """What the trigger did: the pools, and for each build that was started its pool and job."""

    pools: tuple[TriggeredPool, ...]
    triggered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One round. Times are in seconds since 1970, UTC; a part that did not run or gave no result is None.

    In check mode `releases` and `feeding` tell what would have been done.
    """

    name: str
    finished_at: int
    duration_seconds: float
    ok: bool
    check_mode: bool
    failures: tuple[Failure, ...]
    releases: tuple[ReleasedLock, ...] | None
    feeding: TriggerSummary | None
    look: SeenPools | None

    @property
    def failed_steps(self) -> frozenset[str]:
        return frozenset(failure.step for failure in self.failures)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One round of the role pool_boy, as types, from which the page, the metrics and the messages are made.

All times are whole seconds since 1970, UTC. Texts come from the modules unchanged and can contain any character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ...module_utils._core.trigger.state import TriggerState
from .links import safe_link
from .lock import RoundLock
from .web_addresses import PLACE_OF_COMMIT

_COMMIT = re.compile(r"[0-9a-f]{7,64}")

STEPS = ("clean", "trigger", "status", "page", "metrics", "pushgateway", "notify")
"""The steps of a round, in the order of the role's documentation."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, and the sentence with which it failed."""

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class RoundPools:
    """The pools and locks at one commit; `problems` are pairs of a pool and a text."""

    pools: tuple[str, ...]
    locks: tuple[RoundLock, ...]
    problems: tuple[tuple[str, str], ...]
    commit: str


@dataclass(frozen=True, slots=True)
class ReleasedLock:
    """A lock that was released; `commit` is that of its claim, `url` the page of the build that had claimed it."""

    pool: str
    name: str
    to_pool: str
    verdict: str
    reason: str
    commit: str | None
    url: str | None

    @property
    def path(self) -> str:
        return f"{self.pool}/{self.name}"


@dataclass(frozen=True, slots=True)
class CleanPart:
    """The result of the step clean; `seen` are the pools before it, None if it failed before it read them."""

    seen: RoundPools | None
    released: tuple[ReleasedLock, ...]
    has_failed: bool


@dataclass(frozen=True, slots=True)
class TriggeredPool:
    """A pool whose free locks get builds; `job` includes the instance variables of the pipeline."""

    pool: str
    job: str
    job_url: str | None
    needed: int
    active: int
    state: str
    reason: str
    stuck_builds: tuple[str, ...]

    @property
    def is_stuck(self) -> bool:
        return self.state == TriggerState.STUCK


@dataclass(frozen=True, slots=True)
class StartedBuild:
    """A build that was started, with its page if it is safe to link to; `build` is its name, empty in check mode."""

    pool: str
    job: str
    build: str
    url: str | None


@dataclass(frozen=True, slots=True)
class TriggerPart:
    """The result of the step trigger."""

    pools: tuple[TriggeredPool, ...] = ()
    builds: tuple[StartedBuild, ...] = ()
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """One round; a step that did not run or returned nothing is None.

    `repository_url` is the web page of the lock repository, `commit_url` that of a commit with {commit} in its place;
    None if unknown. `status` are the pools after the round. In check mode, `clean` and `trigger` show what would have
    been done.
    """

    name: str
    repository_url: str | None
    commit_url: str | None
    started_at: int | None
    finished_at: int
    duration_seconds: float | None
    ok: bool
    check_mode: bool
    failures: tuple[Failure, ...]
    clean: CleanPart | None
    trigger: TriggerPart | None
    status: RoundPools | None

    def commit_page(self, commit: str | None) -> str | None:
        """Return the web page of a commit of the lock repository; None if it is unknown."""
        if self.commit_url is None or commit is None or not _COMMIT.fullmatch(commit):
            return None
        return safe_link(self.commit_url.replace(PLACE_OF_COMMIT, commit))

    @property
    def failed_steps(self) -> frozenset[str]:
        return frozenset(failure.step for failure in self.failures)

    @property
    def releases(self) -> tuple[ReleasedLock, ...]:
        return self.clean.released if self.clean else ()

    @property
    def triggered_pools(self) -> tuple[TriggeredPool, ...]:
        return self.trigger.pools if self.trigger else ()

    @property
    def locks(self) -> tuple[RoundLock, ...]:
        """The locks after the round, none if they are unknown."""
        return self.status.locks if self.status else ()

    def has_failed(self, step: str) -> bool:
        """Return whether a step failed, by the failures of the round or by what its module returned."""
        part = {"clean": self.clean, "trigger": self.trigger}.get(step)
        return step in self.failed_steps or (part is not None and part.has_failed)

    def problem_counts(self) -> Mapping[str, int]:
        """Return the number of problems by pool."""
        return Counter(pool for pool, _text in self.status.problems) if self.status else {}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that ended without a claim: how many attempts they are, and when the next attempt is due.

No state is kept between runs: all of it follows from the builds and from the history of the locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...concourse.model import Build
from ...pool.move import Move
from .claims import ClaimReader, LockClaim

MINUTE = 60
MAX_PAUSE = 60


@dataclass(frozen=True, slots=True)
class FailedBuilds:
    """The builds that ended without a claim since the last reset, latest first; `per_attempt` of them are one attempt.

    `per_attempt` is the number of free locks.
    """

    builds: tuple[Build, ...]
    per_attempt: int

    @property
    def attempts(self) -> int:
        return -(-len(self.builds) // self.per_attempt) if self.per_attempt else 0

    def is_exhausted(self, retry: int) -> bool:
        """Return whether `retry` attempts have failed."""
        return self.per_attempt > 0 and len(self.builds) >= retry * self.per_attempt

    @property
    def next_attempt_at(self) -> int:
        """When the next attempt is due (seconds since 1970, UTC): 1 minute after the last, then 2, 4, ... 60."""
        if not self.builds:
            return 0
        minutes = min(MAX_PAUSE, 1 << min(self.attempts - 1, 10))
        return max(_last_time(build) for build in self.builds) + minutes * MINUTE


def last_reset(
    configured_at: int,
    claims: Iterable[LockClaim],
    moves: Iterable[Move],
    free: frozenset[str],
    reader: ClaimReader,
    now: int,
) -> int:
    """Return since when builds without a claim count as failed (seconds since 1970, UTC).

    That is the latest of: the pipeline was configured, the job claimed a lock of the pool, a lock that is free now
    became free. `moves` are those of the pool. Times after `now` come from a wrong clock and are ignored.
    """
    arrivals = {move.lock: int(move.time.timestamp()) for move in moves if move.lock in free}
    claimed = [one.claim.claimed_at for one in claims if reader.is_by_job(one)]
    return max((time for time in (configured_at, *arrivals.values(), *claimed) if time <= now), default=0)


def candidate_builds(ended: Iterable[Build], since: int, count: int) -> tuple[Build, ...]:
    """Return at most `count` of the builds that can have failed since a time, the latest first."""
    after = [build for build in ended if _is_after(build, since)]
    return tuple(sorted(after, key=lambda build: build.id, reverse=True)[:count])


def fetch_failed_builds(
    builds: Sequence[Build], since: int, claims: Sequence[LockClaim], reader: ClaimReader, per_attempt: int
) -> FailedBuilds:
    """Return the builds that ended without a claim. Raises NoCredibleResponse."""
    failed = [build for build in builds if _is_after(build, since) and not reader.fetch_has_claimed(build, claims)]
    return FailedBuilds(tuple(failed), per_attempt)


def earliest_start(builds: Sequence[Build]) -> int:
    """Return when the first of some builds started, in seconds since 1970, UTC."""
    return min(_first_time(build) for build in builds)


def _is_after(build: Build, time: int) -> bool:
    """Return whether a build started at or after a time and ended later; times are whole seconds."""
    return _first_time(build) >= time and _last_time(build) > time


def _first_time(build: Build) -> int:
    """Return when a build started; if it was aborted before that, when it ended."""
    return build.start_time or build.end_time or 0


def _last_time(build: Build) -> int:
    return build.end_time or build.start_time or 0

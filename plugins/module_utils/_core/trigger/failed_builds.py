# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that end without a claim: how long to wait, and when to give up.

Nothing is remembered from one run to the next: all of it follows from the builds and from the history of the locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..concourse.model import Build
from ..pool.move import Move
from .claims import ClaimReader, LockClaim

MINUTE = 60
LONGEST_PAUSE = 60


@dataclass(frozen=True, slots=True)
class FailedBuilds:
    """The builds since a fresh start that ended without a claim, the latest first; `share` of them are one attempt."""

    builds: tuple[Build, ...]
    share: int

    @property
    def count(self) -> int:
        return -(-len(self.builds) // self.share) if self.share else 0

    def are_used_up(self, retry: int) -> bool:
        return self.share > 0 and len(self.builds) >= retry * self.share

    @property
    def next_try(self) -> int:
        """When the pause after the last of them is over (seconds since 1970, UTC): 1 minute, then 2, 4, ... 60."""
        if not self.builds:
            return 0
        minutes = min(LONGEST_PAUSE, 1 << min(self.count - 1, 10))
        return max(_last_time(build) for build in self.builds) + minutes * MINUTE


def failures_count_from(
    updated: int,
    claims: Iterable[LockClaim],
    moves: Iterable[Move],
    free: frozenset[str],
    reader: ClaimReader,
    now: int,
) -> int:
    """Return since when builds without a claim count (seconds since 1970, UTC).

    That is the latest of: the pipeline was configured, the job claimed a lock of the pool, a lock that is free now
    became free. `moves` are those of the pool. A time to come is that of a wrong clock and tells nothing.
    """
    arrivals = {move.lock: int(move.time.timestamp()) for move in moves if move.lock in free}
    claimed = [one.claim.claimed_at for one in claims if reader.is_by_job(one)]
    return max((moment for moment in (updated, *arrivals.values(), *claimed) if moment <= now), default=0)


def candidate_builds(ended: Iterable[Build], since: int, count: int) -> tuple[Build, ...]:
    """Return the latest builds that may have been attempts, at most so many; the latest first."""
    after = [build for build in ended if _is_after(build, since)]
    return tuple(sorted(after, key=lambda build: build.id, reverse=True)[:count])


def find_failed_builds(
    builds: Sequence[Build], since: int, claims: Sequence[LockClaim], reader: ClaimReader, share: int
) -> FailedBuilds:
    """Return those of the builds that are attempts. Raises NoCredibleResponse."""
    without = [build for build in builds if _is_after(build, since) and not reader.has_claimed(build, claims)]
    return FailedBuilds(tuple(without), share)


def earliest_start(builds: Sequence[Build]) -> int:
    """Return when the first of some builds began, in seconds since 1970, UTC."""
    return min(_first_time(build) for build in builds)


def _is_after(build: Build, moment: int) -> bool:
    """Whether a build was there after a moment and not before; one that was over in that same second is not."""
    return _first_time(build) >= moment and _last_time(build) > moment


def _first_time(build: Build) -> int:
    """When a build began; for one that was aborted before that, when it ended."""
    return build.start_time or build.end_time or 0


def _last_time(build: Build) -> int:
    return build.end_time or build.start_time or 0

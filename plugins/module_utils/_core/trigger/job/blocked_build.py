# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pending builds that do not start: what blocks the first of them, and since when there was no activity.

Concourse does not report when a build was created. What is known is when a build of the job last started or ended, when
the job last claimed a lock of the pool, when a free lock arrived, and when the pipeline was set. A job that works is
not silent for long while a lock is free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...concourse.model import Build
from ...concourse.queries import NoCredibleResponse
from ...shared.text import printable
from ...shared.times import iso_time
from .api import JobApi, Preparation

MINUTE = 60
PENDING_LONG = 10 * MINUTE
"""A build that is pending for less long may only wait for a check or for the scheduler."""
SERIAL_LONG = 60 * MINUTE
"""The builds of a job with `max_in_flight` take turns: only after an hour without any start that is worth a warning."""
LONGEST_LOOK_BACK = 24 * 60 * MINUTE
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class BlockedBuild:
    """The oldest pending build of a job, what blocks it, and the last activity (seconds since 1970, UTC)."""

    build: Build
    preparation: Preparation
    since: int

    @property
    def reason(self) -> str:
        """What blocks the build, as a clause."""
        found = self.preparation
        clauses = [_missing_text(name, reason) for name, reason in found.missing_inputs]
        if found.is_max_in_flight:
            clauses.append("the job already runs as many builds as it may (max_in_flight)")
        if found.is_paused:
            clauses.append("the job or its pipeline is paused")
        return " and ".join(clauses)

    @property
    def clause(self) -> str:
        """The build, what blocks it, and since when."""
        name = printable(self.build.name, 40)
        return f"build {name} has not started, because {self.reason}; no activity since {self.time}"

    @property
    def time(self) -> str:
        return iso_time(self.since) or "an unknown time"

    def deserves_warning(self, now: int) -> bool:
        """Return whether somebody has to act: a missing input, or a serial job that makes no progress."""
        return bool(self.preparation.missing_inputs) or now - self.since >= SERIAL_LONG


def fetch_blocked_build(job_api: JobApi, pending: Iterable[Build], since: int, now: int) -> BlockedBuild | None:
    """Ask what blocks the oldest pending build if nothing has moved for long; None if nothing blocks it."""
    oldest = min(pending, key=lambda build: build.id, default=None)
    if oldest is None or now - since < PENDING_LONG:
        return None
    try:
        preparation = job_api.preparation(oldest)
    except NoCredibleResponse:
        # Only an explanation is missing; the counts are right without it.
        return None
    return BlockedBuild(oldest, preparation, since) if preparation and preparation.is_blocking else None


def last_movement(configured_at: int, builds: Iterable[Build], now: int) -> int:
    """Return when the pipeline was set or a build of the job started or ended; times after `now` are ignored."""
    times = (time for build in builds for time in (build.start_time, build.end_time) if time is not None)
    return max((time for time in (configured_at, *times) if time <= now), default=0)


def _missing_text(name: str, reason: str) -> str:
    told = f" ({printable(reason, _SHOWN)})" if reason else ""
    return f"input {printable(name, 80)} has no version{told}"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Concourse says of a job: which of its builds may still claim a lock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..concourse.model import Build, BuildStatus
from ..concourse.references import JobReference
from ..verdict.claiming_build import CLOCK_SKEW
from .job_api import JobApi, JobState

# What Concourse lists where nothing else is asked for (atc/pagination.go).
PAGE = 100


@dataclass(frozen=True, slots=True)
class JobBuilds:
    """A job and its builds, each once, newest first by id: all that are active, as far as re-runs are known.

    `is_whole` says that the job never had another build, `listed_from` is the id from which on all but the re-runs of
    older builds are there; `asked_at` is when the look began, in seconds since 1970, UTC.
    """

    facts: JobState
    builds: tuple[Build, ...]
    is_whole: bool
    listed_from: int
    asked_at: int

    @classmethod
    def nothing(cls) -> JobBuilds:
        """A job of which nothing was asked yet."""
        return cls(JobState(), (), is_whole=True, listed_from=0, asked_at=0)

    @property
    def pending(self) -> tuple[Build, ...]:
        return tuple(build for build in self.builds if build.status is BuildStatus.PENDING)

    @property
    def started(self) -> tuple[Build, ...]:
        return tuple(build for build in self.builds if build.status is BuildStatus.STARTED)

    @property
    def ended(self) -> tuple[Build, ...]:
        return tuple(build for build in self.builds if not build.is_active)

    @property
    def highest_id(self) -> int:
        return max((build.id for build in self.builds), default=0)

    @property
    def latest_number(self) -> int:
        """The number of the job's latest build; the next one gets the one after it (atc/db/job.go)."""
        return max((build_number(build) or 0 for build in self.builds), default=0)

    def with_builds(self, builds: tuple[Build, ...]) -> JobBuilds:
        """Return the look with builds that were not listed."""
        return replace(self, builds=_each_once((*self.builds, *builds)))


def build_number(build: Build) -> int | None:
    """Return a build's number among those of its job; None for a re-run, which has the number of its original."""
    return int(build.name) if build.rerun_of is None and build.name.isascii() and build.name.isdigit() else None


def fetch_job_builds(desk: JobApi, job: JobReference, now: int) -> JobBuilds:
    """Ask for a job and its builds, back to the oldest active one. Raises NoCredibleResponse, CannotTrigger."""
    facts = desk.job(job)
    newest = desk.newest_builds(job, PAGE)
    # A re-run stands where its original does, so only originals tell how far the list goes.
    oldest = min((build.id for build in newest if build.rerun_of is None), default=0)
    look = JobBuilds(facts, _each_once(newest), len(newest) < PAGE, oldest, now)
    if look.is_whole or facts.next_build is None or facts.next_build >= oldest:
        return look
    return replace(look.with_builds(desk.builds_since(job, facts.next_build)), listed_from=facts.next_build)


def with_reruns_of_old_builds(look: JobBuilds, desk: JobApi, job: JobReference) -> JobBuilds:
    """Return the look with the re-runs of builds that were not listed, made since the oldest that was.

    One that has ended since the look began counts as it was then. Raises NoCredibleResponse.
    """
    if look.is_whole:
        return look
    known = {build.id for build in look.builds}
    missed = [build for build in desk.builds_since(job, look.listed_from) if build.id not in known]
    return look.with_builds(tuple(_as_of(build, look.asked_at) for build in missed if build.rerun_of is not None))


def _as_of(build: Build, moment: int) -> Build:
    """Return a build as started if it ended after that: the repository was looked at before it was asked for."""
    ended_since = not build.is_active and build.end_time is not None and build.end_time >= moment - CLOCK_SKEW
    return replace(build, status=BuildStatus.STARTED) if ended_since and build.start_time is not None else build


def _each_once(builds: tuple[Build, ...]) -> tuple[Build, ...]:
    return tuple(sorted({build.id: build for build in builds}.values(), key=lambda build: build.id, reverse=True))

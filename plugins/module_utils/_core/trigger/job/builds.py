# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job and its builds: which of them can still claim a lock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...concourse.model import Build, BuildStatus
from ...concourse.references import JobReference
from ...verdict.claiming_build import CLOCK_SKEW
from .api import JobApi, JobState

# The number of builds on a page where a request gives no limit (atc/pagination.go).
PAGE = 100


@dataclass(frozen=True, slots=True)
class JobBuilds:
    """A job and its builds by id, newest first: all active ones, except re-runs of builds that are not listed.

    `is_complete` is true if the job has no other build. From the id `listed_from` on, all builds but the re-runs of
    older ones are listed. `requested_at` is when the first request was sent, in seconds since 1970, UTC.
    """

    state: JobState
    builds: tuple[Build, ...]
    is_complete: bool
    listed_from: int
    requested_at: int

    @classmethod
    def empty(cls) -> JobBuilds:
        """Return a job without builds, until it is asked for."""
        return cls(JobState(), (), is_complete=True, listed_from=0, requested_at=0)

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
        """Return the job with more builds."""
        return replace(self, builds=_newest_first((*self.builds, *builds)))


def build_number(build: Build) -> int | None:
    """Return the number of a build in its job; None for a re-run, which has the number of its original."""
    return int(build.name) if build.rerun_of is None and build.name.isascii() and build.name.isdigit() else None


def fetch_job_builds(job_api: JobApi, job: JobReference, now: int) -> JobBuilds:
    """Ask for a job and its builds, back to the oldest active one. Raises NoCredibleResponse, CannotTrigger."""
    state = job_api.job(job)
    newest = job_api.newest_builds(job, PAGE)
    # A re-run is listed next to its original, so only originals show how far back the list goes.
    oldest = min((build.id for build in newest if build.rerun_of is None), default=None)
    job_builds = JobBuilds(state, _newest_first(newest), len(newest) < PAGE, oldest or 0, now)
    if job_builds.is_complete or state.next_build is None or (oldest is not None and state.next_build >= oldest):
        return job_builds
    older = job_api.builds_since(job, state.next_build)
    return replace(job_builds.with_builds(older), listed_from=state.next_build)


def fetch_reruns_of_old_builds(job_builds: JobBuilds, job_api: JobApi, job: JobReference) -> JobBuilds:
    """Return the job with the re-runs, since its oldest listed build, of builds that are not listed.

    A re-run that has ended since the first request counts as it was then. Raises NoCredibleResponse.
    """
    if job_builds.is_complete:
        return job_builds
    known = {build.id for build in job_builds.builds}
    unlisted = [build for build in job_api.builds_since(job, job_builds.listed_from) if build.id not in known]
    reruns = [build for build in unlisted if build.rerun_of is not None]
    return job_builds.with_builds(tuple(_as_of(build, job_builds.requested_at) for build in reruns))


def _as_of(build: Build, time: int) -> Build:
    """Return a build as started if it ended after a time: the repository was read before the build was asked for."""
    ended_since = not build.is_active and build.end_time is not None and build.end_time >= time - CLOCK_SKEW
    return replace(build, status=BuildStatus.STARTED) if ended_since and build.start_time is not None else build


def _newest_first(builds: tuple[Build, ...]) -> tuple[Build, ...]:
    """Return each build once, the highest id first."""
    return tuple(sorted({build.id: build for build in builds}.values(), key=lambda build: build.id, reverse=True))

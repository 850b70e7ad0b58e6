# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One version in a pipeline, and the builds that took it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...concourse.job_graph import JobGraph
from ...concourse.model import Build, BuildResources, BuildStatus, Job, Version
from ...shared.times import latest_time

ResourceVersion = tuple[str, Version]
"""A resource by name, and one of its versions."""


@dataclass(frozen=True, slots=True)
class TakenVersion:
    """A version of a resource by its id there, and the builds that took it."""

    version_id: int
    builds: tuple[Build, ...]


@dataclass(slots=True)
class VersionUse:
    """One version of a resource, since `source`, the build that put it there or passed it on.

    `builds` are all builds that took the version. `scope` names the jobs whose builds count, None counts every job.
    Builds that started before `since` (seconds since 1970, UTC) do not count: the lock was not claimed yet. Active
    builds that started since then, up to `changed_at`, count in any job: they belong to an older configuration. With
    `is_of_maker`, those of any other job than that of `source` count, which made the version: they come after it.
    """

    source: Build
    resource: str
    version: Version
    version_id: int
    builds: tuple[Build, ...]
    scope: frozenset[str] | None = None
    since: int | None = None
    changed_at: float | None = None
    is_of_maker: bool = False
    build_ids: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.build_ids = frozenset(build.id for build in self.builds)

    @property
    def item(self) -> ResourceVersion:
        return self.resource, self.version

    @property
    def is_of_lock(self) -> bool:
        """Whether this is the lock's own version: then a build of any job that took it has the lock."""
        return self.scope is None

    def counts(self, build: Build) -> bool:
        """Return whether a build that took the version can have the lock."""
        return self.counts_job(str(build.job)) and self.is_later(build)

    def counts_job(self, job: str) -> bool:
        return self.scope is None or job in self.scope

    def counted_builds(self) -> list[Build]:
        return [build for build in self.builds if self.counts(build)]

    def tried_jobs(self) -> set[str]:
        """Return the jobs that took the version since the lock was claimed; one that took it before can do so again."""
        return {str(build.job) for build in self.builds if self.is_later(build)}

    def carried_by(self, build: Build) -> bool:
        """Return whether a build took the version, or is the one that put it there or passed it on."""
        return build.id in self.build_ids or build.id == self.source.id

    def active_build(self) -> Build | None:
        """Return a pending or started build with the version."""
        active = (build for build in self.builds if build.is_active)
        return next((build for build in active if self.counts(build) or self._counts_in_any_job(build)), None)

    def changed_build(self, latest: Iterable[Build]) -> Build | None:
        """Return a build that is not in `builds`, or has another status there; `latest` is a newer list of them."""
        known = {(build.id, build.status) for build in self.builds}
        return next((build for build in latest if self.counts(build) and (build.id, build.status) not in known), None)

    def last_end(self) -> int | None:
        """Return when the last build with the version ended (seconds since 1970, UTC); None if none has ended."""
        return latest_time(build.end_time for build in self.counted_builds())

    def unsuccessful_builds(self, succeeded_jobs: Iterable[str]) -> list[Build]:
        """Return the builds that took the version, of the jobs that did not succeed with it."""
        succeeded = set(succeeded_jobs)
        return [build for build in self.counted_builds() if build.job not in succeeded]

    def is_later(self, build: Build) -> bool:
        """Return whether a build started since the lock was claimed, or has yet to start."""
        return self.since is None or build.start_time is None or build.start_time >= self.since

    def _counts_in_any_job(self, build: Build) -> bool:
        if build.start_time is None or build.start_time < (self.since or 0):
            return False
        is_former = self.changed_at is not None and build.start_time <= self.changed_at
        return is_former or (self.is_of_maker and build.job != self.source.job)


def is_success_of(job: str, build: Build) -> bool:
    return build.job == job and build.status is BuildStatus.SUCCEEDED


def items_of_build(job: Job, carried: BuildResources) -> list[ResourceVersion]:
    """Return a build's versions by resource; a step that the job no longer has is taken for a namesake resource."""
    inputs = {step.step: step.resource for step in job.inputs}
    outputs = {step.step: step.resource for step in job.outputs}
    made = [(outputs.get(item.step, item.step), item.version) for item in carried.outputs]
    return made + [(inputs.get(item.step, item.step), item.version) for item in carried.inputs]


def lock_resources_of(graph: JobGraph, job: Job, carried: BuildResources, version: Version) -> list[str]:
    """Return the resource that the build put the claim to.

    Where its job no longer has that step, it can be any resource of the pipeline that knows the version; where
    Concourse forgot the output, it is one that the job puts to.
    """
    resources = {step.step: step.resource for step in job.outputs}
    steps = {item.step for item in carried.outputs if item.version == version}
    if steps and not steps <= resources.keys():
        return sorted(graph.resources())
    return sorted({resources[step] for step in steps} or set(resources.values()))

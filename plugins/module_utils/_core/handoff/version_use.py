# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one version through a pipeline: who has it, who can still take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Job, JobInput, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference
from .reruns import active_rerun
from .version_progress import VersionProgress


@dataclass(slots=True)
class VersionUse:
    """One version of a resource, followed from `source`, the build that brought it out.

    `scope` names the jobs whose builds count, None counts those of any job. Builds that started before `since` (seconds
    since 1970, UTC) do not count: the lock was not claimed yet. `notes` says, for each job that wanted the version, why
    it cannot take it any more; `took_it` has the ids of `builds`, all that took the version.
    """

    facts: BuildQueries
    pipeline: PipelineReference
    graph: JobGraph
    source: Build
    resource: str
    version: Version
    version_id: int
    scope: frozenset[str] | None = None
    since: int | None = None
    builds: tuple[Build, ...] = field(init=False)
    took_it: frozenset[int] = field(init=False)
    notes: list[str] = field(default_factory=list)
    order: VersionProgress = field(init=False)

    def __post_init__(self) -> None:
        self.builds = self.facts.builds_with_input(self.pipeline, self.resource, self.version_id)
        self.took_it = frozenset(build.id for build in self.builds)
        self.order = VersionProgress(
            self.facts, self.pipeline, self.graph, self.source, self.resource, self.version, self.version_id
        )

    def counting_builds(self) -> list[Build]:
        """Return the builds that took the version and can have the lock."""
        return self._counting(self.builds)

    def active_build(self) -> Build | None:
        """Return a pending or started build with the version."""
        return next((build for build in self.counting_builds() if build.is_active), None)

    def last_end(self) -> int | None:
        """Return when the last build with the version ended (seconds since 1970, UTC); None if none has."""
        return max((build.end_time for build in self.counting_builds() if build.end_time), default=None)

    def job_that_can_take(self, jobs: Iterable[Job]) -> Job | None:
        """Return the first found of these jobs that has not taken the version yet and still can.

        A job can if every job in its `passed` has passed the version on, or can itself: so one finds the next.
        """
        wanted = {job.name for job in jobs}
        able: set[str] = set()
        shut: set[str] = {str(build.job) for build in self.builds}
        self.notes.extend(self._closed())
        while True:
            untried = [job for job in self.graph.jobs() if job.name not in able and job.name not in shut]
            job = next((job for job in untried if self._can_take(job, able)), None)
            if job is None or job.name in wanted:
                return job
            able.add(job.name)

    def builds_that_wait(self) -> Iterator[Build]:
        """Find pending builds, one of a job, that may start with the version: until then, Concourse lists them nowhere.

        It does not matter whether its job has had the version: a person can have started it to try again. The pending
        builds of a job are its latest ones, as Concourse starts them in their order (atc/scheduler/buildstarter.go).
        """
        for job in self.graph.jobs():
            if not job.has_active_build or (self.scope is not None and job.name not in self.scope):
                continue
            steps = [step for step in job.inputs if step.resource == self.resource]
            if not any(step.passed or self.scope is None for step in steps):
                continue
            builds = self.facts.latest_builds(self.pipeline, job.name)
            waiting = next((one for one in builds if one.status is BuildStatus.PENDING and one.rerun_of is None), None)
            if waiting is not None and any(self._may_come_to(job, step) for step in steps):
                yield waiting

    def has_left_behind(self, name: str) -> bool:
        """Whether a job wants the version by `passed`, and has gone on to later ones by every such step."""
        job = self.graph.job(name)
        steps = [step for step in job.inputs if step.resource == self.resource and step.passed]
        return bool(steps) and all(self.order.has_gone_on(job, step) for step in steps)

    def pending_rerun(self) -> Build | None:
        """Return a re-run that has yet to start: only its original says that it will have the version."""
        return active_rerun(self.facts, self.pipeline, self.counting_builds())

    def build_that_came_meanwhile(self) -> Build | None:
        """Ask once more who took the version: a build can have started while the jobs were being looked at."""
        now = self.facts.builds_with_input(self.pipeline, self.resource, self.version_id, again=True)
        seen = {(build.id, build.status) for build in self.builds}
        return next((build for build in self._counting(now) if (build.id, build.status) not in seen), None)

    def _counting(self, builds: Iterable[Build]) -> list[Build]:
        in_scope = [build for build in builds if self.scope is None or build.job in self.scope]
        return [build for build in in_scope if not self._is_too_old(build)]

    def _is_too_old(self, build: Build) -> bool:
        return self.since is not None and build.start_time is not None and build.start_time < self.since

    def _closed(self) -> list[str]:
        """Say which builds had the version and did not succeed, where no other build of their job did."""
        jobs = sorted({str(build.job) for build in self.counting_builds()})
        closed = {job for job in jobs if not self.order.has_passed_on(job)}
        return [f"{one} had it and {one.status.value}" for one in self.counting_builds() if one.job in closed]

    def _can_take(self, job: Job, able: set[str]) -> bool:
        """Whether a job can take the version by one of its steps, if the `able` jobs do."""
        return any(
            all(before in able or self.order.has_passed_on(before) for before in sorted(step.passed))
            and not self._is_passed_over(job, step)
            for step in job.inputs
            if step.resource == self.resource and step.passed
        )

    def _is_passed_over(self, job: Job, step: JobInput) -> bool:
        """Whether the job has gone on to a later version, which is noted."""
        if not self.order.has_gone_on(job, step):
            return False
        self.notes.append(f"job {job.name} has gone on to a newer version")
        return True

    def _may_come_to(self, job: Job, step: JobInput) -> bool:
        """Whether a pending build may take the version by a step; what came along counts only by `passed`."""
        if not step.passed and self.scope is not None:
            return False
        following = self.facts.next_inputs(self.pipeline, job.name)
        if following is not None and following.get(step.step) == self.version:
            return True
        passed_on = all(self.order.has_passed_on(before) for before in sorted(step.passed))
        return passed_on and not self.order.has_gone_on(job, step)

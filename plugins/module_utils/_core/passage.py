# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one version through a pipeline: who has it, who can still take it. Private to the collection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build, Job, Status, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import BuildFacts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.job_graph import JobGraph
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef

# So many builds of a job are looked at for the last version that it took.
_BUILDS_TO_LOOK_BACK = 10


@dataclass(slots=True)
class Passage:
    """One version of a resource, followed from the job that brought it out.

    `scope` names the jobs whose builds count, None counts those of any job. `notes` says, for each job that wanted the
    version, why it cannot take it any more.
    """

    facts: BuildFacts
    pipeline: PipelineRef
    graph: JobGraph
    origin: str
    resource: str
    version: Version
    version_id: int
    scope: frozenset[str] | None = None
    builds: tuple[Build, ...] = ()
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.builds = self.facts.builds_that_took(self.pipeline, self.resource, self.version_id)

    def active_build(self) -> Build | None:
        """Return a pending or started build with the version."""
        return next((build for build in self._counting(self.builds) if build.is_active), None)

    def last_end(self) -> int | None:
        """Return when the last build with the version ended (seconds since 1970, UTC); None if none has."""
        return max((build.end_time for build in self._counting(self.builds) if build.end_time), default=None)

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

    def pending_rerun(self) -> Build | None:
        """Return a re-run that has yet to start: only its original says that it will have the version."""
        for original in self._counting(self.builds):
            if original.job is None:
                continue
            listed = self.facts.latest_builds(self.pipeline, original.job)
            if all(build.id != original.id for build in listed):
                listed = self.facts.builds_from(self.pipeline, original.job, original)
            for build in listed:
                if build.is_active and build.rerun_of == original.id:
                    return build
        return None

    def build_that_came_meanwhile(self) -> Build | None:
        """Ask once more who took the version: a build can have started while the jobs were being looked at."""
        now = self.facts.builds_that_took(self.pipeline, self.resource, self.version_id, again=True)
        seen = {(build.id, build.status) for build in self.builds}
        return next((build for build in self._counting(now) if (build.id, build.status) not in seen), None)

    def _counting(self, builds: Iterable[Build]) -> list[Build]:
        return [build for build in builds if self.scope is None or build.job in self.scope]

    def _closed(self) -> list[str]:
        """Say which builds had the version and did not succeed, where no other build of their job did."""
        unsuccessful = (one for one in self._counting(self.builds) if not self._has_passed_on(str(one.job)))
        return [f"{build} had it and {build.status.value}" for build in unsuccessful]

    def _has_passed_on(self, job: str) -> bool:
        """Whether the job has succeeded with the version: it took it, with or without `passed`, or it made it."""
        if job == self.origin or _has_succeeded(job, self.builds):
            return True
        if all(step.resource != self.resource for step in self.graph.job(job).outputs):
            return False
        return _has_succeeded(job, self.facts.builds_that_made(self.pipeline, self.resource, self.version_id))

    def _can_take(self, job: Job, able: set[str]) -> bool:
        """Whether a job can take the version by one of its steps, if the `able` jobs do."""
        return any(
            all(before in able or self._has_passed_on(before) for before in sorted(step.passed))
            and not self._is_passed_over(job.name, step.step)
            for step in job.inputs
            if step.resource == self.resource and step.passed
        )

    def _is_passed_over(self, job: str, step: str) -> bool:
        """Whether the job has gone on: its next input is newer, or undetermined after it took a newer one.

        A next input older than the version is a queue (`version: every`), or waits for a job before it.
        """
        next_inputs = self.facts.next_inputs(self.pipeline, job)
        reached = next_inputs.get(step) if next_inputs is not None else None
        if reached is None:
            reached = self._last_taken(job, step)
        if reached is None or not self.facts.is_newer(self.pipeline, self.resource, reached, self.version):
            return False
        self.notes.append(f"job {job} has gone on to a newer version")
        return True

    def _last_taken(self, job: str, step: str) -> Version | None:
        """Return the version that the job's latest build with such an input took; None if it took none."""
        builds = sorted(self.facts.latest_builds(self.pipeline, job), key=lambda build: build.id, reverse=True)
        for build in [build for build in builds if build.status is not Status.PENDING][:_BUILDS_TO_LOOK_BACK]:
            for taken in self.facts.resources(build).inputs:
                if taken.step == step:
                    return taken.version
        return None


def _has_succeeded(job: str, builds: Iterable[Build]) -> bool:
    return any(build.job == job and build.status is Status.SUCCEEDED for build in builds)

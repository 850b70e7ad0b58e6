# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a job has gone on from one version to a later one.

Of versions that came by `passed`, Concourse takes that of the latest build of the passed job, whatever the order of the
versions is (atc/scheduler/algorithm/group_resolver.go); builds that claim side by side need not claim in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Job, JobInput, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference

# So many builds of a job are looked at for the last versions that it took.
_BUILDS_TO_LOOK_BACK = 10


@dataclass(frozen=True, slots=True)
class VersionProgress:
    """One version in the order in which jobs take those of its resource; `source` is the build that brought it."""

    facts: BuildQueries
    pipeline: PipelineReference
    graph: JobGraph
    source: Build
    resource: str
    version: Version
    version_id: int

    def has_passed_on(self, job: str) -> bool:
        """Whether the job has succeeded with the version: it took it, with or without `passed`, or it made it."""
        if self._brought_it(job):
            return True
        return any(True for _place in self._places(job, self.version_id))

    def has_gone_on(self, job: Job, step: JobInput) -> bool:
        """Whether the job cannot come to the version by this step any more.

        It cannot if what it would take next, or took last where that is undetermined, is newer, and if every job in
        `passed` passed that on by later builds only. While a job is paused, what it would take next may be out of date,
        and with `version: every` it can then turn out to be an earlier build's: so only what it took counts.
        """
        following = self.facts.next_inputs(self.pipeline, job.name)
        reached = following.get(step.step) if following is not None else None
        if reached is not None:
            if not self._is_overtaken_by(reached, step):
                return False
            if not step.passed or not self._is_paused(job):
                return True
        taken = self._taken(job.name, step.step)
        last = next(taken, None)
        if last is None or not self._is_overtaken_by(last, step):
            return False
        # A job with `version: every` goes on from the newest version that it ever took, not from the last one.
        newer = (one for one in taken if step.passed and self.facts.is_newer(self.pipeline, self.resource, one, last))
        return all(self._came_later(one, step) for one in newer)

    def _is_overtaken_by(self, reached: Version, step: JobInput) -> bool:
        newer = self.facts.is_newer(self.pipeline, self.resource, reached, self.version)
        return newer and self._came_later(reached, step)

    def _came_later(self, reached: Version, step: JobInput) -> bool:
        """Whether every job in `passed` passed another version on by later builds only; no, where that is unknown."""
        if not step.passed:
            return True
        number = self.facts.version_id(self.pipeline, self.resource, reached)
        return number is not None and all(self._passed_later(before, number) for before in sorted(step.passed))

    def _passed_later(self, job: str, number: int) -> bool:
        theirs = [*self._places(job, number)]
        own = [*self._places(job, self.version_id), *([_place(self.source)] if self._brought_it(job) else [])]
        return bool(theirs) and bool(own) and min(theirs) > max(own)

    def _places(self, job: str, number: int) -> Iterator[tuple[int, int]]:
        """Give the places of the job's builds that succeeded with a version, in Concourse's order of builds."""
        took = self.facts.builds_with_input(self.pipeline, self.resource, number)
        yield from (_place(build) for build in took if _is_success_of(job, build))
        if any(step.resource == self.resource for step in self.graph.job(job).outputs):
            made = self.facts.builds_with_output(self.pipeline, self.resource, number)
            yield from (_place(build) for build in made if _is_success_of(job, build))

    def _brought_it(self, job: str) -> bool:
        return _is_success_of(job, self.source)

    def _is_paused(self, job: Job) -> bool:
        return job.is_paused or self.facts.is_paused(self.pipeline)

    def _taken(self, job: str, step: str) -> Iterator[Version]:
        """Give the versions that the job's latest builds took by a step, the latest first."""
        builds = sorted(self.facts.latest_builds(self.pipeline, job), key=lambda build: build.id, reverse=True)
        for build in [build for build in builds if build.status is not BuildStatus.PENDING][:_BUILDS_TO_LOOK_BACK]:
            for taken in self.facts.resources(build).inputs:
                if taken.step == step:
                    yield taken.version


def _is_success_of(job: str, build: Build) -> bool:
    return build.job == job and build.status is BuildStatus.SUCCEEDED


def _place(build: Build) -> tuple[int, int]:
    """Return where Concourse has a build among those of its job: a re-run right after its original."""
    return build.original, build.id

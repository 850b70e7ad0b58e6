# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolves `passed`: finds builds of the passed jobs with matching versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..world.entities import Build, Job, JobInput, Resource
from ..world.world import World


@dataclass(frozen=True)
class Candidate:
    """A version for one input, with the passed jobs and the builds that passed it."""

    digest: str
    jobs: frozenset[int] = frozenset()
    builds: list[int] = field(default_factory=list)
    more_waiting: bool = False


Candidates = list[Candidate | None]


class PassedResolver:
    """Searches builds newest first, with backtracking (atc/scheduler/algorithm/group_resolver.go).

    A build of a passed job supplies every input that names the job: two inputs that passed the same job come from
    the same build.
    """

    def __init__(self, world: World, job: Job, steps: list[JobInput]) -> None:
        self._world = world
        self._job = job
        self._steps = steps
        pipeline = world.pipelines[job.pipeline_id]
        self._jobs = {upstream.name: upstream for upstream in world.jobs_of(pipeline)}
        self._resources = [world.resource_of(job, step) for step in steps]
        self._last_used = {index: self._last_used_builds(index) for index, step in enumerate(steps) if step.every}

    def resolve(self) -> list[Candidate] | None:
        """Return a candidate for each step, in their order; None if no combination matches."""
        found = self._search([None] * len(self._steps))
        return None if found is None else [candidate for candidate in found if candidate is not None]

    def _search(self, candidates: Candidates) -> Candidates | None:
        for index, step in enumerate(self._steps):
            for upstream in self._passed_jobs(step):
                candidate = candidates[index]
                if candidate is not None and upstream.id in candidate.jobs:
                    continue
                if candidate is None and self._deferred(index, upstream):
                    continue
                for build, more in self._builds(index, upstream):
                    fitted = self._fit(candidates, index, upstream, build, more)
                    result = None if fitted is None else self._search(fitted)
                    if result is not None:
                        return result
                return None
        return candidates if all(candidates) else None

    def _fit(self, candidates: Candidates, index: int, upstream: Job, build: Build, more: bool) -> Candidates | None:
        """Return the candidates with this build's versions; None if they conflict or it has none for `index`."""
        carried = _carried(build)
        fitted = list(candidates)
        for other, step in enumerate(self._steps):
            resource, current = self._resources[other], candidates[other]
            digest = carried.get(resource.id)
            if upstream.name not in step.passed or digest is None:
                continue
            if current is not None and current.digest != digest:
                return None
            if self._usable(step, resource, digest):
                before = current or Candidate(digest)
                fitted[other] = Candidate(
                    digest, before.jobs | {upstream.id}, [*before.builds, build.id], before.more_waiting or more
                )
        own = fitted[index]
        return fitted if own is not None and upstream.id in own.jobs else None

    def _usable(self, step: JobInput, resource: Resource, digest: str) -> bool:
        version = self._world.find_version(resource, digest)
        if version is None or digest in resource.disabled:
            return False
        return step.pinned is None or step.pinned.items() <= version.version.items()

    def _passed_jobs(self, step: JobInput) -> list[Job]:
        return sorted((self._jobs[name] for name in step.passed), key=lambda job: job.id)

    def _builds(self, index: int, upstream: Job) -> Iterator[tuple[Build, bool]]:
        """Yield succeeded builds, and whether unused ones follow: newest first, for `every` the next unused."""
        succeeded = [build for build in self._world.builds_of(upstream) if build.status == "succeeded"]
        succeeded.sort(key=lambda build: build.order, reverse=True)
        last = self._last_used.get(index, {}).get(upstream.id)
        if last is None:
            yield from ((build, False) for build in succeeded)
            return
        unused = [build for build in reversed(succeeded) if build.order > last.order]
        yield from ((build, position < len(unused)) for position, build in enumerate(unused, start=1))
        yield from ((build, False) for build in succeeded if build.order <= last.order)

    def _deferred(self, index: int, upstream: Job) -> bool:
        """For `every`: whether only other jobs have used builds; those jobs come first."""
        used = self._last_used.get(index, {})
        return bool(used) and upstream.id not in used

    def _last_used_builds(self, index: int) -> dict[int, Build]:
        """Return, by job id, the builds that supplied the last version of an `every` input."""
        resource = self._resources[index]
        history = reversed(self._world.builds_of(self._job))
        takers = {item.digest: build for build in history for item in build.inputs if item.resource_id == resource.id}
        last = next((v.digest for v in self._world.versions_of(resource) if v.digest in takers), None)
        if last is None:
            return {}
        named = {self._jobs[name].id for name in self._steps[index].passed}
        sources = [self._world.builds[number] for number in takers[last].passed_builds]
        return {source.job_id: source for source in sources if source.job_id in named}


def _carried(build: Build) -> dict[int, str]:
    """Return, by resource id, the version that a build passes on: its output, else its input."""
    carried: dict[int, str] = {}
    for item in [*build.outputs, *build.inputs]:
        carried.setdefault(item.resource_id, item.digest)
    return carried

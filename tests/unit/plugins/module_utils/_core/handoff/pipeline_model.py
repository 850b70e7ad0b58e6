# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small declarative pipeline for tests: jobs, builds and versions, described in a few words, and easy to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
    Job,
    JobInput,
    JobOutput,
    StepVersion,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference

# 2026-01-01T00:00:00Z; a build starts two minutes after the one before it, and takes one minute.
START_OF_TIME = 1_767_225_600
BETWEEN_STARTS = 120
DURATION = 60


def get(resource: str, *, step: str | None = None, passed: Iterable[str] = ()) -> JobInput:
    """A get step, named after its resource unless `step` says otherwise."""
    return JobInput(step or resource, resource, frozenset(passed))


def put(resource: str, *, step: str | None = None) -> JobOutput:
    """A put step, named after its resource unless `step` says otherwise."""
    return JobOutput(step or resource, resource)


def ref(name: str) -> Version:
    """The version of a commit, for which tests use short names."""
    return Version.of_commit(name)


@dataclass(frozen=True)
class Carried:
    """One version that a build took or made."""

    step: str
    resource: str
    version: Version


class PipelineModel:
    """One pipeline. Refs of versions are any short names; the order of a resource is that in which they are given.

    `forgotten` names the resources whose source has changed since the builds ran. `page` is how many builds of a job
    its first page lists, `page_from` how many a list from a given build on.
    """

    def __init__(
        self, name: str = "ci", *, team: str = "main", instance_vars: str | None = None, first_id: int = 1
    ) -> None:
        self.ref = PipelineReference(team, name, instance_vars)
        self.archived = False
        self.paused = False
        self.last_updated: int | None = START_OF_TIME - 86_400
        self.paused_jobs: set[str] = set()
        self.forgotten: set[str] = set()
        self.page = self.page_from = 100
        self.steps: dict[str, tuple[JobInput | JobOutput, ...]] = {}
        self.builds: dict[int, Build] = {}
        self.took: dict[int, tuple[Carried, ...]] = {}
        self.made: dict[int, tuple[Carried, ...]] = {}
        self.order: dict[str, list[Version]] = {}
        self.next: dict[str, Mapping[str, Version]] = {}
        self._next_id = first_id

    def __repr__(self) -> str:
        """The whole world in lines, for the report of a test that failed."""
        lines = [f"{self.ref}: forgotten {sorted(self.forgotten)}, archived {self.archived}, page {self.page}"]
        for name, steps in self.steps.items():
            inputs = [
                f"{one.step}={one.resource} passed {sorted(one.passed)}" for one in steps if isinstance(one, JobInput)
            ]
            outputs = [f"{one.step}={one.resource}" for one in steps if isinstance(one, JobOutput)]
            following = {step: _text(version) for step, version in self.next.get(name, {}).items()}
            lines.append(f"job {name}: gets {inputs}, puts {outputs}, next {following if name in self.next else None}")
        for number, build in self.builds.items():
            took, made = (
                [f"{one.step}:{_text(one.version)}" for one in items[number]] for items in (self.took, self.made)
            )
            lines.append(f"build {number} = {build} {build.status.value}: took {took}, made {made}")
        return "\n".join(lines)

    def job(self, name: str, *steps: JobInput | JobOutput) -> None:
        """Configure a job; a second time replaces it, as a new configuration of the pipeline does."""
        self.steps[name] = steps

    def versions(self, resource: str, *refs: str) -> None:
        """Tell the versions of a resource, oldest first."""
        known = self.order.setdefault(resource, [])
        known.extend(version for version in map(ref, refs) if version not in known)

    def next_inputs(self, job: str, inputs: Mapping[str, str] | None) -> None:
        """Tell what the next build of a job would take, by step; None while it is undetermined, as at first."""
        self.next.pop(job, None)
        if inputs is not None:
            self.next[job] = {step: ref(name) for step, name in inputs.items()}

    def build(
        self,
        job: str,
        status: BuildStatus = BuildStatus.SUCCEEDED,
        *,
        took: Mapping[str, str] | None = None,
        made: Mapping[str, str] | None = None,
        start: int | None = None,
    ) -> Build:
        """Add a build with what it took and made, by step."""
        name = str(1 + sum(build.job == job and build.rerun_of is None for build in self.builds.values()))
        build = self._add(job, name, status, start)
        self.took[build.id] = self._carried(job, took or {}, JobInput)
        self.made[build.id] = self._carried(job, made or {}, JobOutput)
        return build

    def rerun(self, original: Build, status: BuildStatus) -> Build:
        """Add a re-run; a pending one has no inputs yet, a later one has those of its original."""
        count = 1 + sum(build.rerun_of == original.id for build in self.builds.values())
        build = self._add(original.job or "", f"{original.name}.{count}", status, None, rerun_of=original.id)
        self.took[build.id] = () if status is BuildStatus.PENDING else self.took[original.id]
        self.made[build.id] = ()
        return build

    def set_status(self, build: Build, status: BuildStatus) -> Build:
        """Let a build change to another status, with the times that belong to it."""
        start, end = _times(status, build.start_time or _usual_start(build.id))
        self.builds[build.id] = replace(build, status=status, start_time=start, end_time=end)
        return self.builds[build.id]

    def change(self, build: Build, **fields: int | BuildStatus | None) -> Build:
        """Replace fields of a build, such as its times."""
        changed = replace(build, **fields)  # type: ignore[arg-type]
        self.builds[build.id] = changed
        return changed

    def configured_jobs(self) -> tuple[Job, ...]:
        """The jobs as Concourse presents them."""
        return tuple(
            Job(
                name,
                tuple(step for step in steps if isinstance(step, JobInput)),
                tuple(step for step in steps if isinstance(step, JobOutput)),
                self._next_build(name),
                name in self.paused_jobs,
            )
            for name, steps in self.steps.items()
        )

    def resources_of(self, build: Build) -> BuildResources:
        """What Concourse lists of a build: nothing of a forgotten resource, and no input that is an output too."""
        made = [item for item in self.made[build.id] if item.resource not in self.forgotten]
        outputs = {(item.resource, item.version) for item in made}
        took = [
            item
            for item in self.took[build.id]
            if item.resource not in self.forgotten and (item.resource, item.version) not in outputs
        ]
        return BuildResources(
            tuple(StepVersion(item.step, item.version) for item in took),
            tuple(StepVersion(item.step, item.version) for item in made),
        )

    def is_over(self, archived_since: int | None, *, of_makers: bool) -> bool:
        """Whether it was archived before that time and, with `of_makers`, all its builds ended before it as well."""
        if archived_since is None or self.last_updated is None or not self.archived:
            return False
        running = [one for one in self.builds.values() if one.end_time is None or one.end_time >= archived_since]
        return self.last_updated < archived_since and not (of_makers and running)

    def builds_of(self, job: str) -> list[Build]:
        """The builds of a job, newest first; a re-run is at the place of its original."""
        mine = [build for build in self.builds.values() if build.job == job]
        return sorted(mine, key=lambda build: (build.rerun_of or build.id, build.id), reverse=True)

    def builds_from(self, build: Build) -> list[Build]:
        """The builds of a job from one of them on, as Concourse lists them: re-runs of older ones among them first."""
        later = [one for one in self.builds_of(str(build.job)) if one.id >= build.id]
        return later[-self.page_from :]

    def _next_build(self, job: str) -> int | None:
        """Concourse's next_build: of re-runs it sees only those of the latest completed build (atc/db/build.go)."""
        mine = self.builds_of(job)
        completed = [build.id for build in mine if build.rerun_of is None and not build.is_active]
        seen = [build for build in mine if build.rerun_of in (None, max(completed, default=None))]
        return min((build.id for build in seen if build.is_active), default=None)

    def _add(self, job: str, name: str, status: BuildStatus, start: int | None, rerun_of: int | None = None) -> Build:
        number = self._next_id
        self._next_id += 1
        start, end = _times(status, _usual_start(number) if start is None else start)
        self.builds[number] = Build(number, name, status, self.ref.team, self.ref, job, start, end, rerun_of)
        return self.builds[number]

    def _carried(
        self, job: str, items: Mapping[str, str], kind: type[JobInput] | type[JobOutput]
    ) -> tuple[Carried, ...]:
        resources = {step.step: step.resource for step in self.steps.get(job, ()) if isinstance(step, kind)}
        for step, name in items.items():
            self.versions(resources[step], name)
        return tuple(Carried(step, resources[step], ref(name)) for step, name in items.items())


def _text(version: Version) -> str:
    return ",".join(value for _other, value in version.fields)


def _usual_start(number: int) -> int:
    return START_OF_TIME + number * BETWEEN_STARTS


def _times(status: BuildStatus, start: int) -> tuple[int | None, int | None]:
    """When a build of that status started and ended."""
    return (
        None if status is BuildStatus.PENDING else start,
        None if status.is_active else start + DURATION,
    )

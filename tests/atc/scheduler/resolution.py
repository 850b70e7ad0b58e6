# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chooses the versions of a job's next build, as atc/scheduler/algorithm does."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..world.entities import Job, JobInput, NextInput, Resource, ResourceVersion
from ..world.world import World
from .passed import PassedResolver

NO_SATISFIABLE_BUILDS = "no satisfiable builds from passed jobs found for set of inputs"


@dataclass
class Resolution:
    """`unresolved` names the inputs without a version; `run_again`: a `version: every` input has more waiting."""

    chosen: list[NextInput] = field(default_factory=list)
    unresolved: dict[str, str] = field(default_factory=dict)
    run_again: bool = False

    @property
    def determined(self) -> bool:
        return not self.unresolved


def resolve(world: World, job: Job) -> Resolution:
    """Resolve inputs: those without `passed` separately, those with it together."""
    resolution = Resolution()
    for step in job.inputs:
        if not step.passed:
            _resolve_alone(world, job, step, resolution)
    together = [step for step in job.inputs if step.passed]
    if together:
        _resolve_together(world, job, together, resolution)
    resolution.chosen.sort(key=lambda chosen: chosen.name)
    return resolution


def _resolve_alone(world: World, job: Job, step: JobInput, resolution: Resolution) -> None:
    resource = world.resource_of(job, step)
    enabled = [version for version in world.versions_of(resource) if version.digest not in resource.disabled]
    version: ResourceVersion | None
    if step.pinned is not None:
        wanted = step.pinned.items()
        version = next((found for found in world.versions_of(resource) if wanted <= found.version.items()), None)
    elif step.every:
        version, more = _next_of_every(world, job, resource, enabled)
        resolution.run_again |= more
    else:
        version = enabled[0] if enabled else None
    if version is None:
        resolution.unresolved[step.name] = "latest version of resource not found"
    else:
        first = is_first_occurrence(world, job, step.name, resource.id, version.digest)
        resolution.chosen.append(NextInput(step.name, resource.id, version.digest, first))


def _next_of_every(
    world: World, job: Job, resource: Resource, enabled: list[ResourceVersion]
) -> tuple[ResourceVersion | None, bool]:
    """Return the version after the last one that the job used, else the latest, and whether more are waiting."""
    taken = {item.digest for build in world.builds_of(job) for item in build.inputs if item.resource_id == resource.id}
    last = max((v.check_order for v in world.versions_of(resource) if v.digest in taken), default=None)
    if last is None:
        return (enabled[0] if enabled else None), False
    newer = [version for version in enabled if version.check_order > last]
    if newer:
        return newer[-1], len(newer) > 1
    return next((version for version in enabled if version.check_order <= last), None), False


def _resolve_together(world: World, job: Job, steps: list[JobInput], resolution: Resolution) -> None:
    resolver = PassedResolver(world, job, steps)
    candidates = resolver.resolve()
    if candidates is None:
        resolution.unresolved |= {step.name: NO_SATISFIABLE_BUILDS for step in steps}
        return
    for step, candidate in zip(steps, candidates, strict=True):
        resource = world.resource_of(job, step)
        first = is_first_occurrence(world, job, step.name, resource.id, candidate.digest)
        resolution.chosen.append(NextInput(step.name, resource.id, candidate.digest, first, candidate.builds))
        resolution.run_again |= candidate.more_waiting


def is_first_occurrence(world: World, job: Job, name: str, resource_id: int, digest: str) -> bool:
    """Whether no build of the job has used the version for this input."""
    return not any(
        (item.name, item.resource_id, item.digest) == (name, resource_id, digest)
        for build in world.builds_of(job)
        for item in build.inputs
    )

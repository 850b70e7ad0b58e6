# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a claiming build left behind in its pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildResources, Job, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference
from .version_use import VersionUse

ResourceVersion = tuple[str, Version]
"""A version with its resource."""


@dataclass(slots=True)
class HandOffTrace:
    """All that one claiming build left behind in its pipeline.

    `own` are the ways of the lock itself, none when Concourse forgot its version; `along` are the ways of the other
    versions that the build carried, or that builds after it passed on; `forgotten` are the resources of which Concourse
    forgot what was carried, each with the job that carried it.
    """

    build: Build
    pipeline: PipelineReference
    job: Job
    graph: JobGraph
    lock_resources: list[str]
    own: list[VersionUse] = field(default_factory=list)
    along: list[VersionUse] = field(default_factory=list)
    forgotten: set[tuple[str, str]] = field(default_factory=set)

    def ways(self) -> list[VersionUse]:
        return [*self.own, *self.along]

    def follow(self, facts: BuildQueries, source: Build, item: ResourceVersion, scope: frozenset[str] | None) -> None:
        """Follow a version that a build brought out, or follow it to more jobs; the lock's own has no `scope`."""
        resource, version = item
        known = next((way for way in self.ways() if (way.resource, way.version) == item), None)
        if known is not None:
            if known.scope is not None and scope is not None:
                known.scope |= scope
            return
        number = facts.version_id(self.pipeline, resource, version)
        if number is not None:
            since = None if scope is None else self.build.start_time
            way = VersionUse(facts, self.pipeline, self.graph, source, resource, version, number, scope, since)
            (self.own if scope is None else self.along).append(way)
        elif scope is not None:
            self.forgotten.add((str(source.job), resource))

    def jobs_by_forgotten(self) -> list[str]:
        """Return the jobs that come after by what Concourse forgot: what they work with is unknown."""
        return sorted({after for job, resource in self.forgotten for after in self.graph.downstream(job, resource)})

    def jobs_that_give_back(self) -> list[Job]:
        after = [self.graph.job(name) for name in sorted(self.graph.downstream(self.job.name))]
        return [job for job in after if any(self.graph.gives_back(job.name, one) for one in self.lock_resources)]

    def last_end(self) -> int | None:
        ends = (self.build.end_time, *(way.last_end() for way in self.ways()))
        return max((end for end in ends if end is not None), default=None)


def start_trace(
    build: Build, pipeline: PipelineReference, job_name: str, version: Version, facts: BuildQueries
) -> HandOffTrace:
    """Find the versions that the build took and made, by the step names of its job."""
    graph = JobGraph(facts.jobs(pipeline))
    job, downstream = graph.job(job_name), graph.downstream(job_name)
    carried = facts.resources(build)
    versions = versions_by_resource(job, carried)
    trail = HandOffTrace(build, pipeline, job, graph, resources_of_lock(graph, job, carried, version))
    own = [(resource, version) for resource in trail.lock_resources if _lists(carried, version)]
    # Of a resource whose source changed Concourse does not even list what the build took and made.
    steps = {step.resource for step in job.inputs} | {step.resource for step in job.outputs}
    listed = {resource for resource, _version in versions} | set(trail.lock_resources)
    trail.forgotten = {(job_name, lost) for lost in steps - listed}
    for item in own:
        trail.follow(facts, build, item, None)
    if not trail.own:
        trail.forgotten.update((job_name, resource) for resource in trail.lock_resources)
    if downstream:
        for item in versions:
            trail.follow(facts, build, item, downstream)
    return trail


def versions_by_resource(job: Job, carried: BuildResources) -> list[ResourceVersion]:
    """Return a build's versions by resource; a step that the job no longer has is taken for a namesake resource."""
    inputs = {step.step: step.resource for step in job.inputs}
    outputs = {step.step: step.resource for step in job.outputs}
    made = [(outputs.get(item.step, item.step), item.version) for item in carried.outputs]
    return made + [(inputs.get(item.step, item.step), item.version) for item in carried.inputs]


def _lists(carried: BuildResources, version: Version) -> bool:
    return any(item.version == version for item in carried.outputs)


def resources_of_lock(graph: JobGraph, job: Job, carried: BuildResources, version: Version) -> list[str]:
    """Return the resource that the build put the claim to.

    Where its job no longer has that step it can be any resource of the pipeline that knows the version; where Concourse
    forgot the output, it is one that the job puts to.
    """
    resources = {step.step: step.resource for step in job.outputs}
    steps = {item.step for item in carried.outputs if item.version == version}
    if steps and not steps <= resources.keys():
        return sorted(graph.resources())
    return sorted({resources[step] for step in steps} or set(resources.values()))

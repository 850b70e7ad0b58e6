# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the trace of a claiming build starts: the versions that it took and made, with the lock's own among them."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildResources, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference
from .contradictions import require_no_output, require_not_taken, require_resource_of
from .former_configuration import can_be_former, is_former_build
from .trace import HandOffTrace
from .versions.removed_job import require_listed_job
from .versions.use import ResourceVersion, items_of_build, lock_resources_of


def fetch_trace(build: Build, version: Version, queries: BuildQueries, *, is_rewritten: bool) -> HandOffTrace:
    """Follow the versions that the claiming build took and made. Raises NoCredibleResponse.

    It must be a build of a job. `is_rewritten` allows its outputs to name another commit than the claim's.
    """
    pipeline, job_name = t.cast(PipelineReference, build.pipeline), str(build.job)
    graph = JobGraph(queries.jobs(pipeline))
    require_listed_job(graph, build, queries)
    job = graph.job(job_name)
    everywhere = frozenset(one.name for one in graph.jobs())
    downstream = graph.downstream(job_name) if graph.has(job_name) else everywhere
    carried = queries.build_resources(build)
    require_not_taken(build, carried, version)
    items = items_of_build(job, carried)
    trace = HandOffTrace(queries, build, pipeline, job, graph, lock_resources_of(graph, job, carried, version))
    # Of a resource whose source changed, Concourse does not even list what the build took and made.
    steps = {step.resource for step in job.inputs} | {step.resource for step in job.outputs}
    listed = {resource for resource, _version in items} | set(trace.lock_resources)
    trace.forgotten = {(job_name, resource) for resource in steps - listed}
    _fetch_lock_uses(trace, carried, version, is_rewritten=is_rewritten)
    if not trace.lock_uses:
        trace.forgotten.update((job_name, resource) for resource in trace.lock_resources)
    # The lock's own version is followed already, in all resources that know it.
    moved = _moved_lock(trace, carried, version)
    made = [item for item in items_of_build(job, replace(carried, inputs=())) if _is_beside_lock(trace, item, version)]
    # The jobs after a build of a former configuration are unknown.
    is_followed = bool(downstream) or can_be_former(build, pipeline, queries)
    for item in items if is_followed else made:
        if item != moved:
            trace.fetch_carried_use(build, item, downstream)
    for use in trace.carried_uses:
        # Concourse lists what a build both took and made only among its outputs, but the build at the version.
        use.is_of_maker = use.item in made and build.id not in use.build_ids
    return trace


def _is_beside_lock(trace: HandOffTrace, item: ResourceVersion, lock: Version) -> bool:
    """Return whether a version is neither the lock's nor that of another lock."""
    resource, version = item
    return resource not in trace.lock_resources and version != lock


def _fetch_lock_uses(trace: HandOffTrace, carried: BuildResources, version: Version, *, is_rewritten: bool) -> None:
    """Follow the lock's own version. Raises NoCredibleResponse, also where responses contradict each other."""
    build, job, graph = trace.build, trace.job, trace.graph
    steps = {item.step for item in carried.outputs if item.version == version}
    if not steps:
        require_no_output(build, trace.pipeline, job, version, trace.queries)
        if not is_rewritten and _ask_is_lost(trace, carried, version):
            trace.forgotten.update((job.name, resource) for resource in graph.resources_of(job.name))
        return
    for resource in trace.lock_resources:
        trace.fetch_lock_use(resource, version)
    if not trace.lock_uses and steps <= {step.step for step in job.outputs}:
        known = require_resource_of(build, trace.pipeline, graph, version, trace.queries)
        trace.lock_resources = known or trace.lock_resources
        for resource in trace.lock_resources:
            trace.fetch_lock_use(resource, version)


def _moved_lock(trace: HandOffTrace, carried: BuildResources, version: Version) -> ResourceVersion | None:
    """Return the lock's version as one of the resource to which its step puts now, if that one does not know it."""
    steps = [item.step for item in carried.outputs if item.version == version]
    resources = [step.resource for step in trace.job.outputs if step.step in steps]
    if len(steps) != 1 or not resources or resources[0] in trace.lock_resources:
        return None
    return (resources[0], version) if is_former_build(trace.build, trace.pipeline, trace.queries) else None


def _ask_is_lost(trace: HandOffTrace, carried: BuildResources, version: Version) -> bool:
    """Return whether a build lists what it put, but not the claim, and none of the resources knows the claim.

    Then another attempt of its put has claimed a second lock, or only the newer of its two claims is listed since the
    source has changed. But it could also be the list of another build, so nothing counts as known of this one.
    """
    steps = {step.step: step.resource for step in trace.job.outputs}
    resources = set(steps.values())
    if not resources or not resources <= {steps.get(item.step, item.step) for item in carried.outputs}:
        return False
    return all(trace.queries.version_id(trace.pipeline, one, version) is None for one in sorted(resources))

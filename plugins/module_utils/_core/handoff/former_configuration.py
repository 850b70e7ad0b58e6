# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds from before their pipeline was configured as it is now: their steps could have had other resources.

A resource that was removed from the pipeline, or got another name without `old_name`, is in no list any more. But
Concourse keeps its versions, and lists them for the builds that had them (atc/db/team.go: inactivateTableForPipeline,
atc/db/resource_config_factory.go: CleanUnreferencedConfigs, atc/db/build.go: Resources).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import PipelineReference


def is_former_build(build: Build, pipeline: PipelineReference, queries: BuildQueries) -> bool:
    """Return whether the pipeline was configured since a build started; False if Concourse does not tell."""
    updated = queries.last_updated(pipeline)
    return updated is not None and build.start_time is not None and build.start_time <= updated


def require_no_former_user(source: Build, pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries) -> None:
    """Check that no build is active that can have a version which `source` had of a removed resource.

    Only a build of the former configuration can, or a re-run of one. Raises NoCredibleResponse.
    """
    for build in _active_builds(pipeline, graph, queries):
        is_later = build.start_time is None or build.start_time >= (source.start_time or 0)
        if is_later and (build.rerun_of is not None or is_former_build(build, pipeline, queries)):
            raise NoCredibleResponse(f"a resource of {source} was removed, and {build} can have a version of it")


def require_no_user_of_removed_job(
    source: Build, pipeline: PipelineReference, graph: JobGraph, versions: Collection[Version], queries: BuildQueries
) -> None:
    """Check that no active build of a job which the pipeline no longer has lists one of the versions of `source`.

    It would have been listed at that version. Raises NoCredibleResponse.
    """
    if not is_former_build(source, pipeline, queries):
        return
    for build in queries.pipeline_builds(pipeline):
        is_of_removed_job = build.job is not None and not graph.has(build.job)
        is_later = (build.start_time or 0) >= (source.start_time or 0) and is_former_build(build, pipeline, queries)
        if not (build.is_active and is_of_removed_job and is_later):
            continue
        if any(item.version in versions for item in queries.build_resources(build).inputs):
            raise NoCredibleResponse(f"Concourse lists a version of {source} for {build}, but not that build for it")


def _active_builds(pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries) -> Iterator[Build]:
    """Yield the active builds of the pipeline: of jobs that it has no more, those among its latest builds."""
    lists = [queries.pipeline_builds(pipeline)]
    lists += [queries.latest_builds(pipeline, job.name) for job in graph.jobs() if job.has_active_build]
    yield from (build for builds in lists for build in builds if build.is_active)

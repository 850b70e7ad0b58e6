# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds from before their pipeline was configured as it is now: their steps could have had other resources.

A resource that was removed from the pipeline, or got another name without `old_name`, is in no list any more. But
Concourse keeps its versions, and lists them for the builds that had them (atc/db/team.go: inactivateTableForPipeline,
atc/db/resource_config_factory.go: CleanUnreferencedConfigs, atc/db/build.go: Resources).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Job, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference, PipelineReference

# Seconds. After a configuration changed, Concourse can start a job again with a version that it had before, and a build
# with the configuration that it read before (atc/scheduler/runner.go: scheduleJob).
STARTS_AFTER_CHANGE = 600
# Lists of a pipeline's builds that are read for active ones.
_MOST_LISTS = 20


def is_former_build(build: Build, pipeline: PipelineReference, queries: BuildQueries) -> bool:
    """Return whether the pipeline was configured since a build started; False if Concourse does not tell."""
    updated = queries.last_updated(pipeline)
    return updated is not None and build.start_time is not None and build.start_time <= updated


def require_no_former_user(source: Build, pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries) -> None:
    """Check that no build is active that can have a version which `source` had of a removed resource.

    Only a build of the former configuration can, or a re-run of one. Raises NoCredibleResponse.
    """
    user = next(_active_former_builds(source, pipeline, graph, queries), None)
    if user is not None:
        raise NoCredibleResponse(f"a resource of {source} was removed, and {user} can have a version of it")


def require_no_former_taker(
    source: Build, pipeline: PipelineReference, graph: JobGraph, version: Version, queries: BuildQueries
) -> None:
    """Check that no such build lists a version, which it can have taken of a removed resource.

    A re-run that has not started will have what its original had. Raises NoCredibleResponse.
    """
    if not is_former_build(source, pipeline, queries):
        return
    for user in _active_former_builds(source, pipeline, graph, queries):
        is_waiting = user.status is BuildStatus.PENDING and user.rerun_of is not None
        taker = queries.build(BuildReference(id=user.rerun_of)) if is_waiting else user
        if taker is None or any(item.version == version for item in queries.build_resources(taker).inputs):
            raise NoCredibleResponse(f"a resource was removed, and {user} can have the version of the claim from it")


def require_no_user_after_removed_jobs(
    builds: Iterable[Build], pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries
) -> None:
    """Check that no build is active that can come after one of the builds that had the lock, if its job was removed.

    No `passed` shows any more which builds those are. Raises NoCredibleResponse.
    """
    for build in sorted(builds, key=lambda build: build.id):
        if build.job is not None and not graph.has(build.job) and build.status is BuildStatus.SUCCEEDED:
            user = next(_active_former_builds(build, pipeline, graph, queries), None)
            if user is not None:
                raise NoCredibleResponse(f"the job of {build} was removed, and {user} can have come after it")


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
        is_later = has_started_since(build, source) and can_be_former(build, pipeline, queries)
        if not (build.is_active and is_of_removed_job and is_later):
            continue
        if any(item.version in versions for item in queries.build_resources(build).inputs):
            raise NoCredibleResponse(f"Concourse lists a version of {source} for {build}, but not that build for it")


def _active_former_builds(
    source: Build, pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries
) -> Iterator[Build]:
    """Yield active builds since `source` that can have the former configuration, and re-runs, which can be of one."""
    for build in _active_builds(source, pipeline, graph, queries):
        if build.status is BuildStatus.PENDING and not graph.has(str(build.job)):
            continue  # it never starts: its job was removed
        is_later = build.start_time is None or has_started_since(build, source)
        if is_later and (build.rerun_of is not None or can_be_former(build, pipeline, queries)):
            yield build


def ask_for_active_former_build(
    source: Build, pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries
) -> Build | None:
    """Return an active build of another job that started since `source`, and can have the former configuration.

    Of jobs that the pipeline has no more, only its latest builds are looked at.
    """
    for builds in _lists_with_active_builds(pipeline, graph, queries):
        for build in builds:
            is_later = build.is_active and has_started_since(build, source)
            if is_later and build.job != source.job and can_be_former(build, pipeline, queries):
                return build
    return None


def has_started_since(build: Build, source: Build) -> bool:
    """Return whether a build started since `source` did; one that has yet to start did not."""
    return (build.start_time or 0) >= (source.start_time or 0)


def can_be_former(build: Build, pipeline: PipelineReference, queries: BuildQueries) -> bool:
    """Return whether a build can have started with a former configuration: any can if Concourse does not tell."""
    updated = queries.last_updated(pipeline)
    return updated is None or (build.start_time is not None and build.start_time <= updated + STARTS_AFTER_CHANGE)


def _active_builds(
    source: Build, pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries
) -> Iterator[Build]:
    """Yield the active builds of the pipeline: all since `source`, and older ones that have started since.

    Of the older ones of jobs that it has no more, those among its latest builds.
    """
    for builds in (*_lists_with_active_builds(pipeline, graph, queries), *_later_builds(source, pipeline, queries)):
        yield from (build for build in builds if build.is_active)


def _lists_with_active_builds(
    pipeline: PipelineReference, graph: JobGraph, queries: BuildQueries
) -> Iterator[tuple[Build, ...]]:
    """Yield the latest builds of the pipeline, then those of each of its jobs that has an active one."""
    yield queries.pipeline_builds(pipeline)
    for job in graph.jobs():
        if job.has_active_build:
            yield latest_and_oldest_active_builds(pipeline, job, queries)


def _later_builds(source: Build, pipeline: PipelineReference, queries: BuildQueries) -> Iterator[tuple[Build, ...]]:
    """Yield lists of the pipeline's builds since `source`, up to one without a build of a former configuration.

    Re-runs are at the place of their originals, so those of builds of a former configuration are among them.
    """
    first = source
    for _count in range(_MOST_LISTS):
        listed = queries.pipeline_builds_from(pipeline, first)
        yield listed
        later = [build for build in listed if build.rerun_of is None and build.id > first.id]
        if not any(can_be_former(build, pipeline, queries) for build in later):
            return
        first = max(later, key=lambda build: build.id)
    raise NoCredibleResponse(f"pipeline {pipeline} has too many builds since {source} to search for active ones")


def latest_and_oldest_active_builds(pipeline: PipelineReference, job: Job, queries: BuildQueries) -> tuple[Build, ...]:
    """Return the latest builds of a job, and its oldest active one, which can have started long before them."""
    latest = queries.latest_builds(pipeline, job.name)
    if job.next_build is None or job.next_build in {build.id for build in latest}:
        return latest
    oldest = queries.build(BuildReference(id=job.next_build))
    return latest if oldest is None else (*latest, oldest)

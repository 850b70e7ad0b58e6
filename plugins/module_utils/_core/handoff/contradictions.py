# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that contradict earlier ones, as those of a broken cache, proxy or database do.

Concourse forgets a job that was removed, or the versions of a resource whose source changed, in all responses at once.
Where one response still knows what another one does not, neither is believed. All functions raise NoCredibleResponse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildResources, Job, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import PipelineReference
from .former_configuration import is_former_build, require_no_former_user
from .versions.use import ResourceVersion


def require_listed_build(job: Job, latest: Sequence[Build]) -> None:
    """Check that the latest builds of a job include its active one, unless that one is older than all of them."""
    listed = {build.id for build in latest}
    if job.next_build is not None and job.next_build not in listed and job.next_build > min(listed, default=0):
        raise NoCredibleResponse(f"Concourse lists the builds of job {job.name} without its active build")


def require_no_output(
    build: Build, pipeline: PipelineReference, job: Job, version: Version, queries: BuildQueries
) -> None:
    """Check that a build which does not list a version as its output is not listed as its maker either.

    It made none where the result of its put was lost, and none that Concourse knows where somebody has rewritten the
    commit; of a resource whose source changed, Concourse knows neither.
    """
    for resource in sorted({step.resource for step in job.outputs}):
        require_not_maker(build, pipeline, (resource, version), queries)


def require_not_maker(build: Build, pipeline: PipelineReference, item: ResourceVersion, queries: BuildQueries) -> None:
    """Check that a build is not listed as the maker of a version that it does not list."""
    resource, version = item
    number = queries.version_id(pipeline, resource, version)
    makers = () if number is None else queries.builds_with_output(pipeline, resource, number)
    if build.id in {maker.id for maker in makers}:
        raise NoCredibleResponse(f"Concourse lists {build} for a version of {resource}, but not the version for it")


def require_not_taken(build: Build, carried: BuildResources, version: Version) -> None:
    """Check that a claiming build does not list the version of its claim as one that it took: it was not there yet."""
    if any(item.version == version for item in carried.inputs):
        raise NoCredibleResponse(f"Concourse lists that {build} both took and made the version of the claim")


def require_resource_of(
    build: Build, pipeline: PipelineReference, graph: JobGraph, version: Version, queries: BuildQueries
) -> list[str]:
    """Return the resources that know a version which a build lists.

    A step can belong to another resource by now; but one of them must know the version, unless that of the build was
    removed since. Then no resource lists the version among its latest ones.
    """
    resources = sorted(graph.resources())
    known = [one for one in resources if queries.version_id(pipeline, one, version) is not None]
    if known:
        return known
    if not is_former_build(build, pipeline, queries):
        raise NoCredibleResponse(f"Concourse lists a version for {build}, but for none of the pipeline's resources")
    for resource in resources:
        require_unlisted_version(pipeline, resource, version, queries)
    require_no_former_user(build, pipeline, graph, queries)
    return []


def require_unlisted_version(
    pipeline: PipelineReference, resource: str, version: Version, queries: BuildQueries
) -> None:
    """Check that a version is not among the latest ones of a resource, if Concourse does not find it there."""
    is_found = queries.version_id(pipeline, resource, version) is not None
    if not is_found and queries.version_id(pipeline, resource, version, among_latest=True) is not None:
        raise NoCredibleResponse(f"Concourse lists a version of {resource}, but does not find it")


def require_taker_or_maker(
    build: Build, pipeline: PipelineReference, resources: Iterable[str], version: Version, queries: BuildQueries
) -> None:
    """Check that one of the resources lists the build at a version which the build lists."""
    if next(resources_with(build, pipeline, resources, version, queries), None) is None:
        raise NoCredibleResponse(f"Concourse lists a version for {build}, but not that build for the version")


def resources_with(
    build: Build, pipeline: PipelineReference, resources: Iterable[str], version: Version, queries: BuildQueries
) -> Iterator[str]:
    """Yield those of the resources that list the build at a version: it took or made the version there."""
    for resource in resources:
        number = queries.version_id(pipeline, resource, version)
        if number is None:
            continue
        builds = (
            *queries.builds_with_input(pipeline, resource, number),
            *queries.builds_with_output(pipeline, resource, number),
        )
        if build.id in {one.id for one in builds}:
            yield resource


def require_other_version(followed: Collection[ResourceVersion], resources: Iterable[str], version: Version) -> None:
    """Raise NoCredibleResponse if a version that a build lists for another resource is followed for each of these."""
    if all((resource, version) in followed for resource in resources):
        raise NoCredibleResponse("Concourse lists a version of one resource as that of another")

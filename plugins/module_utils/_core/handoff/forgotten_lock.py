# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that can have a lock whose version none of the pipeline's resources knows.

After a change of a resource's source, Concourse forgets its versions, also which of them builds took. A build that has
started since lists what it took.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Job, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import PipelineReference
from .former_configuration import has_started_since, latest_and_oldest_active_builds
from .state import HandOff, in_use_by


def ask_for_use_of_forgotten_lock(
    source: Build, pipeline: PipelineReference, graph: JobGraph, resources: Collection[str], queries: BuildQueries
) -> HandOff | None:
    """Find a started build that took a version of one of the resources, if Concourse lists none of it either."""
    for build, steps in _started_builds(source, pipeline, graph, resources or graph.resources(), queries):
        if not steps <= {item.step for item in queries.build_resources(build).inputs}:
            return in_use_by(build, "is started, and Concourse has forgotten whether it took the lock")
    return None


def require_no_user_of_forgotten_lock(
    source: Build, pipeline: PipelineReference, graph: JobGraph, version: Version, queries: BuildQueries
) -> None:
    """Check that no started build lists the version of the lock. Raises NoCredibleResponse."""
    for build, _steps in _started_builds(source, pipeline, graph, graph.resources(), queries):
        if any(item.version == version for item in queries.build_resources(build).inputs):
            raise NoCredibleResponse(f"Concourse lists a version for {build}, but for none of the resources")


def _started_builds(
    source: Build, pipeline: PipelineReference, graph: JobGraph, resources: Collection[str], queries: BuildQueries
) -> Iterator[tuple[Build, set[str]]]:
    """Yield the builds since `source` of the jobs that take one of the resources, each with the steps that take it."""
    for job in graph.jobs():
        steps = {step.step for step in job.inputs if step.resource in resources}
        for build in _builds_since(source, pipeline, job, queries) if steps else ():
            is_later = has_started_since(build, source) and build.id != source.id
            if build.status is BuildStatus.STARTED and is_later:
                yield build, steps


def _builds_since(source: Build, pipeline: PipelineReference, job: Job, queries: BuildQueries) -> tuple[Build, ...]:
    """Return the latest builds of a job, and those since `source`, with active re-runs of older ones."""
    latest = latest_and_oldest_active_builds(pipeline, job, queries)
    is_complete = any(build.name == "1" for build in latest)
    return latest if is_complete else (*latest, *queries.builds_since(pipeline, job.name, source))

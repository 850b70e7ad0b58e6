# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-runs that have not started: only their originals show which versions they will have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...concourse.job_graph import JobGraph
from ...concourse.model import Build
from ...concourse.queries import BuildQueries, NoCredibleResponse
from ...concourse.references import PipelineReference
from .removed_job import require_listed_job

# Lists of a job's builds that are read for the re-runs of its older builds; each holds a hundred builds.
_MOST_LISTS = 20


def ask_for_active_rerun(
    queries: BuildQueries, pipeline: PipelineReference, originals: Iterable[Build], *, again: bool = False
) -> Build | None:
    """Return an active re-run of one of the builds; `again` repeats the requests.

    A job that was removed starts none, and Concourse lists no builds of it (atc/db/job_factory.go: JobsToSchedule).
    Raises NoCredibleResponse, also if there are too many.
    """
    by_job: dict[str, list[Build]] = {}
    for build in originals:
        if build.job is not None:
            by_job.setdefault(build.job, []).append(build)
    graph = JobGraph(queries.jobs(pipeline) if by_job else ())
    for job, builds in by_job.items():
        require_listed_job(graph, builds[0], queries)
        if not graph.has(job):
            continue
        ids, names = {build.original for build in builds}, {_original_name(build) for build in builds}
        for listed in _ask_for_lists(queries, pipeline, job, builds, again=again):
            reruns = (one for one in listed if one.rerun_of in ids or (_is_rerun(one) and _original_name(one) in names))
            rerun = next((one for one in reruns if one.is_active), None)
            if rerun is not None:
                return rerun
    return None


def _ask_for_lists(
    queries: BuildQueries, pipeline: PipelineReference, job: str, builds: list[Build], *, again: bool
) -> Iterator[tuple[Build, ...]]:
    """Yield lists of the job's builds that together hold all re-runs of these: each is at the place of its original."""
    latest = queries.latest_builds(pipeline, job, again=again)
    yield latest
    listed = {build.id for build in latest}
    waiting = sorted((build for build in builds if build.id not in listed), key=lambda build: build.id)
    for _count in range(_MOST_LISTS):
        if not waiting:
            return
        page = queries.builds_from(pipeline, job, waiting[0], again=again)
        yield page
        # Where a list ends, re-runs of the last original may be missing.
        last = max(build.original for build in page)
        whole = {waiting[0].id} | {build.id for build in page if build.original < last}
        waiting = [build for build in waiting if build.id not in whole]
    if waiting:
        raise NoCredibleResponse(f"job {job} has too many later builds to search for re-runs")


def _is_rerun(build: Build) -> bool:
    return _original_name(build) != build.name


def _original_name(build: Build) -> str:
    """Return the name of the build that this one repeats: re-runs of 4 are named 4.1, 4.2 (atc/db/job.go)."""
    return build.name.partition(".")[0]

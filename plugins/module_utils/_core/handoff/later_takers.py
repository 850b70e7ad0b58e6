# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has a lock, or can take it, after a build that took it without `passed`, in any pipeline.

Such a build has passed the lock on, whatever became of the claiming build. From there only jobs count that are on the
way to releasing the lock: they, or jobs after them, put to a resource of their pipeline that has the version. So a
pipeline that only tells people about a pool keeps no lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import PipelineReference, ResourceReference
from ..shared.times import latest_time
from .former_configuration import can_be_former, require_no_user_after_removed_jobs
from .state import HandOff, HandOffState
from .trace import HandOffTrace
from .trace_state import ask_for_new_use, ask_for_older_use, ask_for_use_or_taker
from .versions.use import TakenVersion, VersionUse, items_of_build

Taken = Mapping[ResourceReference, TakenVersion]


def ask_for_use_after_taker(
    taken: Taken,
    commit: str,
    queries: BuildQueries,
    followed: Collection[ResourceReference] = (),
    claiming: PipelineReference | None = None,
) -> tuple[Build, HandOff] | None:
    """Return a build that has passed the lock on, and who has or can take it from there; None if nobody.

    `taken` has the resources with the version of the claim. Those `followed` are known already. `claiming` is the
    pipeline of the claiming build, if it is known. Raises NoCredibleResponse if any answer is missing.
    """
    for resource in taken:
        for trace in () if resource in followed else _traces(resource, taken, commit, queries):
            trace.is_elsewhere = claiming not in (None, trace.pipeline)
            found = ask_for_use_or_taker(trace)[0] if trace.jobs_that_release() else ask_for_older_use(trace)
            if found is None and trace.jobs_after_forgotten():
                found = ask_for_new_use(trace, again=False)
            if found is not None:
                return trace.build, replace(found, reason=f"{trace.build} had it and succeeded; {found.reason}")
    return None


def ask_for_later_use(
    build: Build,
    commit: str,
    queries: BuildQueries,
    taken: Taken,
    ends: Iterable[int | None],
    reason: str,
    followed: Collection[ResourceReference] = (),
) -> HandOff:
    """Return the state of the lock of an ended `build` that no build has. Raises NoCredibleResponse.

    `ends` are the ends of the builds that had it, `reason` is why nobody will release it if no job can take it.
    """
    found = ask_for_use_after_taker(taken, commit, queries, followed, build.pipeline)
    if found is None:
        for resource, version in taken.items():
            graph = JobGraph(queries.jobs(resource.pipeline) if version.builds else ())
            require_no_user_after_removed_jobs(version.builds, resource.pipeline, graph, queries)
        return HandOff(HandOffState.UNUSED, reason, latest_time(ends))
    taker, state = found
    is_same_pipeline = taker.pipeline == build.pipeline
    return replace(
        state, last_end=latest_time((state.last_end, *ends)), taker=state.taker if is_same_pipeline else None
    )


def _traces(resource: ResourceReference, taken: Taken, commit: str, queries: BuildQueries) -> Iterator[HandOffTrace]:
    """Yield the trace from the first build of each job that succeeded with the version of the claim."""
    pipeline, version = resource.pipeline, taken[resource]
    succeeded = [build for build in version.builds if build.status is BuildStatus.SUCCEEDED]
    if not succeeded:
        return
    first = {str(build.job): build for build in sorted(succeeded, key=lambda build: build.id, reverse=True)}
    graph = JobGraph(queries.jobs(pipeline))
    pools = sorted(one.name for one in taken if one.pipeline == pipeline)
    for name, build in first.items():
        job = graph.job(name)
        trace = HandOffTrace(queries, build, pipeline, job, graph, pools, only_releases=True)
        if not trace.jobs_that_release() and not can_be_former(build, pipeline, queries):
            continue
        item = resource.name, Version.of_commit(commit)
        trace.lock_uses.append(VersionUse(build, *item, version.version_id, version.builds))
        items = items_of_build(job, queries.build_resources(build))
        trace.forgotten = {(name, one) for one in graph.resources_of(name) - {resource for resource, _version in items}}
        for carried in items:
            trace.fetch_carried_use(build, carried, trace.jobs_after(name))
        yield trace

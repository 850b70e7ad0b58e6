# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a job can still take a lock from a build that took it without `passed`, in any pipeline.

Such a build has passed the lock on, whatever became of the claiming build. The job must want the version by `passed`,
on the way to releasing the lock: it, or a job after it, puts to a resource of its pipeline that has the version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, BuildStatus, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import ResourceReference
from ..shared.times import latest_time
from .state import HandOff, HandOffState
from .takers import ask_for_taker
from .versions.progress import VersionProgress
from .versions.use import VersionUse


@dataclass(frozen=True, slots=True)
class Taken:
    """The builds that took a version of a resource; `version_id` is the id of the version there."""

    version_id: int
    builds: tuple[Build, ...]


@dataclass(frozen=True, slots=True)
class LaterTaker:
    """A job that can still take the lock, and a build of its pipeline that has passed the lock on."""

    build: Build
    job: str

    @property
    def reason(self) -> str:
        return f"{self.build} had it and succeeded, and job {self.job} can still take it from there"


def ask_for_later_taker(
    taken: Mapping[ResourceReference, Taken],
    commit: str,
    queries: BuildQueries,
    followed: Collection[ResourceReference] = (),
) -> LaterTaker | None:
    """Find a job that can take the version of a claim from a build that took it. Raises NoCredibleResponse.

    The jobs that take the version of one of the `followed` resources are known.
    """
    for resource, one in taken.items():
        passed_on = [build for build in one.builds if build.status is BuildStatus.SUCCEEDED and build.job is not None]
        if resource in followed or not passed_on or queries.is_archived(resource.pipeline):
            continue
        graph = JobGraph(queries.jobs(resource.pipeline))
        last = max(passed_on, key=lambda build: build.id)
        use = VersionUse(last, resource.name, Version.of_commit(commit), one.version_id, one.builds)
        pools = [other.name for other in taken if other.pipeline == resource.pipeline]
        wanted = [job.name for job in graph.jobs() if any(graph.leads_to_put(job.name, pool) for pool in pools)]
        job = ask_for_taker(VersionProgress(queries, resource.pipeline, graph, use), wanted).job
        if job is not None:
            return LaterTaker(last, job.name)
    return None


def ask_for_later_use(
    build: Build,
    commit: str,
    queries: BuildQueries,
    taken: Mapping[ResourceReference, Taken],
    ends: Iterable[int | None],
    reason: str,
    followed: Collection[ResourceReference] = (),
) -> HandOff:
    """Return the state of the lock of an ended `build` that no build has. Raises NoCredibleResponse.

    `ends` are the ends of the builds that had it, `reason` is why nobody will release it if no job can take it.
    """
    later = ask_for_later_taker(taken, commit, queries, followed)
    if later is None:
        return HandOff(HandOffState.UNUSED, reason, latest_time(ends))
    taker = later.job if later.build.pipeline == build.pipeline else None
    return HandOff(HandOffState.TAKEABLE, later.reason, latest_time(ends), taker=taker)

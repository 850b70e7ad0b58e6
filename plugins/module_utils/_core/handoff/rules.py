# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked: the state of a lock whose claiming build has ended.

A lock is in use while a pending or started build has its version, or a version that the claiming build carried with it.
It is takeable while a job that wants it has not passed it over. Otherwise nobody will release it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries
from .contradictions import require_listed_job
from .downstream_builds import fetch_downstream_uses
from .reruns import ask_for_active_rerun
from .takers import ask_for_pending_builds, ask_for_taker
from .trace import HandOffTrace, fetch_trace, fetch_version_use, lock_resources_of
from .version_progress import VersionProgress
from .version_use import VersionUse


class HandOffState(enum.StrEnum):
    """The state of a lock after its claiming build has ended."""

    IN_USE = "in use"
    TAKEABLE = "takeable"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class HandOff:
    """A state, a clause with the reason, and the end of the last build with the lock (seconds since 1970, UTC)."""

    state: HandOffState
    reason: str
    last_end: int | None = None


def ask_for_hand_off(build: Build, commit: str, queries: BuildQueries) -> HandOff:
    """Follow the lock that a succeeded build claimed. Raises NoCredibleResponse if any answer is missing."""
    if build.pipeline is None or build.job is None:
        return HandOff(HandOffState.UNUSED, "no job runs after a one-off build", build.end_time)
    trace = fetch_trace(build, build.pipeline, build.job, Version.of_commit(commit), queries)
    in_use = _active_use(trace)
    if in_use is None:
        fetch_downstream_uses(trace)
        in_use = _active_use(trace) or _ask_for_pending_use(trace)
    if in_use is not None:
        return HandOff(HandOffState.IN_USE, in_use)
    takeable, refusals = _ask_for_taker(trace)
    is_archived = takeable is not None and queries.is_archived(build.pipeline)
    in_use = _ask_for_new_use(trace)
    if in_use is not None:
        return HandOff(HandOffState.IN_USE, in_use)
    if takeable is not None and not is_archived:
        return HandOff(HandOffState.TAKEABLE, takeable, trace.last_end())
    reason = "its pipeline is archived" if is_archived else _why_unused(trace, refusals)
    return HandOff(HandOffState.UNUSED, reason, trace.last_end())


def ask_for_use_after_failure(build: Build, commit: str, queries: BuildQueries) -> HandOff:
    """Look for a build that uses a lock whose claiming build did not succeed.

    No `passed` leads from that build, but a job can take the lock without. Raises NoCredibleResponse if any answer is
    missing.
    """
    if build.pipeline is None or build.job is None:
        return HandOff(HandOffState.UNUSED, "no job runs after a one-off build", build.end_time)
    version = Version.of_commit(commit)
    graph = JobGraph(queries.jobs(build.pipeline))
    require_listed_job(graph, build, queries)
    carried = queries.build_resources(build)
    # Concourse lists no output of a put that did not end, but a check of the resource finds the version.
    is_lost = all(item.version != version for item in carried.outputs)
    ends = [build.end_time]
    for resource in lock_resources_of(graph, graph.job(build.job), carried, version):
        use = fetch_version_use(queries, build.pipeline, build, (resource, version), among_latest=is_lost)
        if use is None:
            continue
        user = _ask_for_user(VersionProgress(queries, build.pipeline, graph, use))
        if user is not None:
            return HandOff(HandOffState.IN_USE, f"{user} is {user.status.value} with the lock")
        ends.append(use.last_end())
    last_end = max((end for end in ends if end is not None), default=None)
    return HandOff(HandOffState.UNUSED, "no build has it", last_end)


def _ask_for_user(progress: VersionProgress) -> Build | None:
    use = progress.use
    user = use.active_build() or next(ask_for_pending_builds(progress), None)
    user = user or ask_for_active_rerun(progress.queries, progress.pipeline, use.counted_builds())
    return user or _ask_for_changed_build(progress)


def _active_use(trace: HandOffTrace) -> str | None:
    """Name a build that is active with the lock, or with a version that the claiming build carried."""
    for use in trace.uses():
        user = use.active_build()
        if user is not None:
            return f"{user} is {user.status.value} with {_what(use)}"
    return None


def _ask_for_pending_use(trace: HandOffTrace) -> str | None:
    """Name a pending build that may start with the lock, or with a carried version and not with a later lock."""
    lock_progress = [trace.progress(use) for use in trace.lock_uses]
    for use in trace.uses():
        for pending in ask_for_pending_builds(trace.progress(use)):
            job = str(pending.job)
            if use.is_of_lock or not any(lock.ask_has_passed_over_everywhere(job) for lock in lock_progress):
                return f"{pending} is {pending.status.value} and may start with {_what(use)}"
    return None


def _ask_for_taker(trace: HandOffTrace) -> tuple[str | None, list[str]]:
    """Name a job that can still take the lock, or a carried version on the way to a release; else say why none can."""
    refusals: list[str] = []
    for use in trace.uses():
        wanted = [job.name for job in trace.graph.jobs()] if use.is_of_lock else trace.jobs_that_release()
        taker = ask_for_taker(trace.progress(use), wanted)
        if taker.job is not None:
            way = "" if use.is_of_lock else ", on the way to releasing the lock"
            return f"job {taker.job.name} can still take {_what(use)}{way}", []
        refusals.extend(taker.refusals)
    return None, refusals


def _ask_for_new_use(trace: HandOffTrace) -> str | None:
    """Name a build that has come to the lock while the jobs were looked at: the last questions before a verdict."""
    queries, pipeline = trace.queries, trace.pipeline
    after_forgotten = trace.jobs_after_forgotten()
    for name in after_forgotten:
        builds = (queries.latest_builds(pipeline, name), queries.builds_since(pipeline, name, trace.build))
        if any(build.is_active for listed in builds for build in listed):
            return _forgotten_use(name)
    for use in trace.uses():
        rerun = ask_for_active_rerun(queries, pipeline, use.counted_builds())
        if rerun is not None:
            return f"{rerun} is waiting to start with it again"
    if after_forgotten:
        active = {job.name for job in queries.jobs(pipeline, again=True) if job.has_active_build}
        name = next((name for name in after_forgotten if name in active), "")
        if name:
            return _forgotten_use(name)
    changed = (_ask_for_changed_build(trace.progress(use)) for use in trace.uses())
    build = next((build for build in changed if build is not None), None)
    return None if build is None else f"{build} has just taken it"


def _ask_for_changed_build(progress: VersionProgress) -> Build | None:
    """Ask once more who took the version: a build can have started while the jobs were looked at."""
    use = progress.use
    latest = progress.queries.builds_with_input(progress.pipeline, use.resource, use.version_id, again=True)
    return use.changed_build(latest)


def _forgotten_use(job: str) -> str:
    return f"Concourse has forgotten a version that it carried, and job {job} has an active build"


def _what(use: VersionUse) -> str:
    return "the lock" if use.is_of_lock else f"its {use.resource}"


def _why_unused(trace: HandOffTrace, refusals: list[str]) -> str:
    """Say why nobody will release the lock, in two reasons at most."""
    if not trace.lock_uses:
        return "Concourse has forgotten the lock's version, and no job after it has an active build"
    if refusals:
        return "; ".join([*dict.fromkeys(refusals)][:2])
    last = max((build for use in trace.lock_uses for build in use.builds), key=lambda build: build.id, default=None)
    return "no job takes the lock from it" if last is None else f"{last} had it last, and no job takes it from there"

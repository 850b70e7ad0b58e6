# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked: what became of a lock whose claiming build has succeeded.

A lock is in use while a pending or started build has its version, or a version that the claiming build carried along;
it can still be taken while a job that wants it has not gone on to a newer one. Otherwise nobody will give it back.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries
from .downstream_builds import follow_downstream_builds
from .trace import HandOffTrace, resources_of_lock, start_trace
from .version_use import VersionUse


class HandOffState(enum.StrEnum):
    """Where a lock is after its claiming build has succeeded."""

    IN_USE = "in use"
    TAKEABLE = "takeable"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class HandOff:
    """The outcome, a clause that says why, and the end of the last build that held the lock (seconds, UTC)."""

    whereabouts: HandOffState
    reason: str
    last_end: int | None = None


def follow_hand_off(build: Build, commit: str, facts: BuildQueries) -> HandOff:
    """Follow the lock that a succeeded build claimed by a commit. Raises NoCredibleAnswer if any answer is missing."""
    if build.pipeline is None or build.job is None:
        return HandOff(HandOffState.NOWHERE, "no job comes after a one-off build", build.end_time)
    trail = start_trace(build, build.pipeline, build.job, Version.of_commit(commit), facts)
    reason = _in_use(trail)
    if reason is None:
        follow_downstream_builds(trail, facts)
        reason = _in_use(trail) or _waits(trail)
    if reason is not None:
        return HandOff(HandOffState.IN_USE, reason)
    takeable = _takeable(trail)
    archived = takeable is not None and facts.is_archived(build.pipeline)
    reason = _taken_meanwhile(trail, facts)
    if reason is not None:
        return HandOff(HandOffState.IN_USE, reason)
    if takeable is not None and not archived:
        return HandOff(HandOffState.TAKEABLE, takeable, trail.last_end())
    return HandOff(HandOffState.NOWHERE, "its pipeline is archived" if archived else _lost(trail), trail.last_end())


def find_use_after_failure(build: Build, commit: str, facts: BuildQueries) -> HandOff:
    """Look whether a build is at work with a lock whose claiming build did not succeed.

    No `passed` leads there, but a job can take the lock without. Raises NoCredibleAnswer if any answer is missing.
    """
    if build.pipeline is None or build.job is None:
        return HandOff(HandOffState.NOWHERE, "no job comes after a one-off build", build.end_time)
    version = Version.of_commit(commit)
    graph = JobGraph(facts.jobs(build.pipeline))
    carried = facts.resources(build)
    # Of a put that never came to its end Concourse lists no output, but a look at the resource finds the version.
    lost = all(item.version != version for item in carried.outputs)
    ends = [build.end_time]
    for resource in resources_of_lock(graph, graph.job(build.job), carried, version):
        number = facts.version_id(build.pipeline, resource, version, among_latest=lost)
        if number is None:
            continue
        way = VersionUse(facts, build.pipeline, graph, build, resource, version, number)
        user = way.active_build() or next(way.builds_that_wait(), None)
        user = user or way.pending_rerun() or way.build_that_came_meanwhile()
        if user is not None:
            return HandOff(HandOffState.IN_USE, f"{user} is {user.status.value} with the lock")
        ends.append(way.last_end())
    return HandOff(HandOffState.NOWHERE, "no build has it", max((end for end in ends if end is not None), default=None))


def _in_use(trail: HandOffTrace) -> str | None:
    """Say which build is at work with the lock, or with what its claiming build carried along."""
    for way in trail.ways():
        user = way.active_build()
        if user is not None:
            return f"{user} is {user.status.value} with {_what(trail, way)}"
    return None


def _waits(trail: HandOffTrace) -> str | None:
    """Say which pending build may start with the lock, or with what came along and not with a later lock."""
    for way in trail.ways():
        for waiting in way.builds_that_wait():
            if way in trail.own or not any(own.has_left_behind(str(waiting.job)) for own in trail.own):
                return f"{waiting} is {waiting.status.value} and may start with {_what(trail, way)}"
    return None


def _what(trail: HandOffTrace, way: VersionUse) -> str:
    return "the lock" if way in trail.own else f"its {way.resource}"


def _taken_meanwhile(trail: HandOffTrace, facts: BuildQueries) -> str | None:
    """Say who took the lock up again while the jobs were being looked at, by a last look at everything."""
    by_activity = trail.jobs_by_forgotten()
    for name in by_activity:
        builds = (facts.latest_builds(trail.pipeline, name), facts.builds_since(trail.pipeline, name, trail.build))
        if any(build.is_active for some in builds for build in some):
            return f"Concourse has forgotten a version that it carried, and job {name} is at work"
    rerun = next((rerun for way in trail.ways() if (rerun := way.pending_rerun())), None)
    if rerun is not None:
        return f"{rerun} waits to start with it again"
    if by_activity:
        active = [job.name for job in facts.jobs(trail.pipeline, again=True) if job.has_active_build]
        came = next((name for name in by_activity if name in active), None)
        if came is not None:
            return f"Concourse has forgotten a version that it carried, and job {came} is at work"
    late = next((late for way in trail.ways() if (late := way.build_that_came_meanwhile())), None)
    return None if late is None else f"{late} has just come to it"


def _takeable(trail: HandOffTrace) -> str | None:
    """Say which job can still take the lock, or can take what was carried along and give the lock back."""
    for way in trail.own:
        job = way.job_that_can_take(trail.graph.jobs())
        if job is not None:
            return f"job {job.name} can still take the lock"
    for way in trail.along:
        job = way.job_that_can_take(trail.jobs_that_give_back())
        if job is not None:
            return f"job {job.name} can still take its {way.resource}, on the way to giving the lock back"
    return None


def _lost(trail: HandOffTrace) -> str:
    """Say why nobody will give the lock back."""
    if not trail.own:
        return "Concourse has forgotten the lock's version, and no job after it is at work"
    notes = dict.fromkeys(note for way in trail.ways() for note in way.notes)
    if notes:
        return "; ".join([*notes][:2])
    last = max((build for way in trail.own for build in way.builds), key=lambda build: build.id, default=None)
    return "no job takes the lock from it" if last is None else f"{last} had it last, and no job takes it from there"

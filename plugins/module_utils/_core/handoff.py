# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked: what became of a lock whose claiming build has succeeded. Private to the collection.

A lock is in use while a pending or started build has its version, or a version that the claiming build carried along;
it can still be taken while a job that wants it has not gone on to a newer one. Otherwise nobody will give it back.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import (
    Build,
    BuildResources,
    Job,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import BuildFacts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.job_graph import JobGraph
from ansible_collections.poolboy.concourse.plugins.module_utils._core.passage import Passage
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef


class Whereabouts(enum.StrEnum):
    """Where a lock is after its claiming build has succeeded."""

    IN_USE = "in use"
    TAKEABLE = "takeable"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class HandOff:
    """The outcome, a clause that says why, and the end of the last build that held the lock (seconds, UTC)."""

    whereabouts: Whereabouts
    reason: str
    last_end: int | None = None


@dataclass(slots=True)
class _Trail:
    """All that one claiming build left behind in its pipeline.

    `own` are the ways of the lock itself, none when Concourse forgot its version; `along` are the ways of the other
    versions that the build carried; `forgotten` says that at least one version could not be followed.
    """

    graph: JobGraph
    after: list[Job]
    giving_back: list[Job]
    own: list[Passage] = field(default_factory=list)
    along: list[Passage] = field(default_factory=list)
    forgotten: bool = False

    def ways(self) -> list[Passage]:
        return [*self.own, *self.along]

    def last_end(self, build: Build) -> int | None:
        ends = (build.end_time, *(way.last_end() for way in self.ways()))
        return max((end for end in ends if end is not None), default=None)


def follow(build: Build, commit: str, facts: BuildFacts) -> HandOff:
    """Follow the lock that a succeeded build claimed by a commit. Raises NoCredibleAnswer if any answer is missing."""
    if build.pipeline is None or build.job is None:
        return HandOff(Whereabouts.NOWHERE, "no job comes after a one-off build", build.end_time)
    trail = _pick_up(build, build.pipeline, build.job, Version.of_commit(commit), facts)
    reason = _in_use(trail, build.pipeline, facts)
    if reason is not None:
        return HandOff(Whereabouts.IN_USE, reason)
    takeable = _takeable(trail)
    # Last, as a build can have started with the lock while the jobs were being looked at.
    user = next(
        (user for way in trail.ways() if (user := way.pending_rerun() or way.build_that_came_meanwhile())), None
    )
    if user is not None:
        return HandOff(Whereabouts.IN_USE, f"{user} is taking the lock again")
    if takeable is None:
        return HandOff(Whereabouts.NOWHERE, _lost(trail), trail.last_end(build))
    if facts.is_archived(build.pipeline):
        return HandOff(Whereabouts.NOWHERE, "its pipeline is archived", trail.last_end(build))
    return HandOff(Whereabouts.TAKEABLE, takeable, trail.last_end(build))


def find_user(build: Build, commit: str, facts: BuildFacts) -> Build | None:
    """Return a build that is at work with a lock whose claiming build did not succeed.

    No `passed` leads there, but a job can take the lock without. Raises NoCredibleAnswer if any answer is missing.
    """
    version = Version.of_commit(commit)
    if build.pipeline is None or build.job is None:
        return None
    carried = facts.resources(build)
    if all(item.version != version for item in carried.outputs):
        return None
    graph = JobGraph(facts.jobs(build.pipeline))
    for resource in _resources_of_lock(graph, graph.job(build.job), carried, version):
        number = facts.version_id(build.pipeline, resource, version)
        if number is not None:
            way = Passage(facts, build.pipeline, graph, build.job, resource, version, number)
            user = way.active_build() or way.pending_rerun()
            if user is not None:
                return user
    return None


def _pick_up(build: Build, pipeline: PipelineRef, job_name: str, version: Version, facts: BuildFacts) -> _Trail:
    """Find the versions that the build took and made, by the step names of its job, and who wants them."""
    graph = JobGraph(facts.jobs(pipeline))
    job, downstream = graph.job(job_name), graph.downstream(job_name)
    carried = facts.resources(build)
    lock_resources = _resources_of_lock(graph, job, carried, version)
    after = [one for one in graph.jobs() if one.name in downstream]
    wanted = {step.resource for one in after for step in one.inputs}
    giving_back = [one for one in after if any(graph.gives_back(one.name, resource) for resource in lock_resources)]
    trail = _Trail(graph, after, giving_back, forgotten=all(item.version != version for item in carried.outputs))
    own = {} if trail.forgotten else dict.fromkeys((resource, version) for resource in lock_resources)
    along = dict.fromkeys(one for one in _carried(job, carried) if one[0] in wanted and one not in own)
    for resource, taken in [*own, *along]:
        number = facts.version_id(pipeline, resource, taken)
        if number is None:
            trail.forgotten = trail.forgotten or len(own) == 1 or (resource, taken) in along
            continue
        ways, scope = (trail.own, None) if (resource, taken) in own else (trail.along, downstream)
        ways.append(Passage(facts, pipeline, graph, job_name, resource, taken, number, scope))
    return trail


def _carried(job: Job, carried: BuildResources) -> list[tuple[str, Version]]:
    """Return the build's versions by resource; a step that the job no longer has is taken for a namesake resource."""
    inputs = {step.step: step.resource for step in job.inputs}
    outputs = {step.step: step.resource for step in job.outputs}
    made = [(outputs.get(item.step, item.step), item.version) for item in carried.outputs]
    return made + [(inputs.get(item.step, item.step), item.version) for item in carried.inputs]


def _resources_of_lock(graph: JobGraph, job: Job, carried: BuildResources, version: Version) -> list[str]:
    """Return the resource that the build put the claim to.

    Where its job no longer has that step it can be any resource of the pipeline that knows the version; where Concourse
    forgot the output, it is one that the job puts to.
    """
    resources = {step.step: step.resource for step in job.outputs}
    steps = {item.step for item in carried.outputs if item.version == version}
    if steps and not steps <= resources.keys():
        return sorted(graph.resources())
    return sorted({resources[step] for step in steps} or set(resources.values()))


def _in_use(trail: _Trail, pipeline: PipelineRef, facts: BuildFacts) -> str | None:
    """Say which build is at work with the lock, or with what its claiming build carried along."""
    for way in trail.ways():
        user = way.active_build()
        if user is not None:
            what = "the lock" if way in trail.own else f"its {way.resource}"
            return f"{user} is {user.status.value} with {what}"
    if not trail.forgotten:
        return None
    # Concourse forgets all versions of a resource when its source changes (seen on 8.2.5): then go by who is at work.
    for job in trail.after:
        if job.has_active_build or any(build.is_active for build in facts.latest_builds(pipeline, job.name)):
            return f"Concourse has forgotten a version that it carried, and job {job.name} is at work"
    return None


def _takeable(trail: _Trail) -> str | None:
    """Say which job can still take the lock, or can take what was carried along and give the lock back."""
    for way in trail.own:
        job = way.job_that_can_take(trail.graph.jobs())
        if job is not None:
            return f"job {job.name} can still take the lock"
    for way in trail.along:
        job = way.job_that_can_take(trail.giving_back)
        if job is not None:
            return f"job {job.name} can still take its {way.resource}, on the way to giving the lock back"
    return None


def _lost(trail: _Trail) -> str:
    """Say why nobody will give the lock back."""
    if not trail.own:
        return "Concourse has forgotten the lock's version, and no job after it is at work"
    notes = dict.fromkeys(note for way in trail.ways() for note in way.notes)
    if notes:
        return "; ".join([*notes][:2])
    last = max((build for way in trail.own for build in way.builds), key=lambda build: build.id, default=None)
    return "no job takes the lock from it" if last is None else f"{last} had it last, and no job takes it from there"

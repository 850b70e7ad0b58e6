# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scheduler: chooses inputs, queues builds and starts pending builds (atc/scheduler)."""

from __future__ import annotations

from ..world import builds
from ..world.entities import Build, Carried, Job
from ..world.plan import max_in_flight_of
from ..world.world import World
from .resolution import is_first_occurrence, resolve

ROUNDS = 10_000


def run(world: World) -> None:
    """Schedule all requested jobs until nothing changes; jobs that must wait stay requested."""
    for _count in range(ROUNDS):
        asking = [job for job in world.jobs.values() if _may_run(world, job)]
        moved = [_schedule(world, job) for job in asking]
        if not any(moved):
            return
    raise RuntimeError(f"the scheduler did not finish in {ROUNDS} rounds")


def adopt_inputs(world: World, build: Build) -> bool:
    """Set a build's inputs: a re-run's from its original, others from the job's next; False without inputs."""
    job, original = world.jobs[build.job_id or 0], world.builds.get(build.rerun_of or 0)
    if build.inputs_ready:
        return True
    if original is not None:
        if not original.inputs_ready:
            return False
        build.inputs = [Carried(item.name, item.resource_id, item.digest) for item in original.inputs]
        build.passed_builds = list(original.passed_builds)
    else:
        if not job.inputs_determined:
            return False
        build.inputs = [
            Carried(item.name, item.resource_id, item.digest, item.first_occurrence) for item in job.next_inputs
        ]
        build.passed_builds = sorted({number for item in job.next_inputs for number in item.passed_builds})
    build.inputs_ready = True
    return True


def set_inputs(world: World, build: Build, inputs: list[Carried]) -> None:
    """Set a build's inputs as if the newest builds that passed them supplied them."""
    job = world.jobs[build.job_id or 0]
    passed = {step.name: step.passed for step in job.inputs}
    sources: set[int] = set()
    for item in inputs:
        item.first_occurrence = is_first_occurrence(world, job, item.name, item.resource_id, item.digest)
        wanted = (item.resource_id, item.digest)
        for upstream in world.jobs_of(world.pipelines[job.pipeline_id]):
            carriers = [
                source.id
                for source in world.builds_of(upstream)
                if upstream.name in passed[item.name]
                and source.status == "succeeded"
                and wanted in [(other.resource_id, other.digest) for other in [*source.inputs, *source.outputs]]
            ]
            sources |= set(carriers[-1:])
    build.inputs, build.passed_builds, build.inputs_ready = inputs, sorted(sources), True


def compute_inputs(world: World, job: Job) -> bool:
    """Store the job's next inputs; return whether a `version: every` input has more versions waiting."""
    resolution = resolve(world, job)
    job.inputs_determined = resolution.determined
    job.next_inputs, job.unresolved = resolution.chosen, resolution.unresolved
    return resolution.run_again


def _may_run(world: World, job: Job) -> bool:
    return job.schedule_requested and job.active and not job.paused and not world.pipelines[job.pipeline_id].paused


def _schedule(world: World, job: Job) -> bool:
    """Compute inputs, queue a build for new trigger versions, start pending builds; True if one started."""
    job.schedule_requested = compute_inputs(world, job)
    if job.inputs_determined:
        new = {item.name for item in job.next_inputs if item.first_occurrence}
        job.has_new_inputs = bool(new)
        pending = any(build.status == "pending" for build in world.builds_of(job))
        if not pending and any(step.trigger and step.name in new for step in job.inputs):
            builds.create_for_job(world, job, created_by=None, manually_triggered=False)
    return _start_pending(world, job)


def _start_pending(world: World, job: Job) -> bool:
    started = False
    pending = [build for build in world.builds_of(job) if build.status == "pending"]
    for build in sorted(pending, key=lambda build: build.order):
        job.max_in_flight_reached = not build.scheduled and _max_in_flight_reached(world, job, build)
        if job.max_in_flight_reached:
            job.schedule_requested = True
            break
        build.scheduled = True
        # A manually started build resolves inputs again, so each gets its own version of an `every` input.
        if build.manually_triggered and compute_inputs(world, job):
            job.schedule_requested = True
        if adopt_inputs(world, build):
            builds.start(world, build)
            started = True
        elif build.rerun_of is None:
            break
    return started


def _max_in_flight_reached(world: World, job: Job, build: Build) -> bool:
    limit = max_in_flight_of(job.config)
    if limit == 0:
        return False
    group_builds = [other for member in _serial_group(world, job) for other in world.builds_of(member)]
    running = [other for other in group_builds if other.scheduled and other.status in ("pending", "started")]
    queue = [other for other in group_builds if other.status == "pending" and _can_start(world, other)]
    first = min(queue, key=lambda other: other.order, default=None)
    return len(running) >= limit or first is None or first.id != build.id


def _can_start(world: World, build: Build) -> bool:
    job = world.jobs[build.job_id or 0]
    return job.inputs_determined and not job.paused


def _serial_group(world: World, job: Job) -> list[Job]:
    """Return the jobs of the same serial groups; only the job itself if it has no group."""
    groups = set(job.config.get("serial_groups", []))
    members = world.jobs_of(world.pipelines[job.pipeline_id])
    return [member for member in members if groups & set(member.config.get("serial_groups", []))] or [job]

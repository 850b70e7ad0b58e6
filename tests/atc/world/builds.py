# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: create, start, finish, and a job's latest and next build."""

from __future__ import annotations

from .entities import FINISHED, UNFINISHED, Build, Job, Pipeline, Resource, Team
from .world import World


def create_for_job(
    world: World, job: Job, *, created_by: str | None, manually_triggered: bool, build_id: int | None = None
) -> Build:
    """Create a pending build with the job's next number; builds of the scheduler have no `created_by`."""
    job.build_number += 1
    pipeline = world.pipelines[job.pipeline_id]
    return world.add_build(
        Build(
            id=build_id or world.next_id("builds"),
            team_id=pipeline.team_id,
            name=str(job.build_number),
            pipeline_id=pipeline.id,
            job_id=job.id,
            created_by=created_by,
            manually_triggered=manually_triggered,
        )
    )


def create_rerun(world: World, original: Build, *, created_by: str | None, build_id: int | None = None) -> Build:
    """Create a re-run, `1.1` of `1`; a re-run of a re-run belongs to the first build."""
    first = world.builds[original.rerun_of] if original.rerun_of else original
    number = 1 + sum(build.rerun_of == first.id for build in world.builds.values())
    return world.add_build(
        Build(
            id=build_id or world.next_id("builds"),
            team_id=first.team_id,
            name=f"{first.name}.{number}",
            pipeline_id=first.pipeline_id,
            job_id=first.job_id,
            created_by=created_by,
            rerun_of=first.id,
            rerun_number=number,
        )
    )


def create_one_off(world: World, team: Team, *, created_by: str | None, pipeline: Pipeline | None = None) -> Build:
    """Create a build without a job (`fly execute`); its name comes from a separate sequence."""
    return world.add_build(
        Build(
            id=world.next_id("builds"),
            team_id=team.id,
            name=str(world.next_id("one-off names")),
            status="started",
            pipeline_id=pipeline.id if pipeline else None,
            start_time=world.clock.now(),
            created_by=created_by,
        )
    )


def create_check(world: World, resource: Resource) -> Build:
    """Create the build of a resource check (since Concourse 7)."""
    pipeline = world.pipelines[resource.pipeline_id]
    return world.add_build(
        Build(
            id=world.next_id("builds"),
            team_id=pipeline.team_id,
            name="check",
            status="started",
            pipeline_id=pipeline.id,
            resource_id=resource.id,
            start_time=world.clock.now(),
            manually_triggered=True,
        )
    )


def start(world: World, build: Build) -> None:
    if build.status != "pending":
        raise ValueError(f"build {build.id} is {build.status}: only a pending build can be started")
    build.status, build.scheduled, build.start_time = "started", True, world.clock.now()


def finish(world: World, build: Build, status: str) -> None:
    """Finish a build and schedule downstream jobs, not its own job (`Finish` in atc/db/build.go)."""
    if status not in FINISHED:
        raise ValueError(f"a build finishes as {', '.join(FINISHED)}, not {status}")
    if build.status not in UNFINISHED:
        raise ValueError(f"build {build.id} has already {build.status}")
    job = world.jobs.get(build.job_id or 0)
    if job is not None and _is_transition(world, job, build, status):
        job.transition_build_id = build.id
    build.status, build.end_time = status, world.clock.now()
    if job is not None:
        for other in world.jobs_of(world.pipelines[job.pipeline_id]):
            if any(job.name in step.passed for step in other.inputs):
                other.schedule_requested = True


def abort(world: World, build: Build) -> None:
    """Abort a build; a running one can stay `started` for a while."""
    build.aborted = True
    if build.status == "pending" or (build.status == "started" and world.settings.abort_ends_builds):
        finish(world, build, "aborted")


def finished_build(world: World, job: Job) -> Build | None:
    """Return the latest finished build: the last re-run of the newest build, or that build."""
    latest = _latest_original(world, job)
    reruns = [
        build
        for build in world.builds_of(job)
        if latest is not None and build.rerun_of == latest.id and build.status in FINISHED
    ]
    return max(reruns, key=lambda build: build.id, default=latest)


def next_build(world: World, job: Job) -> Build | None:
    """Return the oldest pending or started build; only re-runs of the newest finished build count."""
    latest = _latest_original(world, job)
    latest_id = latest.id if latest else 0
    waiting = [
        build
        for build in world.builds_of(job)
        if build.status in UNFINISHED and (build.rerun_of is None or build.rerun_of == latest_id)
    ]
    return min(waiting, key=lambda build: build.id, default=None)


def _latest_original(world: World, job: Job) -> Build | None:
    ended = [build for build in world.builds_of(job) if build.rerun_of is None and build.status in FINISHED]
    return max(ended, key=lambda build: build.id, default=None)


def _is_transition(world: World, job: Job, build: Build, status: str) -> bool:
    """Whether the status differs from the job's previous finished build."""
    latest = finished_build(world, job)
    if latest is None:
        return True
    return build.id > latest.id and status != latest.status and build.rerun_of in (None, latest.id)

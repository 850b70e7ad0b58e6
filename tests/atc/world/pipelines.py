# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations on pipelines: set, pause, archive, rename, destroy."""

from __future__ import annotations

from . import builds
from .entities import Job, JsonObject, Pipeline, Resource, Step, Team, digest_of
from .plan import inputs_of, outputs_of
from .world import World

ARCHIVER = "automatic-pipeline-archiver"


def set_pipeline(
    world: World, team: Team, name: str, config: JsonObject, *, instance_vars: JsonObject | None = None
) -> Pipeline:
    """Create a pipeline or replace its configuration; removed jobs become inactive, `old_name` renames one."""
    pipeline = world.find_pipeline(team, name, instance_vars)
    if pipeline is None:
        number = world.next_id("pipelines")
        pipeline = Pipeline(number, team.id, name, instance_vars, config)
        world.pipelines[number] = pipeline
    else:
        pipeline.config, pipeline.config_version = config, pipeline.config_version + 1
        pipeline.archived = False
    pipeline.last_updated = world.clock.now()
    _rename_jobs(world, pipeline, config.get("jobs", []))
    _set_resources(world, pipeline, config.get("resources", []))
    _set_jobs(world, pipeline, config.get("jobs", []))
    return pipeline


def _set_resources(world: World, pipeline: Pipeline, configs: list[JsonObject]) -> None:
    for resource in world.resources.values():
        if resource.pipeline_id == pipeline.id:
            resource.active = False
    for config in configs:
        known = world.find_resource(pipeline, config["name"], active_only=False)
        resource = known or Resource(world.next_id("resources"), pipeline.id, config["name"], config["type"], {})
        world.resources[resource.id] = resource
        resource.type, resource.source = config["type"], config.get("source", {})
        resource.public, resource.active = bool(config.get("public")), True


def _set_jobs(world: World, pipeline: Pipeline, configs: list[JsonObject]) -> None:
    for job in world.jobs_of(pipeline):
        job.active = False
    for config in configs:
        known = world.find_job(pipeline, config["name"], active_only=False)
        job = known or Job(world.next_id("jobs"), pipeline.id, config["name"], config)
        world.jobs[job.id] = job
        job.config, job.inputs, job.outputs = config, inputs_of(config), outputs_of(config)
        job.active, job.schedule_requested = True, True
    for job in world.jobs_of(pipeline):
        _check_references(world, pipeline, job)


def _rename_jobs(world: World, pipeline: Pipeline, configs: list[JsonObject]) -> None:
    """Rename jobs by `old_name`; an inactive job that has the new name already is deleted (atc/db/team.go)."""
    wanted = [(config["old_name"], config["name"]) for config in configs if "old_name" in config]
    found = [(world.find_job(pipeline, old, active_only=False), new) for old, new in wanted if old != new]
    renamed = [(job, new) for job, new in found if job is not None]
    for job, new in renamed:
        replaced = world.find_job(pipeline, new, active_only=False)
        if replaced is not None and replaced.active:
            raise ValueError(f"{pipeline.name} already has a job {new}: {job.name} cannot get its name")
        if replaced is not None:
            world.remove_job(replaced)
        job.name = new


def _check_references(world: World, pipeline: Pipeline, job: Job) -> None:
    """Reject unknown references as Concourse does, so that a test's typo does not look like a scheduling result."""
    steps: list[Step] = [*job.inputs, *job.outputs]
    for step in steps:
        if world.find_resource(pipeline, step.resource) is None:
            raise ValueError(f"job {job.name} of {pipeline.name} uses resource {step.resource}, which does not exist")
    for getting in job.inputs:
        unknown = [name for name in getting.passed if world.find_job(pipeline, name) is None]
        if unknown:
            raise ValueError(f"job {job.name} of {pipeline.name} has passed jobs that do not exist: {unknown}")


def pause(world: World, target: Pipeline | Job, *, paused_by: str | None) -> None:
    if not target.paused:
        target.paused, target.paused_by, target.paused_at = True, paused_by, world.clock.now()


def unpause(world: World, target: Pipeline | Job) -> None:
    target.paused, target.paused_by, target.paused_at = False, None, None
    for job in [target] if isinstance(target, Job) else world.jobs_of(target):
        job.schedule_requested = True


def archive(world: World, pipeline: Pipeline) -> None:
    """Archive a pipeline: its configuration becomes unreadable and its pending builds are aborted."""
    pause(world, pipeline, paused_by=ARCHIVER)
    pipeline.paused_by = ARCHIVER
    pipeline.archived, pipeline.last_updated = True, world.clock.now()
    for job in world.jobs_of(pipeline):
        for build in [build for build in world.builds_of(job) if build.status == "pending"]:
            builds.finish(world, build, "aborted")


def rename(world: World, pipeline: Pipeline, name: str) -> None:
    """Rename a pipeline; the old name then returns 404, as Concourse keeps no alias."""
    team = world.teams[pipeline.team_id]
    if world.find_pipeline(team, name, pipeline.instance_vars) is not None:
        raise ValueError(f"team {team.name} already has a pipeline {name} {digest_of(pipeline.instance_vars or {})}")
    pipeline.name = name

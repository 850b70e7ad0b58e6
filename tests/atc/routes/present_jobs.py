# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON of jobs, in lists and single."""

from __future__ import annotations

from ..world import builds
from ..world.entities import Build, Job, JsonObject
from ..world.world import World
from . import present
from .present import filled, pipeline_fields, seconds

ZERO_TIME = -62135596800
"""Go's zero time in Unix seconds: the summaries of a job list show it for a missing time."""


def build_summary(world: World, found: Build | None) -> JsonObject | None:
    """Return the short form of a build for lists of jobs."""
    if found is None:
        return None
    return filled(
        {
            "id": found.id,
            "name": found.name,
            "status": found.status,
            "start_time": ZERO_TIME if found.start_time is None else int(found.start_time),
            "end_time": ZERO_TIME if found.end_time is None else int(found.end_time),
            "team_name": world.teams[found.team_id].name,
            **pipeline_fields(world.pipelines.get(found.pipeline_id or 0)),
            "job_name": world.jobs[found.job_id].name if found.job_id else None,
        }
    )


def job_summary(world: World, found: Job) -> JsonObject:
    """Return a job for a list of jobs."""
    transition = world.builds.get(found.transition_build_id or 0)
    return filled(
        {
            **_job_fields(world, found),
            "next_build": build_summary(world, builds.next_build(world, found)),
            "finished_build": build_summary(world, builds.finished_build(world, found)),
            "transition_build": build_summary(world, transition),
            "inputs": [
                filled({"name": step.name, "resource": step.resource, "passed": step.passed, "trigger": step.trigger})
                for step in found.inputs
            ],
        }
    )


def job(world: World, found: Job) -> JsonObject:
    """Return a single job: full builds or null, and each input with its `trigger` flag."""
    following, finished = builds.next_build(world, found), builds.finished_build(world, found)
    inputs = [
        {"name": step.name, "resource": step.resource, "trigger": step.trigger, **filled({"passed": step.passed})}
        for step in found.inputs
    ]
    flags = ("disable_manual_trigger", "disable_reruns")
    return {
        **filled({**_job_fields(world, found), "inputs": inputs}),
        **filled({flag: found.config.get(flag) for flag in flags}),
        "next_build": present.build(world, following) if following else None,
        "finished_build": present.build(world, finished) if finished else None,
    }


def job_inputs(world: World, found: Job) -> list[JsonObject]:
    """Return the inputs of a job's next build, with the resource's source and its secrets."""
    steps = {step.name: step for step in found.inputs}
    shown = []
    for item in found.next_inputs:
        resource = world.resources[item.resource_id]
        version = world.find_version(resource, item.digest)
        shown.append(
            filled(
                {
                    "name": item.name,
                    "resource": resource.name,
                    "type": resource.type,
                    "source": resource.source,
                    "params": steps[item.name].params if item.name in steps else None,
                    "version": version.version if version else None,
                }
            )
        )
    return shown


def _job_fields(world: World, found: Job) -> JsonObject:
    parent = world.pipelines[found.pipeline_id]
    groups = parent.config.get("groups", [])
    return {
        "id": found.id,
        "name": found.name,
        "team_name": world.teams[parent.team_id].name,
        **pipeline_fields(parent),
        "paused": found.paused,
        "paused_by": found.paused_by,
        "paused_at": seconds(found.paused_at),
        "has_new_inputs": found.has_new_inputs,
        "groups": [group["name"] for group in groups if found.name in group.get("jobs", [])],
        "outputs": [{"name": step.name, "resource": step.resource} for step in found.outputs],
    }

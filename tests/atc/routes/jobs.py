# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs, their next inputs and their builds."""

from __future__ import annotations

from ..http.messages import JSON, Response, empty_response, json_response
from ..world import builds
from ..world.entities import Build, Job, Pipeline
from . import present, present_jobs
from .builds import page_response, sees_comments
from .pipelines import is_visible
from .routing import Call


def list_all_jobs(call: Call) -> Response:
    visible = [pipeline for pipeline in call.world.pipelines.values() if is_visible(call, pipeline)]
    found = [job for pipeline in visible for job in call.world.jobs_of(pipeline)]
    return json_response([present_jobs.job_summary(call.world, job) for job in found])


def list_jobs(call: Call, pipeline: Pipeline) -> Response:
    return json_response([present_jobs.job_summary(call.world, job) for job in call.world.jobs_of(pipeline)])


def get_job(call: Call, pipeline: Pipeline) -> Response:
    job = _job(call, pipeline)
    return empty_response(404) if job is None else json_response(present_jobs.job(call.world, job))


def list_job_inputs(call: Call, pipeline: Pipeline) -> Response:
    """List the next inputs; 404 while undetermined: not scheduled yet, or an input has no version.

    500 if the job's configuration has no step of an input: always in an archived pipeline, whose configuration is
    deleted, and after a step was renamed until the job is scheduled again (atc/api/jobserver/list_inputs.go).
    """
    job = _job(call, pipeline)
    if job is None or not job.inputs_determined:
        return empty_response(404, JSON)
    configured = set() if pipeline.archived else {step.name for step in job.inputs}
    if any(item.name not in configured for item in job.next_inputs):
        return empty_response(500, JSON)
    return json_response(present_jobs.job_inputs(call.world, job))


def list_job_builds(call: Call, pipeline: Pipeline) -> Response:
    job = _job(call, pipeline)
    if job is None:
        return empty_response(404)
    team = call.world.teams[pipeline.team_id]
    path = f"/api/v1/teams/{team.name}/pipelines/{pipeline.name}/jobs/{job.name}/builds"
    return page_response(call, call.world.builds_of(job), path, of=pipeline, with_comments=True)


def get_job_build(call: Call, pipeline: Pipeline) -> Response:
    """Return a build by name or `latest`; a job that is no longer configured hides its builds."""
    job = _job(call, pipeline)
    found = _named_build(call, job) if job is not None else None
    if found is None:
        return empty_response(404)
    return json_response(present.build(call.world, found, with_comment=sees_comments(call, found)))


def create_job_build(call: Call, pipeline: Pipeline) -> Response:
    """Create a build for every POST, even of a paused job; the response shows it as pending."""
    job = _job(call, pipeline)
    if job is None:
        return empty_response(404, JSON)
    if job.config.get("disable_manual_trigger"):
        return empty_response(409, JSON)
    made = builds.create_for_job(call.world, job, created_by=call.caller.user_id, manually_triggered=True)
    job.schedule_requested = True
    return json_response(present.build(call.world, made))


def rerun_job_build(call: Call, pipeline: Pipeline) -> Response:
    job = _job(call, pipeline)
    original = _named_build(call, job) if job is not None else None
    if job is None or original is None:
        return empty_response(404, JSON)
    if job.config.get("disable_reruns"):
        return empty_response(409, JSON)
    if not original.inputs_ready:
        return empty_response(500, JSON)
    made = builds.create_rerun(call.world, original, created_by=call.caller.user_id)
    job.schedule_requested = True
    return json_response(present.build(call.world, made))


def _job(call: Call, pipeline: Pipeline) -> Job | None:
    return call.world.find_job(pipeline, call.names["job"])


def _named_build(call: Call, job: Job) -> Build | None:
    name = call.names["build"]
    found = call.world.builds_of(job)
    if name == "latest":
        return max(found, key=lambda build: build.id, default=None)
    return next((build for build in found if build.name == name), None)

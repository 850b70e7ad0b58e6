# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a build is pending (`Preparation` in atc/db/build.go)."""

from __future__ import annotations

from ..http.messages import Response, empty_response, json_response
from ..world.entities import Build, Job, JsonObject, Pipeline
from .routing import Call

NOT_COMPUTED = "input is not included in resolution candidates"


def build_preparation(call: Call, build: Build) -> Response:
    """Return what blocks a pending build of a job; nothing blocks any other build."""
    job = call.world.jobs.get(build.job_id or 0)
    if job is None or build.status != "pending":
        return _response(build, {})
    if not job.active:
        return empty_response(404)
    return _response(build, _missing_inputs(job), job, call.world.pipelines[job.pipeline_id])


def _response(
    build: Build, missing: dict[str, str], job: Job | None = None, pipeline: Pipeline | None = None
) -> Response:
    inputs = {step.name: _blocking(step.name in missing) for step in job.inputs} if job else {}
    shown: JsonObject = {
        "build_id": build.id,
        "paused_pipeline": _blocking(pipeline is not None and pipeline.paused),
        "paused_job": _blocking(job is not None and job.paused),
        "max_running_builds": _blocking(job is not None and job.max_in_flight_reached),
        "inputs": inputs,
        "inputs_satisfied": _blocking(bool(missing)),
        "missing_input_reasons": missing,
    }
    return json_response(shown)


def _missing_inputs(job: Job) -> dict[str, str]:
    """Return the reason by input: it has no version, or the job has not been scheduled with it yet."""
    chosen = {item.name for item in job.next_inputs}
    reasons = dict(job.unresolved)
    if not reasons:
        reasons = {step.name: NOT_COMPUTED for step in job.inputs if step.name not in chosen}
    return reasons


def _blocking(blocked: bool) -> str:
    return "blocking" if blocked else "not_blocking"

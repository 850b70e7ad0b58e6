# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the JSON of the API to the words of the core.

Shapes: atc/build.go, atc/summary.go, atc/job.go, atc/pipeline.go, atc/build_inputs_outputs.go of 8.2; 5.0 lacks many
fields. All functions raise Misshapen.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.concourse.instance_vars import compact_json
from ..._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
    Job,
    JobInput,
    JobOutput,
    StepVersion,
    Version,
)
from ..._core.concourse.references import PipelineReference
from . import json_fields
from .json_fields import MalformedResponse


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version and its id, which grows with each version that Concourse finds, in any resource."""

    id: int
    version: Version


def decode_build(value: t.Any) -> Build:
    entry = json_fields.object_field(value, "a build")
    job = json_fields.optional_text_field(entry, "job_name")
    pipeline = _pipeline_named(entry)
    if job is not None and pipeline is None:
        raise MalformedResponse("a build has a job but no pipeline")
    original = entry.get("rerun_of")
    return Build(
        id=json_fields.id_field(entry, "id"),
        name=json_fields.text_field(entry, "name"),
        status=_status(entry),
        team=json_fields.text_field(entry, "team_name"),
        pipeline=pipeline,
        job=job,
        start_time=json_fields.time_field(entry, "start_time"),
        end_time=json_fields.time_field(entry, "end_time"),
        rerun_of=None
        if original is None
        else json_fields.id_field(json_fields.object_field(original, "rerun_of"), "id"),
        created_by=json_fields.optional_text_field(entry, "created_by"),
    )


def decode_builds(value: t.Any) -> tuple[Build, ...]:
    return json_fields.required_list(value, "the list of builds", decode_build)


def decode_jobs(value: t.Any) -> tuple[tuple[PipelineReference, Job], ...]:
    """Return the jobs, each with the pipeline that it says it is in."""

    def job(item: t.Any) -> tuple[PipelineReference, Job]:
        entry = json_fields.object_field(item, "a job")
        pipeline = _pipeline_named(entry)
        if pipeline is None:
            raise MalformedResponse("a job has no pipeline")
        return pipeline, _job(entry)

    return json_fields.required_list(value, "the list of jobs", job)


def decode_pipelines(value: t.Any) -> tuple[PipelineReference, ...]:
    return json_fields.required_list(value, "the list of pipelines", lambda item: decode_pipeline_state(item)[0])


def decode_pipeline_state(value: t.Any) -> tuple[PipelineReference, bool, bool]:
    """Return a pipeline, whether it is archived, and whether it is paused."""
    entry = json_fields.object_field(value, "a pipeline")
    names = json_fields.text_field(entry, "team_name"), json_fields.text_field(entry, "name")
    pipeline = PipelineReference(*names, _variables(entry, "instance_vars"))
    return pipeline, json_fields.flag_field(entry, "archived"), json_fields.flag_field(entry, "paused")


def decode_build_resources(value: t.Any) -> BuildResources:
    entry = json_fields.object_field(value, "the build's resources")
    if "inputs" not in entry or "outputs" not in entry:
        raise MalformedResponse("inputs or outputs are missing")
    return BuildResources(
        inputs=json_fields.list_field(entry["inputs"], "inputs", _step_version),
        outputs=json_fields.list_field(entry["outputs"], "outputs", _step_version),
    )


def decode_next_inputs(value: t.Any) -> dict[str, Version]:
    """Keep only names and versions: the answer holds the sources of the resources, with their secrets."""
    steps = json_fields.required_list(value, "the list of inputs", _step_version)
    return {step.step: step.version for step in steps}


def decode_versions(value: t.Any) -> tuple[ListedVersion, ...]:
    def version(item: t.Any) -> ListedVersion:
        entry = json_fields.object_field(item, "a version")
        return ListedVersion(json_fields.id_field(entry, "id"), _version(entry))

    return json_fields.required_list(value, "the list of versions", version)


def _job(entry: dict[str, t.Any]) -> Job:
    return Job(
        name=json_fields.text_field(entry, "name"),
        inputs=json_fields.list_field(entry.get("inputs"), "inputs", _job_input),
        outputs=json_fields.list_field(entry.get("outputs"), "outputs", _job_output),
        next_build=_next_build(entry.get("next_build")),
        is_paused=json_fields.flag_field(entry, "paused"),
    )


def _next_build(value: t.Any) -> int | None:
    if value is None:
        return None
    entry = json_fields.object_field(value, "next_build")
    return json_fields.id_field(entry, "id") if _status(entry).is_active else None


def _job_input(value: t.Any) -> JobInput:
    entry = json_fields.object_field(value, "an input")
    passed = json_fields.list_field(
        entry.get("passed"), "passed", lambda job: json_fields.text_field({"passed": job}, "passed")
    )
    return JobInput(json_fields.text_field(entry, "name"), json_fields.text_field(entry, "resource"), frozenset(passed))


def _job_output(value: t.Any) -> JobOutput:
    entry = json_fields.object_field(value, "an output")
    return JobOutput(json_fields.text_field(entry, "name"), json_fields.text_field(entry, "resource"))


def _step_version(value: t.Any) -> StepVersion:
    entry = json_fields.object_field(value, "a step")
    return StepVersion(json_fields.text_field(entry, "name"), _version(entry))


def _version(entry: dict[str, t.Any]) -> Version:
    fields = json_fields.object_field(entry.get("version"), "version")
    if not all(isinstance(field, str) for field in fields.values()):
        raise MalformedResponse("a field of a version is no text")
    return Version.of(fields)


def _status(entry: dict[str, t.Any]) -> BuildStatus:
    try:
        return BuildStatus(json_fields.text_field(entry, "status"))
    except ValueError:
        # A status of a later Concourse could mean anything, so nothing is concluded from it.
        raise MalformedResponse("the status of a build is none that is known") from None


def _pipeline_named(entry: dict[str, t.Any]) -> PipelineReference | None:
    name = json_fields.optional_text_field(entry, "pipeline_name")
    if name is None:
        return None
    return PipelineReference(
        json_fields.text_field(entry, "team_name"), name, _variables(entry, "pipeline_instance_vars")
    )


def _variables(entry: dict[str, t.Any], key: str) -> str | None:
    value = entry.get(key)
    return compact_json(json_fields.object_field(value, key)) if value else None

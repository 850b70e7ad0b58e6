# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes the JSON of the API into the model of the core.

Its types are in atc/build.go, atc/summary.go, atc/job.go and atc/pipeline.go of 8.2; 5.0 lacks many fields. All
functions raise MalformedResponse.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.concourse.instance_vars import compact_json
from ..._core.concourse.model import Build, BuildStatus, Job, JobInput, JobOutput
from ..._core.concourse.references import PipelineReference, ResourceReference
from .fields import (
    MalformedResponse,
    flag_field,
    id_field,
    list_field,
    object_field,
    optional_text_field,
    required_list,
    text_field,
    time_field,
)


@dataclass(frozen=True, slots=True)
class PipelineEntry:
    reference: PipelineReference
    is_archived: bool
    is_paused: bool
    last_updated: int | None = None


@dataclass(frozen=True, slots=True)
class ListedResource:
    """A resource, and when its last check ended (seconds since 1970, UTC; None if the list does not say)."""

    reference: ResourceReference
    last_checked: int | None = None


def decode_build(value: t.Any, address: str = "") -> Build:
    """Return a build; `address` is the URL of its Concourse for people."""
    entry = object_field(value, "a build")
    job = optional_text_field(entry, "job_name")
    pipeline = _pipeline_of(entry)
    if job is not None and pipeline is None:
        raise MalformedResponse("a build has a job but no pipeline")
    original = entry.get("rerun_of")
    rerun_of = None if original is None else id_field(object_field(original, "rerun_of"), "id")
    status = _status(entry)
    start_time, end_time = _times(entry, status)
    return Build(
        id=id_field(entry, "id"),
        name=text_field(entry, "name"),
        status=status,
        team=text_field(entry, "team_name"),
        pipeline=pipeline,
        job=job,
        start_time=start_time,
        end_time=end_time,
        rerun_of=rerun_of,
        created_by=optional_text_field(entry, "created_by"),
        address=address,
    )


def decode_builds(value: t.Any, address: str = "") -> tuple[Build, ...]:
    return required_list(value, "the list of builds", lambda entry: decode_build(entry, address))


def decode_jobs(value: t.Any) -> tuple[tuple[PipelineReference, Job], ...]:
    """Return the jobs, each with the pipeline that its entry names."""

    def job(item: t.Any) -> tuple[PipelineReference, Job]:
        entry = object_field(item, "a job")
        pipeline = _pipeline_of(entry)
        if pipeline is None:
            raise MalformedResponse("a job has no pipeline")
        return pipeline, _job(entry)

    return required_list(value, "the list of jobs", job)


def decode_pipelines(value: t.Any) -> tuple[PipelineEntry, ...]:
    return required_list(value, "the list of pipelines", decode_pipeline_entry)


def decode_resources(value: t.Any) -> tuple[ListedResource, ...]:
    """Return the resources, each with the pipeline that its entry names."""

    def resource(item: t.Any) -> ListedResource:
        entry = object_field(item, "a resource")
        pipeline = _pipeline_of(entry)
        if pipeline is None:
            raise MalformedResponse("a resource has no pipeline")
        return ListedResource(ResourceReference(pipeline, text_field(entry, "name")), time_field(entry, "last_checked"))

    return required_list(value, "the list of resources", resource)


def decode_pipeline_entry(value: t.Any) -> PipelineEntry:
    entry = object_field(value, "a pipeline")
    team, name = text_field(entry, "team_name"), text_field(entry, "name")
    is_archived, is_paused = flag_field(entry, "archived"), flag_field(entry, "paused")
    if is_archived and not is_paused:
        # Concourse pauses what it archives, and unpauses nothing archived (atc/db/pipeline.go: Archive).
        raise MalformedResponse("a pipeline is archived and not paused")
    reference = PipelineReference(team, name, _instance_vars(entry, "instance_vars"))
    return PipelineEntry(reference, is_archived, is_paused, time_field(entry, "last_updated"))


def _job(entry: dict[str, t.Any]) -> Job:
    return Job(
        name=text_field(entry, "name"),
        inputs=list_field(entry.get("inputs"), "inputs", _job_input),
        outputs=list_field(entry.get("outputs"), "outputs", _job_output),
        next_build=_next_build(entry.get("next_build")),
        is_paused=flag_field(entry, "paused"),
    )


def _next_build(value: t.Any) -> int | None:
    if value is None:
        return None
    entry = object_field(value, "next_build")
    # One that has ended contradicts itself (atc/db/build.go: updateNextBuildForJob): the job's list of builds decides.
    _status(entry)
    return id_field(entry, "id")


def _job_input(value: t.Any) -> JobInput:
    entry = object_field(value, "an input")
    passed = list_field(entry.get("passed"), "passed", lambda job: text_field({"passed": job}, "passed"))
    return JobInput(text_field(entry, "name"), text_field(entry, "resource"), frozenset(passed))


def _job_output(value: t.Any) -> JobOutput:
    entry = object_field(value, "an output")
    return JobOutput(text_field(entry, "name"), text_field(entry, "resource"))


def _status(entry: dict[str, t.Any]) -> BuildStatus:
    try:
        return BuildStatus(text_field(entry, "status"))
    except ValueError:
        # A status of a later Concourse can mean anything.
        raise MalformedResponse("the status of a build is unknown") from None


def _times(entry: dict[str, t.Any], status: BuildStatus) -> tuple[int | None, int | None]:
    """Return start and end. A build that has ended has an end; it lacks a start only if it never started.

    Concourse writes the end together with the status, and both times by one clock (atc/db/build.go: Start, Finish).
    """
    start, end = time_field(entry, "start_time"), time_field(entry, "end_time")
    if status is BuildStatus.STARTED and start is None:
        raise MalformedResponse("a build that is started has no start_time")
    if status.is_active:
        return start, end
    if end is None:
        raise MalformedResponse("a build that has ended has no end_time")
    if start is None and status in (BuildStatus.SUCCEEDED, BuildStatus.FAILED):
        raise MalformedResponse(f"a build that {status.value} has no start_time")
    if end < (start or 0):
        raise MalformedResponse("a build ends before it starts")
    return start, end


def _pipeline_of(entry: dict[str, t.Any]) -> PipelineReference | None:
    name = optional_text_field(entry, "pipeline_name")
    if name is None:
        return None
    return PipelineReference(text_field(entry, "team_name"), name, _instance_vars(entry, "pipeline_instance_vars"))


def _instance_vars(entry: dict[str, t.Any], key: str) -> str | None:
    value = entry.get(key)
    return compact_json(object_field(value, key)) if value else None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the JSON of the API to the words of the core. Private to the collection.

Shapes: atc/build.go, atc/summary.go, atc/job.go, atc/pipeline.go, atc/build_inputs_outputs.go of 8.2; 5.0 lacks many
fields. All functions raise Misshapen.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse import shapes
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.shapes import Misshapen
from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import (
    Build,
    BuildResources,
    Job,
    JobInput,
    JobOutput,
    Status,
    StepVersion,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.instance_vars import compact_json
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version and its id, which grows with each version that Concourse finds, in any resource."""

    id: int
    version: Version


def build_of(value: t.Any) -> Build:
    entry = shapes.mapping(value, "a build")
    job = shapes.optional_text(entry, "job_name")
    pipeline = _pipeline_named(entry)
    if job is not None and pipeline is None:
        raise Misshapen("a build has a job but no pipeline")
    original = entry.get("rerun_of")
    return Build(
        id=shapes.number(entry, "id"),
        name=shapes.text(entry, "name"),
        status=_status(entry),
        team=shapes.text(entry, "team_name"),
        pipeline=pipeline,
        job=job,
        start_time=shapes.time(entry, "start_time"),
        end_time=shapes.time(entry, "end_time"),
        rerun_of=None if original is None else shapes.number(shapes.mapping(original, "rerun_of"), "id"),
        created_by=shapes.optional_text(entry, "created_by"),
    )


def builds_of(value: t.Any) -> tuple[Build, ...]:
    return shapes.whole_list(value, "the list of builds", build_of)


def jobs_of(value: t.Any) -> tuple[tuple[PipelineRef, Job], ...]:
    """Return the jobs, each with the pipeline that it says it is in."""

    def job(item: t.Any) -> tuple[PipelineRef, Job]:
        entry = shapes.mapping(item, "a job")
        pipeline = _pipeline_named(entry)
        if pipeline is None:
            raise Misshapen("a job has no pipeline")
        return pipeline, _job(entry)

    return shapes.whole_list(value, "the list of jobs", job)


def pipelines_of(value: t.Any) -> tuple[PipelineRef, ...]:
    return shapes.whole_list(value, "the list of pipelines", lambda item: standing_of(item)[0])


def standing_of(value: t.Any) -> tuple[PipelineRef, bool, bool]:
    """Return a pipeline, whether it is archived, and whether it is paused."""
    entry = shapes.mapping(value, "a pipeline")
    names = shapes.text(entry, "team_name"), shapes.text(entry, "name")
    pipeline = PipelineRef(*names, _variables(entry, "instance_vars"))
    return pipeline, shapes.flag(entry, "archived"), shapes.flag(entry, "paused")


def resources_of(value: t.Any) -> BuildResources:
    entry = shapes.mapping(value, "the build's resources")
    if "inputs" not in entry or "outputs" not in entry:
        raise Misshapen("inputs or outputs are missing")
    return BuildResources(
        inputs=shapes.listed(entry["inputs"], "inputs", _step_version),
        outputs=shapes.listed(entry["outputs"], "outputs", _step_version),
    )


def next_inputs_of(value: t.Any) -> dict[str, Version]:
    """Keep only names and versions: the answer holds the sources of the resources, with their secrets."""
    steps = shapes.whole_list(value, "the list of inputs", _step_version)
    return {step.step: step.version for step in steps}


def versions_of(value: t.Any) -> tuple[ListedVersion, ...]:
    def version(item: t.Any) -> ListedVersion:
        entry = shapes.mapping(item, "a version")
        return ListedVersion(shapes.number(entry, "id"), _version(entry))

    return shapes.whole_list(value, "the list of versions", version)


def _job(entry: dict[str, t.Any]) -> Job:
    return Job(
        name=shapes.text(entry, "name"),
        inputs=shapes.listed(entry.get("inputs"), "inputs", _job_input),
        outputs=shapes.listed(entry.get("outputs"), "outputs", _job_output),
        next_build=_next_build(entry.get("next_build")),
        is_paused=shapes.flag(entry, "paused"),
    )


def _next_build(value: t.Any) -> int | None:
    if value is None:
        return None
    entry = shapes.mapping(value, "next_build")
    return shapes.number(entry, "id") if _status(entry).is_active else None


def _job_input(value: t.Any) -> JobInput:
    entry = shapes.mapping(value, "an input")
    passed = shapes.listed(entry.get("passed"), "passed", lambda job: shapes.text({"passed": job}, "passed"))
    return JobInput(shapes.text(entry, "name"), shapes.text(entry, "resource"), frozenset(passed))


def _job_output(value: t.Any) -> JobOutput:
    entry = shapes.mapping(value, "an output")
    return JobOutput(shapes.text(entry, "name"), shapes.text(entry, "resource"))


def _step_version(value: t.Any) -> StepVersion:
    entry = shapes.mapping(value, "a step")
    return StepVersion(shapes.text(entry, "name"), _version(entry))


def _version(entry: dict[str, t.Any]) -> Version:
    fields = shapes.mapping(entry.get("version"), "version")
    if not all(isinstance(field, str) for field in fields.values()):
        raise Misshapen("a field of a version is no text")
    return Version.of(fields)


def _status(entry: dict[str, t.Any]) -> Status:
    try:
        return Status(shapes.text(entry, "status"))
    except ValueError:
        # A status of a later Concourse could mean anything, so nothing is concluded from it.
        raise Misshapen("the status of a build is none that is known") from None


def _pipeline_named(entry: dict[str, t.Any]) -> PipelineRef | None:
    name = shapes.optional_text(entry, "pipeline_name")
    if name is None:
        return None
    return PipelineRef(shapes.text(entry, "team_name"), name, _variables(entry, "pipeline_instance_vars"))


def _variables(entry: dict[str, t.Any], key: str) -> str | None:
    value = entry.get(key)
    return compact_json(shapes.mapping(value, key)) if value else None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes jobs and pipelines for starting builds.

Their types are in atc/job.go and atc/pipeline.go of 8.2; 5.0 lacks many fields. All functions raise MalformedResponse.
"""

from __future__ import annotations

import typing as t

from ..._core.concourse.references import PipelineReference
from ..._core.trigger.job.api import JobState, PipelineState, Preparation
from .fields import MalformedResponse, flag_field, id_field, object_field, time_field
from .model import decode_jobs, decode_pipeline_entry

_BLOCKING = "blocking"


def decode_job(value: t.Any) -> tuple[PipelineReference, str, JobState]:
    """Return the pipeline, the name and the state of a job."""
    ((pipeline, job),) = decode_jobs([value])
    entry = object_field(value, "a job")
    next_build = entry.get("next_build")
    state = JobState(
        is_paused=job.is_paused,
        is_manual=not flag_field(entry, "disable_manual_trigger"),
        next_build=None if next_build is None else id_field(object_field(next_build, "next_build"), "id"),
        puts_to=tuple(output.resource for output in job.outputs),
    )
    return pipeline, job.name, state


def decode_pipeline(value: t.Any) -> tuple[PipelineReference, PipelineState]:
    """Return the reference and the state of a pipeline."""
    entry = decode_pipeline_entry(value)
    last_updated = time_field(object_field(value, "a pipeline"), "last_updated") or 0
    return entry.reference, PipelineState(entry.is_paused, entry.is_archived, last_updated)


def decode_preparation(value: t.Any) -> tuple[int, Preparation]:
    """Return the id of a build and what blocks it (`BuildPreparation` in atc/build.go)."""
    entry = object_field(value, "a preparation")
    inputs, reasons = (_optional_object(entry, key) for key in ("inputs", "missing_input_reasons"))
    if not all(isinstance(reason, str) for reason in reasons.values()):
        raise MalformedResponse("a reason in missing_input_reasons is not text")
    missing = sorted({*reasons, *(name for name, status in inputs.items() if status == _BLOCKING)})
    return id_field(entry, "build_id"), Preparation(
        missing_inputs=tuple((name, reasons.get(name, "")) for name in missing),
        is_max_in_flight=entry.get("max_running_builds") == _BLOCKING,
        is_paused=_BLOCKING in (entry.get("paused_job"), entry.get("paused_pipeline")),
    )


def _optional_object(entry: dict[str, t.Any], key: str) -> dict[str, t.Any]:
    value = entry.get(key)
    return {} if value is None else object_field(value, key)

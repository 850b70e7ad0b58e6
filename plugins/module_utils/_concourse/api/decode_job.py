# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the JSON of the API to what starting builds needs.

Shapes: atc/job.go and atc/pipeline.go of 8.2; 5.0 lacks many fields. All functions raise Misshapen.
"""

from __future__ import annotations

import typing as t

from ..._core.concourse.references import PipelineReference
from ..._core.trigger.job_api import JobState, PipelineState
from . import json_fields
from .decode import decode_jobs, decode_pipeline_state


def decode_job(value: t.Any) -> tuple[PipelineReference, str, JobState]:
    """Return the pipeline and the name of a job, and what is known of it."""
    ((pipeline, job),) = decode_jobs([value])
    entry = json_fields.object_field(value, "a job")
    coming = entry.get("next_build")
    facts = JobState(
        is_paused=json_fields.flag_field(entry, "paused"),
        is_manual=not json_fields.flag_field(entry, "disable_manual_trigger"),
        next_build=None
        if coming is None
        else json_fields.id_field(json_fields.object_field(coming, "next_build"), "id"),
        puts_to=tuple(output.resource for output in job.outputs),
    )
    return pipeline, job.name, facts


def decode_pipeline(value: t.Any) -> tuple[PipelineReference, PipelineState]:
    """Return a pipeline and what is known of it."""
    pipeline, is_archived, is_paused = decode_pipeline_state(value)
    updated = json_fields.time_field(json_fields.object_field(value, "a pipeline"), "last_updated") or 0
    return pipeline, PipelineState(is_paused, is_archived, updated)

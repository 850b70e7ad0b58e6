# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the JSON of the API to what starting builds needs. Private to the collection.

Shapes: atc/job.go and atc/pipeline.go of 8.2; 5.0 lacks many fields. All functions raise Misshapen.
"""

from __future__ import annotations

import typing as t

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse import shapes
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.answers import jobs_of, standing_of
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import JobFacts, PipelineFacts


def job_of(value: t.Any) -> tuple[PipelineRef, str, JobFacts]:
    """Return the pipeline and the name of a job, and what is known of it."""
    ((pipeline, job),) = jobs_of([value])
    entry = shapes.mapping(value, "a job")
    coming = entry.get("next_build")
    facts = JobFacts(
        is_paused=shapes.flag(entry, "paused"),
        is_manual=not shapes.flag(entry, "disable_manual_trigger"),
        next_build=None if coming is None else shapes.number(shapes.mapping(coming, "next_build"), "id"),
        puts_to=tuple(output.resource for output in job.outputs),
    )
    return pipeline, job.name, facts


def pipeline_of(value: t.Any) -> tuple[PipelineRef, PipelineFacts]:
    """Return a pipeline and what is known of it."""
    pipeline, is_archived, is_paused = standing_of(value)
    updated = shapes.time(shapes.mapping(value, "a pipeline"), "last_updated") or 0
    return pipeline, PipelineFacts(is_paused, is_archived, updated)

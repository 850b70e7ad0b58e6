# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job takes next, where Concourse has forgotten some of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..._core.concourse.model import Version
from ..._core.concourse.queries import BuildQueries, NoCredibleResponse
from ..._core.concourse.references import PipelineReference
from .requests import InternalError

Inputs = Mapping[str, "Version | None"]


def known_inputs(
    ask: Callable[[], Inputs | None], pipeline: PipelineReference, job: str, queries: BuildQueries
) -> Mapping[str, Version] | None:
    """Ask for the inputs, and return those whose versions are known; None while they are undetermined.

    Until a job is scheduled again, its inputs stay as they were, though the source of a resource has changed, or the
    job has no such step any more: then Concourse answers 500 (atc/api/jobserver/list_inputs.go). That takes seconds,
    but nothing paused is scheduled (atc/db/job_factory.go: JobsToSchedule). Raises NoCredibleResponse unless all
    versions are known, or the job or pipeline is paused.
    """
    try:
        inputs = ask()
    except InternalError:
        if not _ask_is_paused(pipeline, job, queries):
            raise
        return None
    if inputs is None:
        return None
    known = {step: version for step, version in inputs.items() if version is not None}
    if len(known) < len(inputs) and not _ask_is_paused(pipeline, job, queries):
        raise NoCredibleResponse(f"Concourse does not say which versions job {job} takes next")
    return known


def _ask_is_paused(pipeline: PipelineReference, job: str, queries: BuildQueries) -> bool:
    return queries.is_paused(pipeline) or any(one.is_paused for one in queries.jobs(pipeline) if one.name == job)

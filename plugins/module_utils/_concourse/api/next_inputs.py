# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job takes next, where Concourse has forgotten some of it."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.concourse.model import Version
from ..._core.concourse.queries import BuildQueries, NoCredibleResponse
from ..._core.concourse.references import PipelineReference


def known_inputs(
    inputs: Mapping[str, Version | None], pipeline: PipelineReference, job: str, queries: BuildQueries
) -> Mapping[str, Version]:
    """Return the versions that are known. Raises NoCredibleResponse unless all are, or the job or pipeline is paused.

    The source of a resource has changed, and until the job is scheduled again, its inputs stay as they were. That takes
    seconds, but nothing paused is scheduled (atc/db/job_factory.go: JobsToSchedule).
    """
    known = {step: version for step, version in inputs.items() if version is not None}
    is_credible = len(known) == len(inputs) or queries.is_paused(pipeline)
    if not is_credible and not any(one.is_paused for one in queries.jobs(pipeline) if one.name == job):
        raise NoCredibleResponse(f"Concourse does not say which versions job {job} takes next")
    return known

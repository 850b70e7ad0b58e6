# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error for a job that Concourse does not know: it lists the names that exist."""

from __future__ import annotations

from collections.abc import Iterable

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference
from ..._core.shared.text import printable, some_of
from ..._core.trigger.job.api import CannotTrigger
from .queries import ConcourseQueries

_MAX_LISTED = 20


def unknown_job_error(job: JobReference, queries: ConcourseQueries) -> CannotTrigger:
    """Return the error for a job that got a 404: it names team, pipeline and job, and those that exist instead."""
    try:
        return CannotTrigger(f"{_missing(job)}: {_existing(job, queries)}")
    except NoCredibleResponse:
        return CannotTrigger(f"{_missing(job)}: check the three names, and the instance variables if it has some.")


def _missing(job: JobReference) -> str:
    team, pipeline, name = (printable(one, 80) for one in (job.pipeline.team, job.pipeline.name, job.name))
    variables = job.pipeline.instance_vars
    instance = f" with the instance variables {printable(variables, 200)}" if variables else ""
    return f"Concourse has no job {name} in pipeline {pipeline}{instance} of team {team}"


def _existing(job: JobReference, queries: ConcourseQueries) -> str:
    pipelines = queries.pipelines(job.pipeline.team)
    if not pipelines:
        return "there is no such team, or it has no pipelines."
    variables = [one.instance_vars for one in pipelines if one.name == job.pipeline.name]
    if not variables:
        return f"the team has no such pipeline. It has: {_listed({one.name for one in pipelines})}."
    if job.pipeline.instance_vars not in variables:
        listed = _listed(one or "none" for one in variables)
        return f"no pipeline of that name has these instance variables. There are: {listed}."
    return f"the pipeline has: {_listed(one.name for one in queries.jobs(job.pipeline))}."


def _listed(names: Iterable[str]) -> str:
    return some_of(sorted(printable(name, 200) for name in names), _MAX_LISTED)

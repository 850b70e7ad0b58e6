# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Concourse knows no such job: the names that there are, for the one that is not."""

from __future__ import annotations

from collections.abc import Iterable

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.concourse.references import JobReference, PipelineReference
from ..._core.shared.text import printable
from ..._core.trigger.job_api import CannotTrigger
from .queries import ConcourseQueries

_MOST = 20


def unknown_job_error(job: JobReference, facts: ConcourseQueries) -> CannotTrigger:
    """Return the sentence for a job that was answered 404: it names team, pipeline and job, and what there is."""
    try:
        return CannotTrigger(f"{_wanted(job)}: {_what_there_is(job, facts)}")
    except NoCredibleResponse:
        return CannotTrigger(f"{_wanted(job)}: check the three names, and the instance variables if it has some.")


def _wanted(job: JobReference) -> str:
    team, pipeline, name = (printable(one, 80) for one in (job.pipeline.team, job.pipeline.name, job.name))
    variables = job.pipeline.instance_vars
    instance = f" with the instance variables {printable(variables, 200)}" if variables else ""
    return f"Concourse has no job {name} in pipeline {pipeline}{instance} of team {team}"


def _what_there_is(job: JobReference, facts: ConcourseQueries) -> str:
    pipelines = facts.pipelines(job.pipeline.team)
    instances = [one for one in pipelines if one.name == job.pipeline.name]
    if not pipelines:
        return "there is no such team, or it has no pipelines."
    if not instances:
        return f"the team has no such pipeline. It has: {_listed({one.name for one in pipelines})}."
    if not any(one.instance_vars == job.pipeline.instance_vars for one in instances):
        return (
            f"no pipeline of that name has these instance variables. There are: {_listed(map(_variables, instances))}."
        )
    return f"the pipeline has no such job. It has: {_listed(one.name for one in facts.jobs(job.pipeline))}."


def _variables(pipeline: PipelineReference) -> str:
    return "none" if pipeline.instance_vars is None else pipeline.instance_vars


def _listed(names: Iterable[str]) -> str:
    shown = sorted(printable(name, 200) for name in names)
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return f"{', '.join(shown[:_MOST])}{more}"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Concourse knows no such job: the names that there are, for the one that is not. Private to the collection."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.facts import ConcourseFacts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import CannotTrigger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_job import JobRef

_MOST = 20


def no_such_job(job: JobRef, facts: ConcourseFacts) -> CannotTrigger:
    """Return the sentence for a job that was answered 404: it names team, pipeline and job, and what there is."""
    try:
        return CannotTrigger(f"{_wanted(job)}: {_what_there_is(job, facts)}")
    except NoCredibleAnswer:
        return CannotTrigger(f"{_wanted(job)}: check the three names, and the instance variables if it has some.")


def _wanted(job: JobRef) -> str:
    team, pipeline, name = (printable(one, 80) for one in (job.pipeline.team, job.pipeline.name, job.name))
    variables = job.pipeline.instance_vars
    instance = f" with the instance variables {printable(variables, 200)}" if variables else ""
    return f"Concourse has no job {name} in pipeline {pipeline}{instance} of team {team}"


def _what_there_is(job: JobRef, facts: ConcourseFacts) -> str:
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


def _variables(pipeline: PipelineRef) -> str:
    return "none" if pipeline.instance_vars is None else pipeline.instance_vars


def _listed(names: Iterable[str]) -> str:
    shown = sorted(printable(name, 200) for name in names)
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return f"{', '.join(shown[:_MOST])}{more}"

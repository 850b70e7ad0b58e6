# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What concourse_pool_trigger returns."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterator, Sequence

from ..concourse.model import Build
from ..concourse.references import JobReference
from ..report.layout import table_row, wrap
from ..shared.text import printable
from ..shared.times import iso_time
from .job.api import JobApi
from .pool_trigger import PoolTrigger
from .run import TriggerRun

BuildPageUrl = Callable[[JobReference, Build], str]

_TITLES = ("POOL", "STATE", "FREE", "ACTIVE", "STARTED")
_MAX_LINKS = 10


def trigger_result(run: TriggerRun) -> dict[str, t.Any]:
    """Return the result of the module for the pools of a run."""
    page = run.job_api.page
    return {
        "triggered": [_build_value(trigger, build, page) for trigger in run.triggers for build in trigger.builds],
        "pools": [_pool_value(trigger, run.job_api) for trigger in run.triggers],
        "report": report_lines(run.triggers, page),
        "commit": run.snapshot.commit if run.snapshot else None,
    }


def failure_result(run: TriggerRun) -> dict[str, t.Any]:
    """Return the result of a failed run: without pools if it failed before they were counted."""
    if run.snapshot is None:
        return {"triggered": []}
    return {**trigger_result(run), "changed": run.changed}


def report_lines(triggers: Sequence[PoolTrigger], page: BuildPageUrl) -> list[str]:
    """Return a table of the pools, with the reason and the links below each; only links are wider than WIDTH."""
    rows = [_cells(trigger) for trigger in triggers]
    widths = [max(map(len, column)) for column in zip(_TITLES, *rows, strict=True)]
    lines = [table_row(_TITLES, widths)]
    for trigger, row in zip(triggers, rows, strict=True):
        lines.append(table_row(row, widths))
        lines.extend(wrap(printable(_reason(trigger)), "  "))
        lines.extend(f"  {line}" for line in _links(trigger, page))
    return lines


def _cells(trigger: PoolTrigger) -> tuple[str, ...]:
    need = trigger.need
    counts = (str(need.unclaimed), str(need.active)) if need else ("?", "?")
    return (printable(trigger.pool.name, 30), trigger.state.value, *counts, str(len(trigger.builds)))


def _links(trigger: PoolTrigger, page: BuildPageUrl) -> Iterator[str]:
    started = [build for build in trigger.builds if build]
    stuck = trigger.decision.stuck if trigger.decision else ()
    for label, builds in (("started", started), ("see", stuck)):
        for build in builds[:_MAX_LINKS]:
            yield f"{label} {page(trigger.pool.job, build)}"
        if len(builds) > _MAX_LINKS:
            yield f"and {len(builds) - _MAX_LINKS} more"


def _reason(trigger: PoolTrigger) -> str:
    decided = trigger.decision.reason if trigger.decision else "the pool was not counted"
    reason = decided if trigger.failure is None else trigger.failure
    if trigger.blocked:
        reason = f"{reason}; {trigger.blocked.clause}"
    return f"{reason}; somebody else starts builds of the job too" if trigger.is_shared else reason


def _pool_value(trigger: PoolTrigger, job_api: JobApi) -> dict[str, t.Any]:
    need, decision, job, page = trigger.need, trigger.decision, trigger.pool.job, job_api.page
    return {
        "name": printable(trigger.pool.name),
        "job": printable(str(job)),
        "job_url": job_api.job_page(job),
        "instance_vars": _instance_vars(job),
        "unclaimed": need.unclaimed if need else None,
        "active": need.active if need else None,
        "pending": need.pending if need else None,
        "needed": decision.needed if decision else need.needed if need else None,
        "triggered": len(trigger.builds),
        "state": trigger.state.value,
        "reason": printable(_reason(trigger)),
        "stuck_builds": [page(job, build) for build in decision.stuck] if decision else [],
        "blocked": _blocked_value(trigger, page),
        "checked": list(trigger.checked),
    }


def _blocked_value(trigger: PoolTrigger, page: BuildPageUrl) -> dict[str, t.Any] | None:
    blocked = trigger.blocked
    if blocked is None:
        return None
    missing = {printable(name): printable(reason) for name, reason in blocked.preparation.missing_inputs}
    return {
        "build": blocked.build.name,
        "id": blocked.build.id,
        "url": page(trigger.pool.job, blocked.build),
        "since": iso_time(blocked.since),
        "missing_inputs": missing,
        "reason": printable(blocked.reason),
    }


def _build_value(trigger: PoolTrigger, build: Build | None, page: BuildPageUrl) -> dict[str, t.Any]:
    job = trigger.pool.job
    return {
        "pool": printable(trigger.pool.name),
        "team": printable(job.pipeline.team),
        "pipeline": printable(job.pipeline.name),
        "instance_vars": _instance_vars(job),
        "job": printable(job.name),
        "build": build.name if build else None,
        "id": build.id if build else None,
        "url": page(job, build) if build else None,
    }


def _instance_vars(job: JobReference) -> dict[str, t.Any] | None:
    return json.loads(job.pipeline.instance_vars) if job.pipeline.instance_vars else None

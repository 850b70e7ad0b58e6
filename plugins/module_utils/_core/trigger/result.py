# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of starting builds, as values and as a table for a person."""

from __future__ import annotations

import json
import textwrap
import typing as t
from collections.abc import Callable, Iterator, Sequence

from ..concourse.model import Build
from ..concourse.references import JobReference
from ..report.layout import WIDTH
from ..shared.text import printable, valid_unicode
from .run import TriggerRun
from .start import PoolTrigger

BuildPageUrl = Callable[[JobReference, Build], str]

_TITLES = ("POOL", "STATE", "FREE", "ACTIVE", "STARTED")
_MOST_LINKS = 10


def trigger_result(triggering: TriggerRun) -> dict[str, t.Any]:
    """Return what concourse_pool_trigger returns of the pools that were looked at so far."""
    page, runs = triggering.desk.page, triggering.runs
    return {
        "triggered": [_build_value(run, build, page) for run in runs for build in run.made],
        "pools": [_pool_value(run, page) for run in runs],
        "report": report_lines(runs, page),
        "commit": triggering.snapshot.commit if triggering.snapshot else None,
    }


def failure_result(triggering: TriggerRun) -> dict[str, t.Any]:
    """Return what can be told of a run that failed: nothing of the pools before they were counted."""
    if triggering.snapshot is None:
        return {"triggered": []}
    result = trigger_result(triggering)
    return {**result, "changed": triggering.changed}


def report_lines(runs: Sequence[PoolTrigger], page: BuildPageUrl) -> list[str]:
    """Return a table of the pools, with the reason and the links below each; only links are wider than WIDTH."""
    rows = [_cells(run) for run in runs]
    widths = [max(len(row[number]) for row in [_TITLES, *rows]) for number in range(len(_TITLES))]
    lines = [_laid_out(_TITLES, widths)]
    for run, row in zip(runs, rows, strict=True):
        lines.append(_laid_out(row, widths))
        lines.extend(textwrap.wrap(printable(_reason(run)), WIDTH, initial_indent="  ", subsequent_indent="  "))
        lines.extend(f"  {line}" for line in _links(run, page))
    return lines


def _cells(run: PoolTrigger) -> tuple[str, ...]:
    need = run.need
    counts = (need.unclaimed, need.active) if need else ("?", "?")
    return (printable(run.pool.name, 30), run.state.value, *map(str, counts), str(len(run.made)))


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _links(run: PoolTrigger, page: BuildPageUrl) -> Iterator[str]:
    stuck = run.decision.stuck if run.decision else ()
    for words, builds in (("started", [build for build in run.made if build]), ("see", list(stuck))):
        for build in builds[:_MOST_LINKS]:
            yield f"{words} {page(run.pool.job, build)}"
        if len(builds) > _MOST_LINKS:
            yield f"and {len(builds) - _MOST_LINKS} more"


def _reason(run: PoolTrigger) -> str:
    reason = run.failure if run.failure is not None else run.decision.reason if run.decision else "it was not counted"
    return f"{reason}; somebody else starts builds of the job, too" if run.is_shared else reason


def _pool_value(run: PoolTrigger, page: BuildPageUrl) -> dict[str, t.Any]:
    need = run.need
    return {
        "name": valid_unicode(run.pool.name),
        "job": str(run.pool.job),
        "instance_vars": _variables(run.pool.job),
        "unclaimed": need.unclaimed if need else None,
        "active": need.active if need else None,
        "pending": need.pending if need else None,
        "needed": run.decision.needed if run.decision else need.needed if need else None,
        "triggered": len(run.made),
        "state": run.state.value,
        "reason": _reason(run),
        "stuck_builds": [page(run.pool.job, build) for build in run.decision.stuck] if run.decision else [],
        "checked": list(run.checked),
    }


def _build_value(run: PoolTrigger, build: Build | None, page: BuildPageUrl) -> dict[str, t.Any]:
    job = run.pool.job
    return {
        "pool": valid_unicode(run.pool.name),
        "team": job.pipeline.team,
        "pipeline": job.pipeline.name,
        "instance_vars": _variables(job),
        "job": job.name,
        "build": build.name if build else None,
        "id": build.id if build else None,
        "url": page(job, build) if build else None,
    }


def _variables(job: JobReference) -> dict[str, t.Any] | None:
    return json.loads(job.pipeline.instance_vars) if job.pipeline.instance_vars else None

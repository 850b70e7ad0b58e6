# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a job's plan: its `get` and `put` steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .entities import JobInput, JobOutput, JsonObject

HOOKS = ("on_success", "on_failure", "on_error", "on_abort", "ensure")


def steps_of(step: JsonObject) -> Iterator[JsonObject]:
    """Yield `step` and every nested step, including hooks."""
    yield step
    parallel: Any = step.get("in_parallel", step.get("aggregate", []))
    nested: list[JsonObject] = list(step.get("do", []))
    nested += parallel.get("steps", []) if isinstance(parallel, dict) else parallel
    nested += [step[key] for key in ("try", *HOOKS) if isinstance(step.get(key), dict)]
    for inner in nested:
        yield from steps_of(inner)


def inputs_of(job: JsonObject) -> list[JobInput]:
    """Return the `get` steps of a job."""
    found = [
        JobInput(
            name=step["get"],
            resource=step.get("resource") or step["get"],
            passed=list(step.get("passed", [])),
            trigger=bool(step.get("trigger")),
            every=step.get("version") == "every",
            pinned=step["version"] if isinstance(step.get("version"), dict) else None,
            params=step.get("params"),
        )
        for step in _steps_of_job(job)
        if "get" in step
    ]
    return sorted(found, key=lambda step: step.name)


def outputs_of(job: JsonObject) -> list[JobOutput]:
    """Return the `put` steps of a job."""
    found = [
        JobOutput(name=step["put"], resource=step.get("resource") or step["put"])
        for step in _steps_of_job(job)
        if "put" in step
    ]
    return sorted(found, key=lambda step: step.name)


def max_in_flight_of(job: JsonObject) -> int:
    """Return the maximum number of parallel builds; 0 means unlimited."""
    return 1 if job.get("serial") or job.get("serial_groups") else int(job.get("max_in_flight", 0))


def _steps_of_job(job: JsonObject) -> Iterator[JsonObject]:
    hooks = {key: job[key] for key in HOOKS if key in job}
    yield from steps_of({"do": job.get("plan", []), **hooks})

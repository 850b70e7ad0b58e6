# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a pipeline's configuration as people make them: a job or a step is renamed or removed."""

from __future__ import annotations

import copy

from .entities import JsonObject
from .plan import steps_of


def rename_job(config: JsonObject, name: str, to: str) -> JsonObject:
    """Return the configuration with another name for a job, in `passed` too; `old_name` keeps its builds."""
    changed = copy.deepcopy(config)
    _job(changed, name).update(name=to, old_name=name)
    for job in changed["jobs"]:
        for step in steps_of({"do": job.get("plan", [])}):
            if name in step.get("passed", []):
                step["passed"] = [to if other == name else other for other in step["passed"]]
    return changed


def remove_job(config: JsonObject, name: str) -> JsonObject:
    """Return the configuration without a job, in `passed` too."""
    changed = copy.deepcopy(config)
    changed["jobs"].remove(_job(changed, name))
    for job in changed["jobs"]:
        for step in steps_of({"do": job.get("plan", [])}):
            if name in step.get("passed", []):
                step["passed"] = [other for other in step["passed"] if other != name]
    return changed


def rename_step(config: JsonObject, job: str, name: str, to: str) -> JsonObject:
    """Return the configuration with another name for the `get` or `put` steps `name` of a job."""
    changed = copy.deepcopy(config)
    for step in steps_of({"do": _job(changed, job).get("plan", [])}):
        for verb in ("get", "put"):
            if step.get(verb) == name:
                step.setdefault("resource", name)
                step[verb] = to
    return changed


def _job(config: JsonObject, name: str) -> JsonObject:
    found: JsonObject = next(job for job in config["jobs"] if job["name"] == name)
    return found

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and results of runs of concourse_pool_trigger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...scene import Scene
from ..running import ModuleRun

Trigger = Callable[..., ModuleRun]
HOUR = 3600
JOB = "main/ci/claim"
CONFIG: dict[str, Any] = {
    "resources": [
        {"name": "env", "type": "pool", "source": {"uri": "git@git.example.com:locks.git", "private_key": "s0urce-key"}}
    ],
    "jobs": [
        {"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]},
        {"name": "other", "plan": [{"put": "env", "params": {"acquire": True}}]},
        {"name": "scheduled-only", "disable_manual_trigger": True, "plan": [{"put": "env"}]},
    ],
}


def login(scene: Scene, **options: Any) -> dict[str, Any]:
    """Return the options with which pool-boy uses a scene."""
    given = {
        "repo": scene.repo,
        "concourse_url": scene.atc.url,
        "concourse_username": "pool-boy",
        "concourse_password": "pa55word",
    }
    return {**given, **options}


def add_locks(scene: Scene, *names: str, pool: str = "aws") -> None:
    for name in names:
        scene.locks.add(pool, name, at=scene.now)


def pause(scene: Scene, what: str) -> None:
    """Pause the job or the pipeline."""
    if what == "job":
        scene.atc.pause_job("main/ci", "claim")
    else:
        scene.atc.pause_pipeline("main/ci")


def builds(scene: Scene, job: str = "claim", pipeline: str = "main/ci", status: str | None = None) -> list[int]:
    """Return the ids of the builds of a job."""
    return [int(one["id"]) for one in scene.atc.list_builds(pipeline=pipeline, job=job, status=status)]


def pool_of(run: ModuleRun, name: str = "aws") -> dict[str, Any]:
    """Return the values of a pool in the result of a run."""
    (found,) = [pool for pool in run.values["pools"] if pool["name"] == name]
    return dict(found)


def counts(run: ModuleRun, name: str = "aws") -> tuple[Any, ...]:
    """Return state, unclaimed, active, needed and triggered of a pool."""
    pool = pool_of(run, name)
    return tuple(pool[key] for key in ("state", "unclaimed", "active", "needed", "triggered"))


def started(run: ModuleRun) -> list[int]:
    """Return the ids of the builds in the result of a run."""
    return [one["id"] for one in run.values["triggered"]]

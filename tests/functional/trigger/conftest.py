# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of concourse_pool_trigger share: a machine, a Concourse with its lock repository, ways to run it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace
from ansible_collections.poolboy.concourse.tests.functional.trigger.triggerer import Triggerer
from ansible_collections.poolboy.concourse.tests.scene import Scene

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


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Six hours ago: pipeline main/ci with job `claim`, and an empty pool `aws`; pool-boy may start builds."""
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * HOUR) as made:
        made.atc.set_user("pool-boy", "pa55word")
        made.atc.set_user("looker", "pa55word")
        made.atc.set_team("main", {"pipeline-operator": ["local:pool-boy"], "viewer": ["local:looker"]})
        made.atc.set_pipeline("main/ci", CONFIG)
        made.locks.add_pool("aws", at=made.now)
        yield made
        assert made.atc.server.errors == []


@pytest.fixture
def triggerer(tmp_path: Path, scene: Scene) -> Triggerer:
    """The trigger without Ansible, in the time of the scene."""
    return Triggerer(scene.repo, scene.atc.url, tmp_path / "cache", lambda: scene.now)


@pytest.fixture
def trigger(triggerer: Triggerer) -> Trigger:
    """Start what is missing, without Ansible: by default for pool `aws` and JOB; the rules by keyword."""

    def triggered(pools: Sequence[object] = ({"name": "aws", "job": JOB},), **rules: Any) -> ModuleRun:
        return triggerer.run(pools, **rules)

    return triggered


@pytest.fixture
def module(workplace: Workplace, scene: Scene) -> Trigger:
    """The same by the module itself, in a process of its own, environment variables as `environment`."""

    def triggered(environment: dict[str, str] | None = None, *, check_mode: bool = False, **options: Any) -> ModuleRun:
        given = {"pools": [{"name": "aws", "job": JOB}], **options}
        if given["pools"] is None:
            del given["pools"]
        return workplace.run_module("concourse_pool_trigger", login(scene, **given), environment, check_mode=check_mode)

    return triggered


def login(scene: Scene, **options: Any) -> dict[str, Any]:
    """The options by which pool-boy works at a scene."""
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


def builds(scene: Scene, job: str = "claim", pipeline: str = "main/ci", status: str | None = None) -> list[int]:
    """The ids of a job's builds."""
    return [int(one["id"]) for one in scene.atc.list_builds(pipeline=pipeline, job=job, status=status)]


def pool_of(run: ModuleRun, name: str = "aws") -> dict[str, Any]:
    """What a run says of a pool."""
    (found,) = [pool for pool in run.values["pools"] if pool["name"] == name]
    return dict(found)


def counts(run: ModuleRun, name: str = "aws") -> tuple[Any, ...]:
    """State, unclaimed, active, needed and triggered of a pool."""
    pool = pool_of(run, name)
    return tuple(pool[key] for key in ("state", "unclaimed", "active", "needed", "triggered"))


def started(run: ModuleRun) -> list[int]:
    """The ids of the builds that a run says it started."""
    return [one["id"] for one in run.values["triggered"]]

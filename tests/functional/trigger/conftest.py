# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for concourse_pool_trigger: a machine, a Concourse with its lock repository, and functions that run it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ...scene import Scene
from ..running import ModuleRun, Workplace
from .runs import CONFIG, HOUR, JOB, Trigger, login
from .triggerer import Triggerer


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Pipeline main/ci with job `claim`, and an empty pool `aws`, six hours ago; pool-boy may start builds."""
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
    """Run the trigger without Ansible, by default for pool `aws` and JOB; rules by keyword."""

    def triggered(pools: Sequence[object] = ({"name": "aws", "job": JOB},), **rules: Any) -> ModuleRun:
        return triggerer.run(pools, **rules)

    return triggered


@pytest.fixture
def module(workplace: Workplace, scene: Scene) -> Trigger:
    """Run the module in a process of its own; environment variables as `environment`."""

    def triggered(environment: dict[str, str] | None = None, *, check_mode: bool = False, **options: Any) -> ModuleRun:
        given = {"pools": [{"name": "aws", "job": JOB}], **options}
        if given["pools"] is None:
            del given["pools"]
        return workplace.run_module("concourse_pool_trigger", login(scene, **given), environment, check_mode=check_mode)

    return triggered

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the resource types: their scripts in a container, and a lock repository."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Scripts, scripts_of
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene


@pytest.fixture
def trigger(tmp_path: Path) -> Scripts:
    """The scripts of pool-trigger in one container."""
    return scripts_of("pool-trigger", tmp_path / "container")


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    """`locks.git` in `served`: locks `env-1` and `env-2` of pool `aws` are free."""
    repository = LockRepository(tmp_path / "served" / "locks.git")
    repository.add("aws", "env-1")
    repository.add("aws", "env-2")
    return repository


@pytest.fixture
def pool_boy(tmp_path: Path) -> Scripts:
    """The scripts of pool-boy in one container."""
    return scripts_of("pool-boy", tmp_path / "pool-boy container")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Pipeline main/ci with job `claim`, and an empty pool `aws`, six hours ago; pool-boy may start builds."""
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * 3600) as made:
        made.atc.set_user("pool-boy", "pa55word-of-the-login")
        made.atc.set_team("main", {"pipeline-operator": ["local:pool-boy"]})
        put = {"put": "env", "params": {"acquire": True}}
        resources = [{"name": "env", "type": "pool", "source": {"uri": "git@git.example.com:locks.git"}}]
        made.atc.set_pipeline("main/ci", {"resources": resources, "jobs": [{"name": "claim", "plan": [put]}]})
        made.locks.add_pool("aws", at=made.now)
        yield made
        assert made.atc.server.errors == []

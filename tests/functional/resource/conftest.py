# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the resource types: their scripts in a container, and a lock repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Scripts, scripts_of
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


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

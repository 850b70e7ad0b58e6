# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for concourse_pool_clean: a machine, repositories, and a function that runs the module."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...scene import Scene
from ..running import ModuleRun, Workplace
from .reading import check_whole
from .runs import HOUR, Clean


@pytest.fixture
def clean(workplace: Workplace) -> Clean:
    """Run the module: options by keyword, environment variables as `environment`.

    Most of these tests need no Concourse, so a run goes by age without one unless it says otherwise.
    """

    def cleaned(environment: dict[str, str] | None = None, *, check_mode: bool = False, **options: Any) -> ModuleRun:
        given = {"no_concourse": "stale", **options}
        return workplace.run_module("concourse_pool_clean", given, environment, check_mode=check_mode)

    return cleaned


@pytest.fixture
def served_folder(tmp_path: Path) -> Path:
    """The folder with `locks.git`, for the servers of tests/servers."""
    folder = tmp_path / "served"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[LockRepository]:
    """`locks.git`, for runs without a Concourse: env-1 and env-2 of pool `aws` have old claims without a build.

    env-3 is free, a person holds env-4; pool `sick` has no locks, and some files are in no pool.
    """
    repository = LockRepository(tmp_path / "served" / "locks.git")
    for lock in ("env-1", "env-2", "env-3", "env-4"):
        repository.add("aws", lock)
    repository.add_pool("sick")
    repository.commit({"README.md": "Locks of the teams.\n", "scripts/run": "#!/bin/sh\n"}, message="Say what this is")
    repository.claim("aws", "env-1", message="claiming: env-1")
    repository.claim("aws", "env-2", message="claiming: env-2\nBuild URL: \n")
    repository.claim("aws", "env-4", message="manually claim env-4")
    yield repository
    check_whole(repository.path)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A Concourse and a lock repository, six hours ago; user pool-boy (password pa55word) is a viewer of team main."""
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * HOUR) as made:
        made.atc.set_user("pool-boy", "pa55word")
        made.atc.set_team("main", {"viewer": ["local:pool-boy"]})
        yield made
        assert made.atc.server.errors == []
        check_whole(made.locks.path)

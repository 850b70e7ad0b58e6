# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for concourse_pool_lock: a lock repository, and a function that runs the module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..clean.reading import check_whole
from ..running import ModuleRun, Workplace
from .holding import LATER, Lock, held


@pytest.fixture
def served_folder(tmp_path: Path) -> Path:
    """The folder with `locks.git`, for the servers of tests/servers."""
    folder = tmp_path / "served"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> LockRepository:
    """What `locks` copies, because each commit takes a process."""
    repository = LockRepository(tmp_path_factory.mktemp("template") / "locks.git")
    for number in range(1, 8):
        repository.add("aws", f"env-{number}")
    repository.add_pool("sick")
    for lock, owner in (("env-4", "bob"), ("env-5", "eve"), ("env-6", "eve")):
        repository.claim("aws", lock, message=held(lock, owner, LATER))
    page = "https://ci.example.com/teams/main/pipelines/deploy/jobs/claim/builds/7"
    repository.claim("aws", "env-7", message=f"claiming: env-7\nBuild URL: {page} ")
    return repository


@pytest.fixture
def locks(served_folder: Path, template: LockRepository) -> Iterator[LockRepository]:
    """`locks.git`: env-1, env-2 and env-3 of pool `aws` are free, and env-1 has been free for the longest time.

    bob holds env-4, eve holds env-5 and env-6, and a build holds env-7; pool `sick` has no locks.
    """
    shutil.copytree(template.path, served_folder / "locks.git")
    repository = LockRepository(served_folder / "locks.git")
    repository.now = template.now
    yield repository
    check_whole(repository.path)


@pytest.fixture
def lock(workplace: Workplace, locks: LockRepository) -> Lock:
    """Run the module on pool `aws` of `locks.git` unless the options say otherwise."""

    def locked(environment: Mapping[str, str] | None = None, *, check_mode: bool = False, **options: Any) -> ModuleRun:
        given = {"repo": locks.url, "pool": "aws", **options}
        return workplace.run_module("concourse_pool_lock", given, environment, check_mode=check_mode)

    return locked

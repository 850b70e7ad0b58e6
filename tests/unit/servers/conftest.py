# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the server tests: a repository and a git client with strict settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_environment

RoundTrip = Callable[..., None]


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    """`locks.git` in the served folder: pool `aws`, lock `env-1`."""
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    return repository


@pytest.fixture
def round_trip(locks: LockRepository, tmp_path: Path) -> RoundTrip:
    """Clone the repository from a URL, push a commit and check it; further arguments are environment variables."""

    def clone_and_push(url: str, **environment: str) -> None:
        clone, settings = tmp_path / f"clone-{time.monotonic_ns()}", git_environment(**environment)
        git("clone", "--quiet", "--bare", url, str(clone), environment=settings)
        commit = git(
            *("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit-tree", "-p", "main", "-m", "pushed"),
            "main^{tree}",
            folder=clone,
            environment=settings,
        )
        pushed = commit.decode().strip()
        git("push", "--quiet", url, f"{pushed}:refs/heads/main", folder=clone, environment=settings)
        assert locks.tip() == pushed

    return clone_and_push

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A home of its own for git, a lock repository, and a record of every git that is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import git_executable
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the machine's own: no settings, no keys, no proxies, no agent."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "SSH_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    # sshd and ssh look the home folder up by themselves.
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -F /dev/null -o GlobalKnownHostsFile=/dev/null")
    return home


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    """`locks.git` in `served`: pool `aws`, lock `env-1` claimed, lock `env-2` free."""
    repository = LockRepository(tmp_path / "served" / "locks.git")
    repository.add("aws", "env-1")
    repository.add("aws", "env-2")
    repository.claim("aws", "env-1")
    return repository


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Looks at repositories, always with the same cache."""
    return Look(tmp_path / "cache")


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRecorder:
    """Every git that the collection runs from here on is recorded, and none that the tests run."""
    recorder = GitRecorder(tmp_path / "recorder", git_executable())
    monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", str(recorder.program))
    return recorder

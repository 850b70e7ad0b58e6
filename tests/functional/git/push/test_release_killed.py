# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed anywhere has pushed all of its releases or none, and the next run completes them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git import repository
from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.push import releaser
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import commits_since, is_whole, set_hook
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

COLLECTIONS = Path(repository.__file__).absolute().parents[6]
NAMES = [f"env-{number}" for number in range(12)]
KILLS = 40 if LONG else 10

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    repository = LockRepository(tmp_path / "served" / "locks.git")
    for name in NAMES:
        repository.add("aws", name)
    return repository


@pytest.fixture
def start(locks: LockRepository, look: Look) -> Start:
    """Starts a process that releases all locks, with the same cache."""
    command = [sys.executable, releaser.__file__, str(locks.path), str(look.cache_dir)]

    def started() -> subprocess.Popen[bytes]:
        variables = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables)

    return started


def claim_all(locks: LockRepository) -> str:
    """Claim every lock in one commit, and return it."""
    return locks.commit(
        moves=[(b"aws/unclaimed/%s" % name.encode(), b"aws/claimed/%s" % name.encode()) for name in NAMES]
    )


def finish(locks: LockRepository, look: Look, start: Start, base: str) -> None:
    """Check that a killed run has changed all or nothing; complete it with another run."""
    assert len(commits_since(locks, base)) in (0, len(NAMES))
    with start() as process:
        _printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    check_complete(locks, look, base)


def check_complete(locks: LockRepository, look: Look, base: str) -> None:
    """Check that each lock was released once, and that the cache is complete and valid."""
    changes = sorted(commit.changes for commit in commits_since(locks, base))
    assert changes == sorted((f"D aws/claimed/{name}", f"A aws/unclaimed/{name}") for name in NAMES)
    assert is_whole(locks)
    assert not look(locks.path).claims
    assert {path.name for path in look.folder.iterdir()} == {"lock", "snapshot.json", "mirror.git"}
    assert not [path for path in look.mirror.rglob("*") if path.name.endswith(".lock") or "crash" in path.name]
    git("fsck", "--connectivity-only", folder=look.mirror)


@pytest.mark.parametrize("time", ["before", "after"])
@pytest.mark.parametrize("command", ["ls-remote", "fetch", "config", "fast-import", "push", "ls-tree"])
def test_killed_at_each_step(
    locks: LockRepository, look: Look, start: Start, recorder: GitRecorder, command: str, time: str
) -> None:
    """Before: git continues without the run. After: git has ended, and the run has not read its output."""
    base = claim_all(locks)
    kill = f"kill -9 $PPID; echo > {recorder.folder}/killed"
    work = f'"{recorder.git}" "$@"; echo > {recorder.folder}/done; exit'
    recorder.run_before(f'test "$1" = {command} && {{ {kill}; {work}; }}')
    if time == "after":
        recorder.run_before(
            f'test "$1" = {command} && {{ "{recorder.git}" "$@"; {kill}; echo > {recorder.folder}/done; exit; }}'
        )
    with start() as process:
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    wait_until((recorder.folder / "done").exists, what="end of the orphaned git", seconds=60)
    recorder.run_before("")
    finish(locks, look, start, base)


def test_killed_while_the_server_processes_the_push(
    locks: LockRepository, look: Look, start: Start, tmp_path: Path
) -> None:
    """The orphaned git continues to push, at the same time as the next run."""
    base = claim_all(locks)
    begun, go_on = tmp_path / "begun", tmp_path / "go on"
    set_hook(locks, "pre-receive", f"echo > '{begun}'; until test -e '{go_on}'; do sleep 0.05; done")
    with start() as process:
        wait_until(begun.exists, what="push", seconds=60)
        process.kill()
    assert locks.tip() == base
    begun.unlink()
    with start() as process:
        wait_until(begun.exists, what="second push", seconds=60)
        go_on.touch()
        _printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    check_complete(locks, look, base)


def test_killed_at_any_time(locks: LockRepository, look: Look, start: Start) -> None:
    chance = random.Random(3)
    claim_all(locks)
    began = time.monotonic()
    with start() as process:
        process.communicate(timeout=120)
    duration = time.monotonic() - began
    killed = 0
    for _kill in range(KILLS):
        base = claim_all(locks)
        with start() as process:
            try:
                process.wait(chance.uniform(0.4, 1.0) * duration)
                duration *= 0.8  # the machine is less busy than before
            except subprocess.TimeoutExpired:
                process.kill()
                duration *= 1.1
                killed += 1
        with start() as process:
            _printed, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
        check_complete(locks, look, base)
    assert killed > KILLS // 4

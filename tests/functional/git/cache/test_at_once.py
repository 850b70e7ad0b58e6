# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs with one cache, and runs that are killed: every answer is right, and the cache can be used afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git import repository
from ansible_collections.poolboy.concourse.tests.functional.git.cache import looker
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, claims_of, expected_claims, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

COLLECTIONS = Path(repository.__file__).absolute().parents[6]
KILLS = 30

PATIENCE = 30.0  # seconds
Start = Callable[[int], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(locks: LockRepository, look: Look) -> Start:
    """Starts another process that looks this number of times, with the same cache."""

    def started(looks: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, looker.__file__, str(locks.path), str(look.cache_dir), str(looks)]
        variables = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables)

    return started


def history(locks: LockRepository) -> Mapping[str, Mapping[str, str]]:
    """What is true of each of some commits, of which some are rewritten ones."""
    grow(locks, 100)
    truth = {}
    for number in range(6):
        commit = locks.claim("aws", "env-2") if number % 2 == 0 else locks.release("aws", "env-2")
        truth[commit] = expected_claims(locks)
    locks.force("main~3")
    for number in range(3):
        commit = locks.add("gcp", f"env-{number}", state="claimed")
        truth[commit] = expected_claims(locks)
    return truth


def test_many_at_once(look: Look, locks: LockRepository, start: Start) -> None:
    truth = history(locks)
    chance = random.Random(1)
    lookers = [start(12) for _number in range(4)]
    while any(process.poll() is None for process in lookers):
        locks.force(chance.choice(list(truth)))
        time.sleep(0.02)
    seen = set()
    for process in lookers:
        printed, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
        lines = [json.loads(line) for line in printed.splitlines()]
        assert len(lines) == 12
        for commit, claims in lines:
            assert claims == truth[commit]
            seen.add(commit)
    assert len(seen) > 2


def test_killed_at_any_moment(look: Look, locks: LockRepository, start: Start) -> None:
    truth = history(locks)
    chance = random.Random(2)
    begin = time.monotonic()
    start(1).communicate(timeout=60)
    usual = time.monotonic() - begin
    for number in range(KILLS):
        locks.force(chance.choice(list(truth)))
        if number % 5 == 0 and look.mirror.exists():
            (look.folder / "snapshot.json").unlink(missing_ok=True)
        with start(1) as process:
            try:
                process.wait(chance.uniform(0.2, 1.1) * usual)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        locks.force(chance.choice(list(truth)))
        snapshot = look(locks.path)
        assert claims_of(snapshot) == truth[snapshot.commit], number
    names = {path.name for path in look.folder.iterdir()}
    assert {"lock", "snapshot.json", "mirror.git"} <= names
    look(locks.path, branch="main")


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_git_that_a_killed_run_left_behind(
    look: Look, locks: LockRepository, start: Start, recorder: GitRecorder, known: bool, moment: str
) -> None:
    """It still fetches, into the same mirror, while the next runs look."""
    grow(locks, 300)
    if known:
        look(locks.path)
    old = locks.claim("aws", "env-2")
    begun, done = recorder.folder / "begun", recorder.folder / "done"
    wait = f"echo $$ > {begun}; sleep 1"
    work = f'"{recorder.git}" "$@"; echo > {done}; exit'
    slow = f"{wait}; {work}" if moment == "before" else f'"{recorder.git}" "$@"; {wait}; echo > {done}; exit'
    recorder.run_before(f'if [ "$1" = fetch ]; then {slow}; fi')
    with start(1) as process:
        wait_until(lambda: begun.exists() and begun.read_text() != "", what="start of the work", seconds=PATIENCE)
        process.kill()
    orphan = int(begun.read_text())
    os.kill(orphan, 0)  # it is still there
    recorder.run_before("")
    locks.release("aws", "env-2")
    new = locks.claim("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)
    wait_until(done.exists, what="end of the work", seconds=PATIENCE)
    assert claims_of(look(locks.path))["aws/claimed/env-2"] == new != old
    locks.release("aws", "env-2")
    assert claims_of(look(locks.path)) == expected_claims(locks)
    assert {path.name for path in look.folder.iterdir()} == {"lock", "snapshot.json", "mirror.git"}

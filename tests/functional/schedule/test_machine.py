# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine stops with the tests, even if they are killed, and other tests write none of its files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS
from ansible_collections.poolboy.concourse.tests.functional.schedule import machine

STARTS_ONE = f"""
import sys, time
from pathlib import Path
from {machine.__name__} import CRON, Machine
with Machine(Path(sys.argv[1]), CRON) as one:
    print(one.leader, flush=True)
    time.sleep(600)
"""


def test_it_does_not_outlive_a_killed_test(tmp_path: Path) -> None:
    if reason := machine.obstacle():
        pytest.skip(reason)
    program = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE, str(tmp_path / "machine")],
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    with program.stdout:
        leader = int(program.stdout.readline())
    assert Path(f"/proc/{leader}").exists()
    program.kill()
    program.wait()
    until = time.monotonic() + 10
    while Path(f"/proc/{leader}").exists():
        assert time.monotonic() < until, f"process {leader} is still running"
        time.sleep(0.05)


def test_it_does_not_see_the_temporary_files_of_other_tests(tmp_path: Path) -> None:
    if reason := machine.obstacle():
        pytest.skip(reason)
    with machine.Machine(tmp_path / "machine", machine.CRON) as one:
        for folder in ("/tmp", "/var/tmp"):
            with tempfile.TemporaryDirectory(dir=folder) as other:
                assert not one.path(other).exists()

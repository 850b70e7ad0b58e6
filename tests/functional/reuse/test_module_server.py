# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that a server runs has the files, folder, mask and variables of its own process, and ends with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Run, Workplace
from ansible_collections.poolboy.concourse.tests.servers.processes import wait_until

SERVER = "module_server.py"
# What the parent of the command is, and what it was started with: the server's variables, not those of the run.
PARENT = "tr '\\0' '\\n' </proc/$PPID"
ASK = f"{PARENT}/cmdline | grep -c {SERVER}; umask; pwd; echo $MARK; {PARENT}/environ | grep -c MARK || true"
PATIENCE = 30.0  # seconds


def shell(workplace: Workplace, command: str, **variables: str) -> Run:
    """Run a command by Ansible's module."""
    arguments = json.dumps({"_raw_params": command, "chdir": str(workplace.folder)})
    return workplace.ansible(
        "ansible", "localhost", "-m", "ansible.builtin.shell", "-a", arguments, environment=variables
    )


@pytest.fixture
def served(workplace: Workplace) -> Workplace:
    """A machine whose server runs: the first module of a test session starts it."""
    wait_until(
        lambda: SERVER in shell(workplace, f"{PARENT}/cmdline").stdout, what="a server for modules", seconds=PATIENCE
    )
    return workplace


def test_it_is_like_the_process_of_the_module(served: Workplace) -> None:
    old = os.umask(0o027)
    try:
        run = shell(served, ASK, MARK="s3cret")
    finally:
        os.umask(old)
    assert run.code == 0, run.said
    assert run.stdout.splitlines()[1:] == ["1", "0027", str(served.folder), "s3cret", "0"]


def test_it_ends_with_its_process(served: Workplace, tmp_path: Path) -> None:
    sent, seen = tmp_path / "sent", tmp_path / "seen"
    shell(
        served,
        f"test -e {seen} || exit 0; echo $PPID >{seen}; sleep 60",
        ANSIBLE_KEEP_REMOTE_FILES="1",
        ANSIBLE_REMOTE_TMP=str(sent),
    )
    (module,) = sent.rglob("AnsiballZ_command.py")
    # A server that ends now leaves the module to its own process, which starts the next server.
    for _attempt in range(5):
        seen.write_text("")
        client = subprocess.Popen(
            [sys.executable, str(module)],
            stdout=subprocess.DEVNULL,
            env={**served.variables, "POOLBOY_REUSE_PREFIX": sys.prefix},
        )
        wait_until(lambda: seen.read_text().strip() != "", what="start of the module", seconds=PATIENCE)
        runner = Path("/proc", seen.read_text().strip())
        if SERVER in (runner / "cmdline").read_text():
            break
        client.kill()
        client.wait()
    else:
        pytest.fail("no server ran the module")
    assert int(runner.name) != client.pid
    client.kill()
    client.wait()
    wait_until(lambda: not runner.exists(), what="end of the module", seconds=PATIENCE)


def test_a_crash_is_its_exit_code(served: Workplace, tmp_path: Path) -> None:
    module = tmp_path / "AnsiballZ_crash.py"
    module.write_text("import os\nprint(open(f'/proc/{os.getpid()}/cmdline').read())\nraise RuntimeError('a crash')\n")
    run = subprocess.run(
        [sys.executable, str(module)],
        capture_output=True,
        text=True,
        check=False,
        env={**served.variables, "POOLBOY_REUSE_PREFIX": sys.prefix},
    )
    assert SERVER in run.stdout
    assert "RuntimeError: a crash" in run.stderr
    assert run.returncode == 1

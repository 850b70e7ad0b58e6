# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running git: bounded, whole groups ended, and never the caller's repository."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.command import (
    GitCommand,
    GitFailed,
    GitTimedOut,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.environment import base_environment

MakeGit = Callable[[str], GitCommand]


@pytest.fixture
def git_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeGit:
    """A git that is a shell script."""

    def make(script: str) -> GitCommand:
        program = tmp_path / "git"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", str(program))
        return GitCommand(base_environment())

    return make


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def test_output_and_failure(git_that: MakeGit) -> None:
    assert git_that('printf "%s|" "$@"').run("a b", "", "c") == b"a b||c|"
    with pytest.raises(GitFailed) as caught:
        git_that("echo partly; echo fatal: no >&2; exit 7").run("fetch", "x")
    assert (caught.value.command, caught.value.status, caught.value.stderr) == ("fetch", 7, "fatal: no\n")


def test_a_flood_on_both_outputs(git_that: MakeGit) -> None:
    script = "i=0; while [ $i -lt 3000 ]; do printf '%0200d\\n' $i; printf '%0200d\\n' $i >&2; i=$((i+1)); done; exit 1"
    process = git_that(script).start("log")
    with pytest.raises(GitFailed) as caught:
        assert sum(map(len, process.chunks())) == 3000 * 201
    assert len(caught.value.stderr) == 1 << 16


def test_a_time_out_ends_all_that_was_started(git_that: MakeGit, tmp_path: Path) -> None:
    git = git_that(f"sleep 300 & echo $! > {tmp_path}/child; echo said >&2; sleep 300")
    begin = time.monotonic()
    with pytest.raises(GitTimedOut) as caught:
        git.run("fetch", timeout=1)
    assert 1 <= time.monotonic() - begin < 15
    assert (caught.value.seconds, caught.value.stderr) == (1, "said\n")
    child = int((tmp_path / "child").read_text())
    wait_for(lambda: not is_alive(child))


def test_a_time_out_although_git_closed_its_output(git_that: MakeGit) -> None:
    with pytest.raises(GitTimedOut):
        git_that("exec 1>&-; sleep 300").run("fetch", timeout=0.3)


def test_a_helper_left_behind_holds_nobody_up(git_that: MakeGit, tmp_path: Path) -> None:
    git = git_that(f"sleep 30 >/dev/null & echo $! > {tmp_path}/child; echo done")
    begin = time.monotonic()
    assert git.run("fetch", timeout=20) == b"done\n"
    assert time.monotonic() - begin < 15
    os.kill(int((tmp_path / "child").read_text()), 9)


def test_left_early_it_is_ended(git_that: MakeGit, tmp_path: Path) -> None:
    process = git_that(f"echo $$ > {tmp_path}/pid; while :; do echo line; done").start("log")
    for _chunk in process.chunks():
        break
    process.stop()
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_conversation(git_that: MakeGit) -> None:
    process = git_that('while read line; do echo "<$line>"; done').start("cat-file", with_input=True)
    for word in (b"one", b"two"):
        process.write(word + b"\n")
        assert process.read() == b"<%s>\n" % word
    process.end_input()
    assert process.read() == b""
    process.stop()


def test_a_partner_that_died(git_that: MakeGit) -> None:
    process = git_that("echo fatal: broken >&2; exit 3").start("cat-file", with_input=True)
    assert process.read() == b""
    process.write(b"more\n")
    assert process.failure().stderr == "fatal: broken\n"
    process.stop()


def test_its_environment(git_that: MakeGit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/home/me/.gitconfig")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS", "GIT_TRACE", "GIT_ASKPASS"):
        monkeypatch.setenv(name, str(tmp_path))
    git = git_that("env; pwd")
    monkeypatch.delenv("GIT_PYTHON_GIT_EXECUTABLE")
    printed = git.run("x").decode()
    lines = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    assert printed.splitlines()[-1] == "/"
    assert {name: value for name, value in lines.items() if name.startswith("GIT_")} == {
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_ASKPASS": "",
        "GIT_CONFIG_GLOBAL": "/home/me/.gitconfig",
        "GIT_DIR": "/dev/null",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    assert (lines["LC_ALL"], lines["SSH_ASKPASS"]) == ("C", "")
    assert git_that("echo $GIT_DIR").run("x", repository=tmp_path) == f"{tmp_path}\n".encode()

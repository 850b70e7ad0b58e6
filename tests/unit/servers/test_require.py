# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests skip or fail if a real server cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.servers.processes import start, wait_until
from ansible_collections.poolboy.concourse.tests.servers.require import require_program


def test_without_the_program_the_test_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POOLBOY_REQUIRE_REAL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        require_program("no-such-server")


def test_where_the_real_thing_must_run_the_test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLBOY_REQUIRE_REAL", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        require_program("no-such-server")


def test_a_program_of_the_system_is_found_without_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "some-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    assert require_program("some-server", folders=(str(tmp_path),)) == str(program)


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="out of cheese"):
        start(["sh", "-c", "echo out of cheese; exit 1"], log_file=tmp_path / "log", ready_line="listening")


def test_waiting_ends_with_what_was_waited_for() -> None:
    with pytest.raises(TimeoutError, match="still no rain"):
        wait_until(lambda: False, what="rain", seconds=0.05)

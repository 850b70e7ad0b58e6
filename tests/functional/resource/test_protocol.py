# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script prints only its answer on stdout, or one line on stderr, whatever happens in it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS

PROTOCOL = "ansible_collections.poolboy.concourse.plugins.module_utils._resource.protocol"
REQUEST = {"source": {"uri": "x", "password": "hunter2"}, "version": None, "params": None}


def run(body: str, given: str = json.dumps(REQUEST)) -> subprocess.CompletedProcess[str]:
    program = (
        f"import os, subprocess, sys\nfrom {PROTOCOL} import answer\ndef handle(request):\n {body}\nanswer(handle)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "folder"],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(COLLECTIONS), "PATH": "/usr/bin:/bin"},
    )


def test_only_the_answer_is_on_stdout() -> None:
    """Not what a library, another program, or a write to the descriptor prints."""
    noise = "print('noise'); subprocess.run(['echo', 'noise'], check=True); os.write(1, b'noise\\n')"
    done = run(f"{noise}; return [request.folder, request.version]")
    assert (done.returncode, done.stdout) == (0, '["folder", null]\n')
    assert done.stderr.count("noise") == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('of hunter2')", "This is a defect of poolboy.concourse"),
        ("open('/nowhere/hunter2')", "/nowhere/******** cannot be used: No such file or directory."),
        ("return {1, 2}", "defect"),
        ("raise RuntimeError('two\\nlines of hunter2')", r"two\nlines of ********"),
    ],
)
def test_an_error_is_one_line_without_a_traceback(body: str, words: str) -> None:
    done = run(f"print('noise', flush=True); {body}")
    assert (done.returncode, done.stdout) == (1, "")
    noise, line = done.stderr.splitlines()
    assert noise == "noise"
    assert words in line
    assert "hunter2" not in line


@pytest.mark.parametrize("given", ["", "[" * 100_000, '{"source": {"uri": "\\ud800"}}', '{"source": {"uri": "x"}'])
def test_what_is_no_request(given: str) -> None:
    done = run("return 1", given)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "defect" not in done.stderr

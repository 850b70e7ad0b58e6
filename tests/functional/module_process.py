# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs of modules, each in a process of its own, without starting Python for each."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .module_runner import PACKAGE

PROGRAM = f"{__package__}.module_runner"


class Runner:
    """A process that has imported everything and forks for each run; see module_runner.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def run(
        self,
        module: str,
        options: Mapping[str, Any],
        *,
        environment: Mapping[str, str],
        folder: Path,
        kill_after: float | None = None,
    ) -> dict[str, Any]:
        """One run: its `code`, `stdout` and `stderr`, or `{"killed": true, "hung": ...}`.

        `hung` says that it did not end by itself; `kill_after` is in seconds.
        """
        assert self._process.stdin
        assert self._process.stdout
        asked = {
            "module": module,
            "options": dict(options),
            "environment": dict(environment),
            "folder": str(folder),
            "kill_after": kill_after,
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        result: dict[str, Any] = json.loads(self._process.stdout.readline())
        return result

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


# Python reads these only when it starts.
READ_AT_THE_START = {"LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "PYTHONWARNINGS"}
TIMEOUT = 120.0  # seconds
_idle: deque[Runner] = deque()


def run_prepared_python(
    module: str, options: Mapping[str, Any], *, environment: Mapping[str, str], folder: Path
) -> dict[str, Any]:
    """Run a module by a runner that is idle; return its `code`, `stdout` and `stderr`."""
    try:
        runner = _idle.pop()
    except IndexError:
        runner = Runner()
        atexit.register(runner.close)
    try:
        told = runner.run(module, options, environment=environment, folder=folder)
    finally:
        _idle.append(runner)
    assert not told.get("killed"), f"the module was killed: {told}"
    return told


def run_new_python(
    python: Sequence[str], module: str, options: Mapping[str, Any], *, environment: Mapping[str, str], folder: Path
) -> dict[str, Any]:
    """Run a module by a Python that starts for it; return its `code`, `stdout` and `stderr`."""
    done = subprocess.run(
        [*python, "-m", f"{PACKAGE}.{module}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": dict(options)}),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        cwd=folder,
        env=environment,
        timeout=TIMEOUT,
    )
    return {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def result_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a module's run; one that was killed returns as it was told."""
    if told.get("killed"):
        return dict(told)
    printed = f"{told['stdout']}{told['stderr']}"
    try:
        result: dict[str, Any] = json.loads(printed)
    except ValueError:
        return {"failed": True, "msg": f"printed no JSON: {printed[-2000:]!r}", "crashed": True}
    return result

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs of the module, each in a process of its own, without starting Python for each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...running import COLLECTIONS, PACKAGE

PROGRAM = f"{PACKAGE}.tests.functional.clean.actors.module_runner"


class Runner:
    """A process that has imported everything and forks for each run; see module_runner.py."""

    def __init__(self, environment: Mapping[str, str], module: str = "concourse_pool_clean") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, f"{PACKAGE}.plugins.modules.{module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONPATH": str(COLLECTIONS)},
        )

    def run(
        self,
        options: Mapping[str, Any],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        kill_after: float | None = None,
    ) -> dict[str, Any]:
        """One run: its result, or `{"killed": true, "hung": ...}`; `hung` says that it did not end by itself.

        `environment` and `folder` replace those that the process was started with; `kill_after` is in seconds.
        """
        assert self._process.stdin
        assert self._process.stdout
        asked = {
            "options": dict(options),
            "environment": None if environment is None else dict(environment),
            "folder": None if folder is None else str(folder),
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

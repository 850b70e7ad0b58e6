# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the scripts of the resource types as Concourse does: JSON on stdin, an empty environment, a folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.running import (
    COLLECTIONS,
    MEASURED,
    PACKAGE,
    PATIENCE,
    Run,
)

CHECKOUT = COLLECTIONS.joinpath(*PACKAGE.split(".")).resolve()
TYPES = CHECKOUT / "concourse" / "resource"


@dataclass(frozen=True)
class Answer(Run):
    """A finished script; `value` is its answer, None if it failed."""

    value: Any = None


@dataclass(eq=False)
class Scripts:
    """The scripts of a resource type in a container: `home` keeps what stays there from check to check.

    `folder` has the scripts, `collections` the collection that they import; `python` runs them.
    """

    home: Path
    folder: Path
    collections: Path = COLLECTIONS
    python: Sequence[str] = (sys.executable,)
    variables: dict[str, str] = field(default_factory=dict)

    def check(self, source: Mapping[str, Any], version: Mapping[str, str] | None = None) -> Any:
        """Return the versions that check finds; it must not fail."""
        run = self.run("check", {"source": source, "version": version})
        assert run.code == 0, run.stderr
        return run.value

    def run(self, script: str, request: object, *arguments: str, says_more: bool = False) -> Answer:
        """Run a script. A failed one prints one sentence on stderr, unless it warns first, and nothing on stdout."""
        given = request if isinstance(request, str) else json.dumps(request)
        done = subprocess.run(
            self.command(script, *arguments),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            cwd=self.home,
            timeout=PATIENCE,
        )
        if done.returncode == 0:
            return Answer(0, done.stdout, done.stderr, json.loads(done.stdout))
        assert done.returncode == 1
        assert done.stdout == ""
        assert says_more or done.stderr.count("\n") == 1, done.stderr
        assert "defect of poolboy.concourse" not in done.stderr
        return Answer(1, "", done.stderr)

    def command(self, script: str, *arguments: str) -> list[str]:
        return [*self.python, str(self.folder / script), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        own = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "PYTHONPATH": str(self.collections)}
        return {**own, **MEASURED, **self.variables}


def scripts_of(resource_type: str, home: Path) -> Scripts:
    """Return the scripts of a resource type in a new container."""
    home.mkdir(parents=True, exist_ok=True)
    return Scripts(home, TYPES / resource_type)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `look.py` in a separate process and checks its result."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ..lockrepo.git_command import git_environment
from . import look
from .repositories import Generated
from .workshop import Transport

COLLECTIONS = Path(__file__).absolute().parents[5]
PATIENCE = 300  # seconds for one run

Watch = Callable[["subprocess.Popen[bytes]"], None]


def look_command(transport: Transport, cache: Path, repository: Generated) -> list[str]:
    """Return the command that reads a repository with its own cache folder."""
    options = {"repo": transport.url(repository), "cache_dir": str(cache), **transport.options}
    module = f"{__package__}.{look.__name__.rpartition('.')[2]}"
    return [sys.executable, "-m", module, json.dumps(options)]


def run_look(transport: Transport, cache: Path, repository: Generated, *, watch: Watch | None = None) -> float:
    """Run once and return the seconds from the start of the process to its end; raise RuntimeError if it is wrong."""
    environment = {**git_environment(), "PYTHONPATH": str(COLLECTIONS)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    with subprocess.Popen(
        look_command(transport, cache, repository), stdout=subprocess.PIPE, env=environment
    ) as process:
        if watch is not None:
            watch(process)
        printed, _nothing = process.communicate(timeout=PATIENCE)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"reading {repository.path.name} by {transport.name} exited with {process.returncode}")
    found = json.loads(printed)
    if (found["commit"], found["claims"]) != (repository.head, repository.claims):
        raise RuntimeError(f"reading {repository.path.name} by {transport.name} returned wrong claims")
    return seconds

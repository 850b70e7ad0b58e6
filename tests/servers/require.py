# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that a real server needs. If one is missing, the test is skipped, or fails where it is required."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from ..lockrepo.git_command import git_text

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # folders of daemons that are not on a user's PATH


def require_program(name: str, *, folders: tuple[str, ...] = SYSTEM_FOLDERS) -> str:
    """Return the absolute path of the program `name`; without it skip the test: `sshd is not installed`.

    With POOLBOY_REQUIRE_REAL=1 the test fails instead, so that CI never loses a transport silently.
    """
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *folders]))
    return str(Path(found).absolute()) if found else _missing(f"{name} is not installed")


def require_git_program(name: str) -> str:
    """Like `require_program` for a program of git itself, such as `git-http-backend`."""
    require_program("git")
    return require_program(name, folders=(git_text("--exec-path"),))


def _missing(reason: str) -> NoReturn:
    if os.environ.get("POOLBOY_REQUIRE_REAL") == "1":
        pytest.fail(f"{reason}, and POOLBOY_REQUIRE_REAL=1 requires it")
    pytest.skip(reason)

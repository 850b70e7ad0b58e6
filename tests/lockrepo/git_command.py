# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs git for tests, independent of the user's configuration and environment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git_environment(**extra: str) -> dict[str, str]:
    """Return the caller's environment without git settings, plus `extra`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_"))}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return environment | extra


def git(
    *arguments: str, folder: Path | None = None, given: bytes | None = None, environment: dict[str, str] | None = None
) -> bytes:
    """Run git in `folder` with `given` as input and return its output; raise RuntimeError with its error output."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        check=False,
        env=git_environment() if environment is None else environment,
        timeout=600,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"git {' '.join(arguments[:3])} ended with {done.returncode}: {words}")
    return done.stdout


def git_text(*arguments: str, folder: Path | None = None) -> str:
    """Run git and return its output as text."""
    return git(*arguments, folder=folder).decode("utf-8", "surrogateescape").strip()


def git_succeeds(*arguments: str, folder: Path) -> bool:
    """Whether git exits with 0."""
    try:
        git(*arguments, folder=folder)
    except RuntimeError:
        return False
    return True

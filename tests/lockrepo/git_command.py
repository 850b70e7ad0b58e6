# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Git as the test supports call it: untouched by the configuration and the environment of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git_environment(**extra: str) -> dict[str, str]:
    """The caller's environment without any git setting of its own, plus `extra`."""
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
    """Run git in `folder`, feed it `given`, return what it printed; RuntimeError carries its own words on failure."""
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
    """The one line, or the lines, that git printed, as text."""
    return git(*arguments, folder=folder).decode("utf-8", "surrogateescape").strip()


def git_succeeds(*arguments: str, folder: Path) -> bool:
    """Whether git ends well, for the questions that it answers by that."""
    try:
        git(*arguments, folder=folder)
    except RuntimeError:
        return False
    return True

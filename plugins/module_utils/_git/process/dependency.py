# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of git and GitPython that the collection needs, and the errors where they are missing."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

from ..._core.shared.errors import RepositoryError

OLDEST_GITPYTHON = (3, 2, 1)  # the first without known ways to inject options
OLDEST_GIT = (2, 31)  # the first that takes settings from GIT_CONFIG_COUNT, which hides them from the process list

_EXECUTABLE = "GIT_PYTHON_GIT_EXECUTABLE"
_VERSION = re.compile(r"^__version__ = ['\"]([^'\"]+)['\"]", re.MULTILINE)


class MissingDependency(RepositoryError):
    """A program or a library is missing or too old."""


def git_executable() -> str:
    """Return the path of git, found where GitPython looks for it. Raises MissingDependency."""
    name = os.environ.get(_EXECUTABLE) or "git"
    if (found := shutil.which(name)) is None:
        raise MissingDependency(
            "The program git is not installed, or not on the PATH, where this runs:"
            f" install git {_version_text(OLDEST_GIT)} or newer."
        )
    return found


def check_gitpython() -> None:
    """Check GitPython by its files, as its import takes 0.1 s. Raises MissingDependency."""
    spec = importlib.util.find_spec("git")
    file = Path(spec.origin) if spec is not None and spec.origin is not None else None
    version = _VERSION.search(file.read_text(errors="replace")) if file is not None and file.is_file() else None
    if file is None or version is None:
        raise MissingDependency(
            f"GitPython is not installed for the Python that runs this, {sys.executable}: {_how_to_install()}"
        )
    if _numbers(version[1]) < OLDEST_GITPYTHON:
        raise MissingDependency(f"GitPython {version[1]} in {file.parent} is too old: {_how_to_install()}")


def check_git_version(printed: str) -> None:
    """Check the output of `git version`. Raises MissingDependency if that git is too old."""
    found = _numbers(printed)
    if found < OLDEST_GIT:
        raise MissingDependency(
            f"git {_version_text(found)} is too old: install git {_version_text(OLDEST_GIT)} or newer where this runs."
        )


def _how_to_install() -> str:
    newer = f"GitPython {_version_text(OLDEST_GITPYTHON)} or newer"
    return f"install {newer}, or set ansible_python_interpreter to a Python that has it."


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _version_text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

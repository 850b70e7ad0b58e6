# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitPython and git: what is needed of them, and a sentence for each way to be missing."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..._core.shared.errors import RepositoryError

if TYPE_CHECKING:
    from types import ModuleType

OLDEST_GITPYTHON = (3, 2, 1)  # the first without known ways to inject options
OLDEST_GIT = (2, 31)  # the first that takes settings from GIT_CONFIG_COUNT, which hides them from the process list

_EXECUTABLE = "GIT_PYTHON_GIT_EXECUTABLE"
_REFRESH = "GIT_PYTHON_REFRESH"


class MissingDependency(RepositoryError):
    """A program or a library that is not there, or too old."""


def git_executable() -> str:
    """Find git, where GitPython would look for it. Raises MissingDependency."""
    name = os.environ.get(_EXECUTABLE) or "git"
    if (found := shutil.which(name)) is None:
        raise MissingDependency(
            "The program git is not installed, or not on the PATH, where this runs:"
            f" install git {_text(OLDEST_GIT)} or newer."
        )
    return found


def load_gitpython() -> ModuleType:
    """Import GitPython, on first use only, as that takes as long as a small run. Raises MissingDependency."""
    try:
        git = _import_git()
    except ImportError as error:
        raise MissingDependency(
            f"GitPython is not installed for the Python that runs this, {sys.executable}: {_how_to_install()} ({error})"
        ) from error
    if _numbers(git.__version__) < OLDEST_GITPYTHON:
        raise MissingDependency(
            f"GitPython {git.__version__} in {Path(git.__file__ or '').parent} is too old: {_how_to_install()}"
        )
    return git


def check_git_version(printed: str) -> None:
    """Take what `git version` printed. Raises MissingDependency if that git is too old."""
    found = _numbers(printed)
    if found < OLDEST_GIT:
        raise MissingDependency(
            f"git {_text(found)} is too old: install git {_text(OLDEST_GIT)} or newer where this runs."
        )


def _import_git() -> ModuleType:
    """GitPython asks git for its version twice when it is imported; pointed at no git at all it does not."""
    before = {name: os.environ.get(name) for name in (_EXECUTABLE, _REFRESH)}
    os.environ[_EXECUTABLE] = f"{os.sep}no-git-while-importing"
    os.environ[_REFRESH] = "quiet"
    try:
        import git
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return git


def _how_to_install() -> str:
    return f"install GitPython {_text(OLDEST_GITPYTHON)} or newer."


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

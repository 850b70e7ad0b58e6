# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""git and GitPython: missing, too old, and in order; each way with its own sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.process import dependency
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import (
    MissingDependency,
    check_git_version,
    git_executable,
    load_gitpython,
)

COLLECTIONS = Path(dependency.__file__).absolute().parents[7]
IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.poolboy.concourse.plugins.module_utils._git import repository
assert "git" not in sys.modules, "imported before its time"
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import load_gitpython
try:
    print(load_gitpython().__version__)
except Exception as error:
    print(type(error).__name__, error)
"""


def run_apart(*path: Path, **environment: str) -> str:
    """Import GitPython in a new Python, with folders before its own."""
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **environment}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(COLLECTIONS)], env=settings, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_all_is_there() -> None:
    assert Path(git_executable()).is_absolute()
    assert load_gitpython().__version__ >= "3.2.1"


def test_importing_gitpython_runs_no_git(tmp_path: Path) -> None:
    traitor = tmp_path / "git"
    traitor.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\nexit 1\n")
    traitor.chmod(0o755)
    printed = run_apart(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert printed.startswith("3.")
    assert not (tmp_path / "runs").exists()


def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MissingDependency, match="The program git is not installed"):
        git_executable()
    assert load_gitpython()


def test_the_git_that_gitpython_is_told_to_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my-git"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", str(program))
    assert git_executable() == str(program)


def test_no_gitpython(tmp_path: Path) -> None:
    (tmp_path / "git.py").write_text("raise ModuleNotFoundError(\"No module named 'git'\")")
    printed = run_apart(tmp_path)
    assert printed.startswith("MissingDependency GitPython is not installed for the Python that runs this, ")
    assert "install GitPython 3.2.1 or newer" in printed


def test_an_old_gitpython(tmp_path: Path) -> None:
    (tmp_path / "git.py").write_text("__version__ = '3.1.43'")
    printed = run_apart(tmp_path)
    assert printed.startswith(f"MissingDependency GitPython 3.1.43 in {tmp_path} is too old: install GitPython 3.2.1")


@pytest.mark.parametrize("printed", ["git version 2.31.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0\n"])
def test_a_git_that_is_new_enough(printed: str) -> None:
    check_git_version(printed)


@pytest.mark.parametrize(("printed", "found"), [("git version 2.30.2", "2.30.2"), ("git version 1.8.3.1", "1.8.3.1")])
def test_a_git_that_is_too_old(printed: str, found: str) -> None:
    with pytest.raises(MissingDependency, match=f"git {found} is too old: install git 2.31 or newer"):
        check_git_version(printed)

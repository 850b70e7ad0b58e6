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
    check_gitpython,
    git_executable,
)

COLLECTIONS = Path(dependency.__file__).absolute().parents[7]
CHECK = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.poolboy.concourse.plugins.module_utils._git import repository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import check_gitpython
try:
    print(check_gitpython() or "fine")
except Exception as error:
    print(type(error).__name__, error)
assert "git" not in sys.modules, "imported, which takes 0.1 s"
"""


def check_in(*path: Path) -> str:
    """Check GitPython in a new Python, with folders before its own."""
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(COLLECTIONS)], env=settings, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_all_is_there() -> None:
    assert Path(git_executable()).is_absolute()
    assert check_in() == "fine\n"


def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MissingDependency, match="The program git is not installed"):
        git_executable()
    check_gitpython()


def test_the_git_that_gitpython_is_told_to_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my-git"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", str(program))
    assert git_executable() == str(program)


def test_no_gitpython(tmp_path: Path) -> None:
    (tmp_path / "git.py").write_text("another_module = True")
    printed = check_in(tmp_path)
    assert printed.startswith("MissingDependency GitPython is not installed for the Python that runs this, ")
    assert "install GitPython 3.2.1 or newer" in printed


def test_an_old_gitpython(tmp_path: Path) -> None:
    (tmp_path / "git.py").write_text("__version__ = '3.1.43'")
    printed = check_in(tmp_path)
    assert printed.startswith(f"MissingDependency GitPython 3.1.43 in {tmp_path} is too old: install GitPython 3.2.1")


@pytest.mark.parametrize("printed", ["git version 2.31.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0\n"])
def test_a_git_that_is_new_enough(printed: str) -> None:
    check_git_version(printed)


@pytest.mark.parametrize(("printed", "found"), [("git version 2.30.2", "2.30.2"), ("git version 1.8.3.1", "1.8.3.1")])
def test_a_git_that_is_too_old(printed: str, found: str) -> None:
    with pytest.raises(MissingDependency, match=f"git {found} is too old: install git 2.31 or newer"):
        check_git_version(printed)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""git, GitPython or requests is missing or too old: each has its own message."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, ModuleRun, Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import assert_says, login, refusal
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.scene import Scene

ANSIBLE, GITPYTHON = ("ansible",), ("git", "gitdb", "smmap")
INTERPRETER = "or set ansible_python_interpreter to a Python that has it"
REQUESTS = ("requests", "urllib3", "idna", "certifi", "charset_normalizer")

LookWith = Callable[..., ModuleRun]


@pytest.fixture
def look_with(workplace: Workplace) -> LookWith:
    """Run the module with a Python that has only the named libraries, and with other variables."""

    def looked(libraries: Sequence[str], environment: dict[str, str] | None = None, **options: Any) -> ModuleRun:
        site = workplace.folder / "site"
        site.mkdir(exist_ok=True)
        for name in (*ANSIBLE, *libraries):
            if not (site / name).exists():
                (site / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
        variables = {"PYTHONPATH": os.pathsep.join([str(site), str(COLLECTIONS)]), **(environment or {})}
        # -S: without the libraries of the tests' environment.
        return workplace.run_module("concourse_pool_status", options, variables, python=(sys.executable, "-S"))

    return looked


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_with_both_libraries_all_is_well(scene: Scene, look_with: LookWith) -> None:
    """The module works with both libraries, so the other tests fail only for their own reason."""
    scene.locks.add("aws", "env-1")
    assert look_with([*GITPYTHON, *REQUESTS], **login(scene)).verdicts == {"aws/env-1": "free"}


def test_gitpython(locks: LockRepository, look_with: LookWith) -> None:
    message = refusal(look_with(REQUESTS, repo=locks.url))
    assert_says(
        message, ["GitPython is not installed", sys.executable, "install GitPython 3.2.1 or newer", INTERPRETER]
    )


def test_an_old_gitpython(locks: LockRepository, look_with: LookWith, workplace: Workplace) -> None:
    real = Path(sysconfig.get_path("purelib")) / "git"
    old = workplace.folder / "site" / "git"
    shutil.copytree(real, old)
    text = (real / "__init__.py").read_text()
    version = next(line for line in text.splitlines() if line.startswith("__version__"))
    (old / "__init__.py").write_text(text.replace(version, '__version__ = "3.1.44"'))
    message = refusal(look_with(GITPYTHON, repo=locks.url))
    assert_says(message, ["GitPython 3.1.44", "too old", "install GitPython 3.2.1 or newer", INTERPRETER])


def test_requests(scene: Scene, look_with: LookWith) -> None:
    scene.locks.add("aws", "env-1")
    message = refusal(look_with(GITPYTHON, **login(scene)))
    assert_says(message, ["requests", sys.executable, "pip install requests", INTERPRETER])
    # Without a Concourse, requests is not needed.
    assert look_with(GITPYTHON, repo=scene.repo).verdicts == {"aws/env-1": "free"}


def test_an_old_requests(scene: Scene, look_with: LookWith, workplace: Workplace) -> None:
    scene.locks.add("aws", "env-1")
    real = Path(sysconfig.get_path("purelib")) / "requests"
    old = workplace.folder / "site" / "requests"
    shutil.copytree(real, old)
    text = (real / "__version__.py").read_text()
    for version in ("2.32.3", "2.5", "unknown"):
        (old / "__version__.py").write_text(f'{text}\n__version__ = "{version}"\n')
        message = refusal(look_with([*GITPYTHON, *REQUESTS], **login(scene)))
        assert_says(message, ["requests", sys.executable, "too old", "requests 2.32.4 or newer", INTERPRETER])
    assert look_with([*GITPYTHON, *REQUESTS], repo=scene.repo).verdicts == {"aws/env-1": "free"}


def test_git(locks: LockRepository, look_with: LookWith, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    environment = {"PATH": str(tmp_path / "bin")}
    message = refusal(look_with([*GITPYTHON, *REQUESTS], environment, repo=locks.url))
    assert_says(message, ["program git is not installed", "PATH", "install git 2.31 or newer"])


def test_an_old_git(locks: LockRepository, look_with: LookWith, tmp_path: Path) -> None:
    program(tmp_path / "bin", "git", 'test "$1" = version && echo git version 2.20.1')
    environment = {"PATH": os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"])}
    message = refusal(look_with([*GITPYTHON, *REQUESTS], environment, repo=locks.url))
    assert_says(message, ["git 2.20.1 is too old", "install git 2.31 or newer"])


def test_ssh(look_with: LookWith, tmp_path: Path) -> None:
    """PATH contains only git and a shell."""
    for name in ("git", "sh"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": str(tmp_path / "bin")}
    message = refusal(look_with([*GITPYTHON, *REQUESTS], environment, repo="ssh://git@127.0.0.1:1/locks.git"))
    assert_says(message, ["program ssh is not installed"])

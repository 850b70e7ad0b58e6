# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interpreters of this machine: ``python -m scripts.pythons`` lists them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def find_pythons() -> dict[tuple[int, int], Path]:
    """Return one working interpreter for each (major, minor) version from 3.11, oldest first.

    pyenv's versions are listed directly, because its shims fail for every version that is not selected.
    """
    found: dict[tuple[int, int], Path] = {}
    for candidate in _candidates():
        version = _version(candidate)
        if version and version >= (3, 11) and version not in found:
            found[version] = candidate
    return dict(sorted(found.items()))


def pyenv_root() -> Path | None:
    """Return pyenv's folder, or None if pyenv is not installed."""
    if not shutil.which("pyenv"):
        return None
    answer = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def path_without_shims() -> list[Path]:
    """Return the folders of PATH without pyenv's: ansible-test runs every pythonX.Y on PATH."""
    root = pyenv_root()
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    return [folder for folder in folders if root is None or not folder.is_relative_to(root)]


def _candidates() -> Iterator[Path]:
    yield Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    root = pyenv_root()
    folders = sorted((root / "versions").glob("3.*/bin")) if root else []
    for folder in [*folders, *path_without_shims()]:
        # A virtual environment on PATH is not an interpreter of the machine.
        if not (folder.parent / "pyvenv.cfg").exists():
            yield from sorted(path for path in folder.glob("python3.*") if re.fullmatch(r"python3\.\d+", path.name))


def _version(python: Path) -> tuple[int, int] | None:
    command = [str(python), "-c", "import sys, ensurepip; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode != 0:
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)


if __name__ == "__main__":
    for release, path in find_pythons().items():
        print(f"{release[0]}.{release[1]} {path}")

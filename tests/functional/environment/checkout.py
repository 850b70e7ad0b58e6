# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the checkout, and archives of the collection."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT


def tracked() -> set[str]:
    """Return the collection's files: tracked files and untracked files that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    # git also lists files that are deleted but not committed.
    return {name for name in listing.split("\0") if name and (CHECKOUT / name).exists()}


def copy_of(names: set[str], target: Path) -> None:
    """Copy files of the checkout, links as links."""
    for name in names:
        copied = target / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, copied, follow_symlinks=False)


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive of the collection into a folder."""
    with tarfile.open(archive) as files:
        files.extractall(target, filter="data")

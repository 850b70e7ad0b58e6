# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout, and copies of what git would commit of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def copy_checkout(target: Path) -> None:
    """Copy tracked files, and untracked files that git does not ignore, to a folder; links stay links."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE).stdout
    for name in filter(None, names.split(b"\0")):
        source = CHECKOUT / os.fsdecode(name)
        # git also lists files that are deleted but not committed.
        if source.is_symlink() or source.exists():
            copied = target / os.fsdecode(name)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copied, follow_symlinks=False)

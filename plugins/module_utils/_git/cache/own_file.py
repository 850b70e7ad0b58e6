# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the cache that nobody else could have written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_own(status: os.stat_result) -> bool:
    """Return whether a file or folder belongs to the user of this run."""
    return status.st_uid == os.geteuid()


def read_own_file(path: Path) -> bytes:
    """Return the content of a file that only the user of this run could write. Raises OSError for any other."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not is_own(status) or status.st_mode & WRITABLE_BY_OTHERS or not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{path} could have been written by another user")
        return file.read()

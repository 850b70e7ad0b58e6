# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the cache: read if nobody else could have written them, replaced as a whole, and removed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

# What runs write under a name with this prefix is not complete yet. The next run removes what a killed one left.
NEW = "new-"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_own(status: os.stat_result) -> bool:
    """Return whether a file or folder belongs to the user of this run."""
    return status.st_uid == os.geteuid()


def user_name(uid: int | None = None) -> str:
    """Return the name of a user, by default that of this run; the number of a user without a name."""
    number = os.geteuid() if uid is None else uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def other_owner(path: Path) -> str | None:
    """Return the name of the other user to whom a file or folder belongs; None for an own one, or an unknown owner."""
    try:
        status = path.stat()
    except OSError:
        return None
    return None if is_own(status) else user_name(status.st_uid)


def read_own_file(path: Path) -> bytes:
    """Return the content of a file that only the user of this run could write. Raises OSError for any other."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not is_own(status) or status.st_mode & WRITABLE_BY_OTHERS or not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{path} could have been written by another user")
        return file.read()


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file, or a folder with its path, atomically. Only the user of this run can read it. Raises OSError."""
    with tempfile.NamedTemporaryFile(prefix=NEW, dir=path.parent, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            temporary.replace(remove_folder_at(path))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def remove_folder_at(path: Path) -> Path:
    """Return the path of a file, after removing a folder with that path."""
    if path.is_dir():
        remove(path)
    return path


def remove(path: Path) -> None:
    """Remove a file, or a folder with its content, as far as possible."""
    with contextlib.suppress(OSError):
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)

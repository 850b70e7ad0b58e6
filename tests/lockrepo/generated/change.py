# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One commit of a generated history, and what happens to locks as changes of files."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..entries import File, Text, join
from ..stream import Person, rename, write
from .plan import Lock


@dataclass
class Change:
    """A commit's author, message and changes as fast-import commands."""

    author: Person
    message: Text
    lines: list[bytes] = field(default_factory=list)


def adding(lock: Lock, state: str) -> bytes:
    """Put the lock's file into a state of its home pool."""
    return write(join(lock.home, state, lock.name), lock.file)


def claiming(lock: Lock, *, pool: str | None = None) -> bytes:
    """Move the lock from unclaimed to claimed, and to another `pool` if one is named."""
    return rename(join(lock.home, "unclaimed", lock.name), join(pool or lock.home, "claimed", lock.name))


def releasing(lock: Lock) -> bytes:
    """Move the lock from claimed to unclaimed."""
    return rename(join(lock.home, "claimed", lock.name), join(lock.home, "unclaimed", lock.name))


def removing(lock: Lock) -> bytes:
    """Remove the claimed lock."""
    return write(join(lock.home, "claimed", lock.name), None)


def updating(lock: Lock, content: str) -> bytes:
    """Replace the content of the claimed lock."""
    return write(join(lock.home, "claimed", lock.name), File(content, lock.file.executable))

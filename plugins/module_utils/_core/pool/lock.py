# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock, and where it stands in the tree."""

from __future__ import annotations

import enum
from dataclasses import dataclass

# The pool whose claimed/ and unclaimed/ are at the top of the repository.
ROOT_POOL = "."


class State(enum.StrEnum):
    """Where the file of a lock is: in claimed/ or in unclaimed/ of its pool."""

    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock of a pool at one commit.

    Names are the bytes of the tree as UTF-8 with surrogate escapes; `mode` (octal) and `blob` (object name) are git's.
    `is_twice` says that a claimed lock has a file in unclaimed/ as well.
    """

    pool: str
    name: str
    state: State
    mode: str = "100644"
    blob: str = ""
    is_twice: bool = False

    @property
    def pool_and_name(self) -> str:
        """The lock as people write it, `pool/lock`."""
        return f"{self.pool}/{self.name}"

    @property
    def path(self) -> str:
        """The path of the lock's file in the repository."""
        return lock_path(self.pool, self.state, self.name)

    @property
    def is_claimed(self) -> bool:
        return self.state is State.CLAIMED


def lock_path(pool: str, state: State, name: str) -> str:
    """Return the path of a lock's file, as the pool resource lays it out."""
    folder = "" if pool == ROOT_POOL else f"{pool}/"
    return f"{folder}{state.value}/{name}"

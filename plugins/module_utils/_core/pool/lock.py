# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock of a pool at one commit."""

from __future__ import annotations

from dataclasses import dataclass

from .layout import State, lock_path


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock of a pool at one commit.

    Names are the bytes of git as UTF-8 with surrogate escapes; `mode` is octal, `blob` the name of git's object.
    `is_in_both_states` is true for a claimed lock that has a file in unclaimed/ as well.
    """

    pool: str
    name: str
    state: State
    mode: str = "100644"
    blob: str = ""
    is_in_both_states: bool = False

    @property
    def pool_and_name(self) -> str:
        """The lock as `pool/lock`."""
        return f"{self.pool}/{self.name}"

    @property
    def path(self) -> str:
        """The path of the lock's file in the repository."""
        return lock_path(self.pool, self.state, self.name)

    @property
    def is_claimed(self) -> bool:
        return self.state is State.CLAIMED

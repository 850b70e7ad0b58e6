# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes of a lock repository: each becomes one commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .layout import State, lock_path
from .lock import Lock


@dataclass(frozen=True, slots=True)
class LockPlace:
    """A place for a lock: the folder claimed/ or unclaimed/ of a pool."""

    pool: str
    state: State


@dataclass(frozen=True, slots=True)
class LockChange:
    """What one commit does to the file of one lock.

    | Change   | `source`                  | `target`             | `content`                              |
    |----------|---------------------------|----------------------|----------------------------------------|
    | moved    | the lock as it is         | its new place        | None: content and mode stay            |
    | added    | None                      | its place            | the bytes, or the file of a known lock |
    | updated  | the lock as it is         | the place it is in   | the bytes; the mode stays              |
    | removed  | the lock as it is         | None                 | None                                   |
    """

    name: str
    message: str
    source: Lock | None = None
    target: LockPlace | None = None
    content: bytes | Lock | None = None

    @property
    def source_path(self) -> str | None:
        return None if self.source is None else self.source.path

    @property
    def target_path(self) -> str | None:
        return None if self.target is None else lock_path(self.target.pool, self.target.state, self.name)


@dataclass(frozen=True, slots=True)
class PoolChange:
    """A pool that is created: its folders with their .gitkeep files."""

    pool: str
    message: str


RepositoryChange: TypeAlias = "LockChange | PoolChange"


def moved_lock(lock: Lock, pool: str, state: State, message: str) -> LockChange:
    """Return the change that moves the file of a lock."""
    return LockChange(lock.name, message, lock, LockPlace(pool, state))

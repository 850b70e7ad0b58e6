# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pool keeps its locks: the only place that knows the paths of a lock repository.

A pool is a folder with a folder `claimed` or `unclaimed`, as the pool resource lays it out.

| Path                           | What it is                                                    |
|--------------------------------|---------------------------------------------------------------|
| `cf/fresh/claimed/env-1`       | lock `env-1` of pool `cf/fresh`, claimed                      |
| `cf/fresh/unclaimed/env-1`     | the same lock, unclaimed                                      |
| `claimed/env-1`                | a lock of the pool at the top of the repository, named `.`    |
| `aws/claimed/.gitkeep`         | keeps the folder, as git stores no empty one                  |
| `aws/claimed/.anything`        | a hidden file, not a lock                                     |
| `aws/claimed/folder/file`      | not a lock: `aws/claimed/folder` is in the way of one         |
| `aws/.pending-triggers`        | a tally file, see tally_files.py                              |

A path is the bytes of git as UTF-8 with surrogate escapes.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

# The pool whose claimed/ and unclaimed/ are at the top of the repository.
ROOT_POOL = "."
KEEP_FILE = ".gitkeep"
# Every path of a lock holds these bytes: a cheap filter where a hundred thousand paths pass.
LOCK_MARKER = b"claimed/"


class State(enum.StrEnum):
    """The folder of the pool that holds the file of a lock."""

    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"


STATE_FOLDERS = tuple(state.encode() for state in State)
_STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True)
class PoolPath:
    """A path in a folder of a pool. `name` is the entry of that folder, empty for the folder itself.

    `is_deeper` is true for a path inside that entry.
    """

    pool: str
    state: State
    name: str
    is_deeper: bool = False

    @property
    def is_lock(self) -> bool:
        """Whether a file or a symbolic link at this path is a lock."""
        return is_lock_name(self.name) and not self.is_deeper

    @property
    def entry(self) -> str:
        """The path of the entry of the pool's folder."""
        return lock_path(self.pool, self.state, self.name) if self.name else state_folder(self.pool, self.state)


def parse_path(path: str) -> PoolPath | None:
    """Return the pool, the state and the name in a path, None for a path outside the folders of pools."""
    parts = path.split("/")
    # A tree can hold a folder `.`, but git does not check it out (read-cache.c: verify_path).
    if parts[0] == ROOT_POOL:
        return None
    for index, part in enumerate(parts):
        if (state := _STATES.get(part)) is not None:
            name = parts[index + 1] if len(parts) > index + 1 else ""
            return PoolPath("/".join(parts[:index]) or ROOT_POOL, state, name, len(parts) > index + 2)
    return None


def is_lock_name(name: str) -> bool:
    """Return whether a file of that name in claimed/ or unclaimed/ is a lock: hidden files are not."""
    return bool(name) and not name.startswith(".")


def is_claimed_lock(path: bytes) -> bool:
    """Return whether a file at this path is a claimed lock."""
    found = parse_path(decode_path(path)) if LOCK_MARKER in path else None
    return found is not None and found.is_lock and found.state is State.CLAIMED


def lock_path(pool: str, state: State, name: str) -> str:
    """Return the path of a lock's file."""
    return f"{state_folder(pool, state)}/{name}"


def state_folder(pool: str, state: State) -> str:
    """Return the path of the folder that holds the claimed or the unclaimed locks of a pool."""
    return pool_file(pool, state.value)


def find_obstacle(pool: str, state: State, name: str, obstacles: Collection[str]) -> str | None:
    """Return which obstacle of a snapshot has the place of a lock, or of its folder; None if none of them has."""
    places = lock_path(pool, state, name), state_folder(pool, state)
    return next((place for place in places if place in obstacles), None)


def pool_file(pool: str, name: str) -> str:
    """Return the path of a file in the folder of a pool."""
    return name if pool == ROOT_POOL else f"{pool}/{name}"


def pool_folder(pool: str) -> str:
    """Return the path of the folder of a pool, empty for the top of the repository."""
    return "" if pool == ROOT_POOL else pool


def encode_path(path: str) -> bytes:
    """Return a path as git stores it."""
    return path.encode("utf-8", "surrogateescape")


def decode_path(path: bytes) -> str:
    """Return a path of git as text."""
    return path.decode("utf-8", "surrogateescape")

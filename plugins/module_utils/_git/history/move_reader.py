# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what commits changed to what became of the locks of some pools."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from ..._core.pool.lock import ROOT_POOL, State
from ..._core.pool.move import Move
from ..objects.object_reader import ObjectReader
from ..objects.tree_reader import FOLDER_MODE, SUBMODULE_MODE, TreeReader
from .claim_commit import LONGEST_COMMIT, read_claim
from .log import ChangedCommit
from .model import LoggedCommit, is_claimed_lock

LockPlace: TypeAlias = "State | None"
LockPlaces = dict[tuple[str, bytes], LockPlace]  # by pool and lock: where the lock's file stands, None for nowhere
LockMoves = dict[
    tuple[str, bytes], tuple[LockPlace, LockPlace]
]  # by pool and lock: where it stood before, and where after


class MoveReader:
    """Tells what commits did to the locks of some pools. A lock in both folders of its pool counts as claimed."""

    def __init__(self, objects: ObjectReader, pools: Collection[str]) -> None:
        self._objects = objects
        self._trees = TreeReader(objects)
        self._folders = {pool_path(pool) + state.value.encode(): (pool, state) for pool in pools for state in State}

    def moves(self, commits: Iterable[ChangedCommit]) -> Iterator[Move]:
        """Yield the moves of each commit in turn. Raises GitFailed, MissingObject, BrokenHistory."""
        for commit in commits:
            steps = self._merged(commit) if len(commit.parents) > 1 else changed(commit.changes, self._folders)
            if steps:
                claims = sum(status == b"A" and is_claimed_lock(path) for status, path in commit.changes)
                claims = claims or sum(now is State.CLAIMED for _was, now in steps.values())
                content = self._objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
                made = read_claim(LoggedCommit(commit.name, commit.parents, ()), content, alone=claims <= 1)
                time = datetime.fromtimestamp(made.claimed_at, UTC)
                for (pool, lock), (was, now) in sorted(steps.items()):
                    name = lock.decode("utf-8", "surrogateescape")
                    yield Move(made.commit, time, pool, name, was, now, made.author, made.message, made.alone)

    def _merged(self, merge: ChangedCommit) -> LockMoves:
        """What a merge did by itself: locks that stand where they stand in none of its parents."""
        first, *others = (self._places(parent) for parent in merge.parents)
        here = self._places(merge.name)
        steps: LockMoves = {}
        for lock in {*here, *first, *(lock for places in others for lock in places)}:
            now = here.get(lock)
            if all(now is not places.get(lock) for places in (first, *others)):
                steps[lock] = (first.get(lock), now)
        return steps

    def _places(self, commit: str) -> LockPlaces:
        places: LockPlaces = {}
        for path, (pool, state) in self._folders.items():
            folder = self._trees.folder(commit, path)
            for name, (mode, _object) in self._trees.entries(folder).items() if folder else ():
                if mode not in (FOLDER_MODE, SUBMODULE_MODE) and not name.startswith(b"."):
                    places[pool, name] = State.CLAIMED if state is State.CLAIMED else places.get((pool, name), state)
        return places


def changed(changes: Iterable[tuple[bytes, bytes]], folders: Mapping[bytes, tuple[str, State]]) -> LockMoves:
    """Read what a commit did to the locks in some `folders` (pool and state by path) from git's letters and paths.

    A file that was changed where it stands was not moved, and what is hidden or lies deeper is no lock.
    """
    before: dict[tuple[str, bytes], State] = {}
    after: dict[tuple[str, bytes], State] = {}
    for status, path in changes:
        folder, _slash, name = path.rpartition(b"/")
        if folder in folders and not name.startswith(b".") and status in (b"A", b"D"):
            pool, state = folders[folder]
            side = after if status == b"A" else before
            side[pool, name] = State.CLAIMED if (pool, name) in side else state
    return {lock: (before.get(lock), after.get(lock)) for lock in before | after}


def pool_path(pool: str) -> bytes:
    """The path of a pool's folder with a slash behind it, nothing for the top of the repository."""
    return b"" if pool == ROOT_POOL else pool.encode("utf-8", "surrogateescape") + b"/"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moves of locks, from the changes of commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from ..._core.pool.layout import State, decode_path, is_claimed_lock, parse_path
from ..._core.pool.move import Move
from ..objects.object_reader import ObjectReader
from ..objects.tree_reader import TreeReader
from .claim_commit import LONGEST_COMMIT, read_claim
from .lock_states import LockStates, StateChanges, lock_states
from .log import ChangedCommit
from .model import LoggedCommit


class MoveReader:
    """Reads what commits did to the locks of some pools. A lock in both folders of its pool counts as claimed."""

    def __init__(self, objects: ObjectReader, pools: Collection[str]) -> None:
        self._objects = objects
        self._trees = TreeReader(objects)
        self._pools = pools

    def moves(self, commits: Iterable[ChangedCommit]) -> Iterator[Move]:
        """Yield the moves of each commit in turn. Raises GitFailed, MissingObject, BrokenHistory."""
        for commit in commits:
            is_merge = len(commit.parents) > 1
            states = self._merge_changes(commit) if is_merge else state_changes(commit.changes, self._pools)
            if states:
                yield from self._moves(commit, states)

    def _moves(self, commit: ChangedCommit, states: StateChanges) -> Iterator[Move]:
        claims = sum(status == b"A" and is_claimed_lock(path) for status, path in commit.changes)
        claims = claims or sum(now is State.CLAIMED for _was, now in states.values())
        content = self._objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
        claim = read_claim(LoggedCommit(commit.name, commit.parents, ()), content, alone=claims <= 1)
        time = datetime.fromtimestamp(claim.claimed_at, UTC)
        for (pool, lock), (was, now) in sorted(states.items(), key=lambda item: item[0]):
            yield Move(claim.commit, time, pool, lock, was, now, claim.author, claim.message, claim.alone)

    def _merge_changes(self, merge: ChangedCommit) -> StateChanges:
        """Return what a merge did itself: locks whose state differs from that in every parent."""
        first, *others = (lock_states(self._trees, parent, self._pools) for parent in merge.parents)
        merged = lock_states(self._trees, merge.name, self._pools)
        locks = merged.keys() | first.keys() | {lock for states in others for lock in states}
        return {
            lock: (first.get(lock), merged.get(lock))
            for lock in locks
            if all(merged.get(lock) is not states.get(lock) for states in (first, *others))
        }


def state_changes(changes: Iterable[tuple[bytes, bytes]], pools: Collection[str]) -> StateChanges:
    """Return what a commit did to the locks of pools, from git's status letters and paths.

    A file that was changed and stays at its path has not moved.
    """
    before: LockStates = {}
    after: LockStates = {}
    for status, path in changes:
        found = parse_path(decode_path(path)) if status in (b"A", b"D") else None
        if found is not None and found.is_lock and found.pool in pools:
            states = after if status == b"A" else before
            lock = (found.pool, found.name)
            states[lock] = State.CLAIMED if lock in states else found.state
    return {lock: (before.get(lock), after.get(lock)) for lock in before | after}

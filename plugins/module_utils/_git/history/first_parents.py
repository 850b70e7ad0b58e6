# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first-parent line of a branch, as far as it changed the free locks of a pool."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..._core.pool.layout import State, decode_path, parse_path
from ..._core.resource.arrivals import FreeLocks, NewerCommits
from ..._core.shared.text import valid_unicode
from ..cache.mirror import Mirror
from ..objects.errors import TooShallow
from ..objects.object_reader import ObjectReader, read_objects
from ..objects.tree_reader import TreeReader
from ..process.command import GitCommand
from .claim_commit import LONGEST_COMMIT
from .lock_states import lock_states
from .log import ChangedCommit, read_first_parents

_PARENT = b"parent "


def read_newer_commits(
    git: GitCommand, mirror: Mirror, tip: str, since: Collection[str], pool: str
) -> NewerCommits | None:
    """Return the line from the tip down to the first of `since`; None if none of them is on it.

    Reads no further back than that. Raises TooShallow if the mirror holds too little of the history; and GitFailed,
    MissingObject, BrokenHistory.
    """
    boundary, read = mirror.boundary(), 0
    touching: list[ChangedCommit] = []
    with read_first_parents(git, mirror.path, tip) as commits:
        for commit in commits:
            read += 1
            if commit.name in boundary:
                raise TooShallow(read)
            if commit.name in since:
                with read_objects(git, mirror.path) as objects:
                    first, *newer = _free_locks(objects, [commit, *reversed(touching)], pool)
                return NewerCommits(first, tuple(newer))
            if _touches(commit, pool):
                touching.append(commit)
    return None


def read_free_locks(git: GitCommand, mirror: Mirror, commit: str, pool: str) -> FreeLocks:
    """Return the free locks of a pool at a commit and its first parent. Raises as read_newer_commits() does."""
    if commit in mirror.boundary():
        raise TooShallow(1)
    with read_objects(git, mirror.path) as objects:
        parents = _parents(objects.read(commit, "commit", limit=LONGEST_COMMIT))
        (locks,) = _free_locks(objects, [ChangedCommit(commit, parents, 0, ())], pool)
    return locks


def _touches(commit: ChangedCommit, pool: str) -> bool:
    found = (parse_path(decode_path(path)) for _status, path in commit.changes)
    return any(path is not None and path.pool == pool for path in found)


def _free_locks(objects: ObjectReader, commits: Iterable[ChangedCommit], pool: str) -> tuple[FreeLocks, ...]:
    trees = TreeReader(objects)
    return tuple(
        FreeLocks(
            commit.name,
            frozenset().union(*(_free_at(trees, parent, pool) for parent in commit.parents[:1])),
            _free_at(trees, commit.name, pool),
        )
        for commit in commits
    )


def _free_at(trees: TreeReader, commit: str, pool: str) -> frozenset[str]:
    states = lock_states(trees, commit, (pool,))
    return frozenset(valid_unicode(lock) for (_pool, lock), state in states.items() if state is State.UNCLAIMED)


def _parents(commit: bytes) -> tuple[str, ...]:
    header = commit.partition(b"\n\n")[0].splitlines()
    return tuple(line.removeprefix(_PARENT).decode("ascii", "replace") for line in header if line.startswith(_PARENT))

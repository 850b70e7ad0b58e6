# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commits that change locks: each moves, adds, updates or removes the file of one lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..._core.pool.change import LockChange, PoolChange, RepositoryChange
from ..._core.pool.layout import KEEP_FILE, State, decode_path, encode_path, state_folder
from ..._core.pool.lock import Lock
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..objects.tree_reader import FOLDER_MODE, Entries, Entry, TreeReader
from .planned_commits import (
    CommitPurpose,
    FileChange,
    FileMoved,
    FileRemoved,
    FileRestored,
    FileWritten,
    PlannedCommit,
)

_FILE_MODE = b"100644"
_FILE_MODES = (_FILE_MODE, b"100755")
_BECOMES = {State.CLAIMED: "claimed", State.UNCLAIMED: "released"}
_KEEP_FILE = encode_path(KEEP_FILE)


def plan_changes(changes: Sequence[RepositoryChange], trees: TreeReader, base: str) -> list[PlannedCommit]:
    """Return the commits of changes on top of the commit `base`; reads only the folders that change."""
    new = {change.pool for change in changes if isinstance(change, PoolChange)}
    for pool in new:
        _check_new_pool(pool, trees, base)
    folders = {
        path: {} if pool in new else _read_folder(trees, base, path) for path, pool in changed_folders(changes).items()
    }
    return list(lock_commits(changes, folders))


def changed_folders(changes: Iterable[RepositoryChange]) -> dict[bytes, str]:
    """Return the paths of the folders that change, and their pools."""
    folders = {}
    for change in changes:
        if isinstance(change, PoolChange):
            folders.update({_folder(change.pool, state): change.pool for state in State})
            continue
        if change.source is not None:
            folders[_folder(change.source.pool, change.source.state)] = change.source.pool
        if change.target is not None:
            folders[_folder(change.target.pool, change.target.state)] = change.target.pool
    return folders


def lock_commits(changes: Iterable[RepositoryChange], folders: Mapping[bytes, Entries]) -> Iterator[PlannedCommit]:
    """Yield one commit for each change, and before it one with .gitkeep if it takes the last file of its folder.

    These are two commits because the `get` of a pool resource takes the first changed file of a commit for the lock.
    `folders` maps the changed_folders() to their entries. Raises RepositoryError if the file of a lock has changed, or
    if another entry has its place.
    """
    current = {path: dict(entries) for path, entries in folders.items()}
    for change in changes:
        if isinstance(change, PoolChange):
            yield _new_pool(change, current)
            continue
        _check(change, current)
        yield from _keep_folder(change, current)
        yield PlannedCommit(change.message, _file_changes(change))
        _apply(change, current)


def _new_pool(change: PoolChange, current: dict[bytes, dict[bytes, Entry]]) -> PlannedCommit:
    folders = [_folder(change.pool, state) for state in State]
    for folder in folders:
        current[folder][_KEEP_FILE] = (_FILE_MODE, "")
    return PlannedCommit(change.message, tuple(FileWritten(_join(folder, _KEEP_FILE)) for folder in folders))


def _keep_folder(change: LockChange, current: dict[bytes, dict[bytes, Entry]]) -> Iterator[PlannedCommit]:
    """Yield the commit that keeps the folder which the change would empty."""
    if change.source is None or change.source_path == change.target_path:
        return
    source = _folder(change.source.pool, change.source.state)
    if len(current[source]) == 1:
        keep = FileWritten(_join(source, _KEEP_FILE))
        yield PlannedCommit(f"keep {printable(decode_path(source))}\n", (keep,))
        current[source][_KEEP_FILE] = (_FILE_MODE, "")


def _file_changes(change: LockChange) -> tuple[FileChange, ...]:
    source = None if change.source_path is None else encode_path(change.source_path)
    target = None if change.target_path is None else encode_path(change.target_path)
    if target is None:
        return () if source is None else (FileRemoved(source),)
    if isinstance(change.content, Lock):
        return (FileRestored(target, change.content.mode.encode(), change.content.blob),)
    if change.content is not None:
        mode = change.source.mode.encode() if change.source is not None else _FILE_MODE
        mode = mode if mode in _FILE_MODES else _FILE_MODE  # a symbolic link becomes a file
        return (FileWritten(target, change.content, mode),)
    return () if source is None else (FileMoved(source, target),)


def _apply(change: LockChange, current: dict[bytes, dict[bytes, Entry]]) -> None:
    """Record a change in the entries of the folders."""
    name = encode_path(change.name)
    entry: Entry = (_FILE_MODE, "")
    if change.source is not None:
        entry = current[_folder(change.source.pool, change.source.state)].pop(name)
    if change.target is not None:
        if isinstance(change.content, Lock):
            entry = (change.content.mode.encode(), change.content.blob)
        current[_folder(change.target.pool, change.target.state)][name] = entry


def _check(change: LockChange, current: Mapping[bytes, Entries]) -> None:
    """Raise RepositoryError unless the lock's file is as it was read, and its new place is free."""
    name, lock = encode_path(change.name), change.source
    if lock is not None:
        entry = current[_folder(lock.pool, lock.state)].get(name)
        if entry is None or entry[1] != lock.blob:
            raise RepositoryError(
                f"The file of lock {printable(lock.pool_and_name, 200)} has just changed, so nothing was done: run"
                " again."
            )
    target = change.target
    if target is None or change.target_path == change.source_path:
        return
    if name in current[_folder(target.pool, target.state)]:
        raise RepositoryError(
            f"Lock {printable(f'{(lock or target).pool}/{change.name}', 200)} cannot be {_BECOMES[target.state]}:"
            f" {printable(change.target_path or '', 200)} already exists. Find out which file is right, and remove the"
            " other, or exclude the lock."
        )


def _check_new_pool(pool: str, trees: TreeReader, commit: str) -> None:
    """Raise RepositoryError if a file has the path of a folder of a new pool: it would be lost."""
    parts = encode_path(pool).split(b"/")
    folders = [b"/".join(parts[: length + 1]) for length in range(len(parts))]
    for path in (*folders, *(_folder(pool, state) for state in State)):
        parent, _slash, name = path.rpartition(b"/")
        if trees.file(trees.folder(commit, parent), name) is not None:
            raise RepositoryError(
                f"Pool {printable(pool, 200)} cannot be created: {_shown(path)} is not a folder; give the pool another"
                " name."
            )


def _read_folder(trees: TreeReader, commit: str, path: bytes) -> Entries:
    """Return the entries of a claimed/ or unclaimed/ folder, none if it does not exist.

    Raises RepositoryError, MissingObject.
    """
    pool, _slash, state = path.rpartition(b"/")
    folder = trees.folder(commit, pool)
    if folder is None:
        raise RepositoryError(f"Pool {_shown(pool)} no longer exists: run again.")
    mode, name = trees.entries(folder).get(state, (FOLDER_MODE, ""))
    if mode != FOLDER_MODE:
        raise RepositoryError(f"{_shown(path)} is not a folder, so no lock can be put there: replace it with a folder.")
    return trees.entries(name) if name else {}


def _folder(pool: str, state: State) -> bytes:
    return encode_path(state_folder(pool, state))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name


def _shown(path: bytes) -> str:
    return printable(decode_path(path), 200)


RELEASES = CommitPurpose(
    plan_changes,
    commits="the commits that release locks",
    done="the locks were released",
    not_done="nothing was released",
    no_more="no further lock was released",
)
LOCK_CHANGES = CommitPurpose(
    plan_changes,
    commits="the commits that change locks",
    done="the locks were changed",
    not_done="nothing was changed",
    no_more="no further lock was changed",
    makes_claims=True,
)

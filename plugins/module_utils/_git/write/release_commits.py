# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commits that release locks: each moves the file of one lock from claimed/ to unclaimed/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..._core.clean.release import PlannedRelease
from ..._core.pool.layout import KEEP_FILE, State, decode_path, encode_path, lock_path, state_folder
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..objects.tree_reader import FOLDER_MODE, Entries, Entry, TreeReader
from .planned_commits import CommitPurpose, FileMoved, FileWritten, PlannedCommit

_EMPTY_FILE: Entry = (b"100644", "")
_KEEP_FILE = encode_path(KEEP_FILE)


def plan_releases(releases: Sequence[PlannedRelease], trees: TreeReader, base: str) -> list[PlannedCommit]:
    """Return the commits of releases on top of the commit `base`; reads only the folders that change."""
    folders = {path: _read_folder(trees, base, path) for path in changed_folders(releases)}
    return list(release_commits(releases, folders))


def changed_folders(releases: Iterable[PlannedRelease]) -> set[bytes]:
    """Return the paths of the folders that releases move files from and to."""
    return {path for release in releases for path in (_source(release), _target(release))}


def release_commits(releases: Iterable[PlannedRelease], folders: Mapping[bytes, Entries]) -> Iterator[PlannedCommit]:
    """Yield one commit for each release, and before it one with .gitkeep if it moves the last file of its folder.

    These are two commits because the `get` of a pool resource takes the first changed file of a commit for the lock.
    `folders` maps the changed_folders() to their entries. Raises RepositoryError if the file of a lock has changed, or
    if another entry has its place.
    """
    current = {path: dict(entries) for path, entries in folders.items()}
    for release in releases:
        name = encode_path(release.lock.name)
        source, target = _source(release), _target(release)
        _check(release, current[source].get(name), current[target].get(name))
        if len(current[source]) == 1:
            keep = FileWritten(_join(source, _KEEP_FILE))
            yield PlannedCommit(f"keep {printable(decode_path(source))}\n", (keep,))
            current[source][_KEEP_FILE] = _EMPTY_FILE
        yield PlannedCommit(release.message, (FileMoved(_join(source, name), _join(target, name)),))
        current[target][name] = current[source].pop(name)


def _check(release: PlannedRelease, source: Entry | None, target: Entry | None) -> None:
    """Raise RepositoryError unless the lock's file is as it was judged, and its new place is free."""
    lock = release.lock
    if source is None or source[1] != lock.blob:
        raise RepositoryError(
            f"The file of lock {printable(lock.pool_and_name, 200)} has just changed, so it was not released: run"
            " again."
        )
    if target is not None:
        raise RepositoryError(
            f"Lock {printable(lock.pool_and_name, 200)} cannot be released:"
            f" {printable(lock_path(release.target, State.UNCLAIMED, lock.name), 200)} already exists. Find out which"
            " of the two is right and remove the other, or exclude the lock."
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


def _source(release: PlannedRelease) -> bytes:
    return encode_path(state_folder(release.lock.pool, State.CLAIMED))


def _target(release: PlannedRelease) -> bytes:
    return encode_path(state_folder(release.target, State.UNCLAIMED))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name


def _shown(path: bytes) -> str:
    return printable(decode_path(path), 200)


RELEASES = CommitPurpose(
    plan_releases,
    commits="the commits that release locks",
    done="the locks were released",
    not_done="nothing was released",
    no_more="no further lock was released",
)

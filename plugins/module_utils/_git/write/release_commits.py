# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From releases to commits, checked against what stands in the folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..._core.clean.release import PlannedRelease
from ..._core.pool.layout import KEEP_FILE, State, decode_path, encode_path, lock_path, state_folder
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..objects.tree_reader import FOLDER_MODE, Entries, Entry, TreeReader
from .planned_commits import CommitPurpose, FileMoved, FileWritten, PlannedCommit

_EMPTY_FILE: Entry = (b"100644", "")


def touched_folders(releases: Iterable[PlannedRelease]) -> set[bytes]:
    """The folders that releases take files from and put them into."""
    pools = [(release.lock.pool, release.target) for release in releases]
    return {_folder(pool, State.CLAIMED) for pool, _to in pools} | {_folder(to, State.UNCLAIMED) for _pool, to in pools}


def plan_commits(releases: Iterable[PlannedRelease], folders: Mapping[bytes, Entries]) -> Iterator[PlannedCommit]:
    """Yield one commit for each release; before one that would take the last file of a claimed/, one that keeps it.

    A pool resource's `get` takes the first changed file of a commit for the lock, so the two cannot be one commit.
    `folders` is what lies in touched_folders(). Raises RepositoryError if a file is not what the release says, or
    another one is in its way.
    """
    now = {path: dict(entries) for path, entries in folders.items()}
    for release in releases:
        lock = release.lock
        name = encode_path(lock.name)
        source, target = _folder(lock.pool, State.CLAIMED), _folder(release.target, State.UNCLAIMED)
        claimed, unclaimed = now[source], now[target]
        if name not in claimed or claimed[name][1] != lock.blob:
            raise RepositoryError(
                f"The file of lock {printable(lock.pool_and_name, 200)} is not what it was a moment ago, so nothing was"
                " released: run again."
            )
        if name in unclaimed:
            raise RepositoryError(
                f"Lock {printable(lock.pool_and_name, 200)} cannot be released, and so nothing was: something is at"
                f" {printable(lock_path(release.target, State.UNCLAIMED, lock.name), 200)} already."
                " See which of the two is right and remove the other, or exclude the lock."
            )
        if len(claimed) == 1:
            yield PlannedCommit(
                f"keep {printable(decode_path(source))}\n", (FileWritten(_join(source, KEEP_FILE.encode())),)
            )
            claimed[KEEP_FILE.encode()] = _EMPTY_FILE
        yield PlannedCommit(release.message, (FileMoved(_join(source, name), _join(target, name)),))
        unclaimed[name] = claimed.pop(name)


def plan_releases(releases: Sequence[PlannedRelease], trees: TreeReader, base: str) -> list[PlannedCommit]:
    """Return the commits of releases on top of the commit `base`; reads only the folders that change."""
    folders = {path: _read_folder(trees, base, path) for path in touched_folders(releases)}
    return list(plan_commits(releases, folders))


def _read_folder(trees: TreeReader, commit: str, path: bytes) -> Entries:
    """What lies in a claimed/ or unclaimed/ folder, nothing if there is none. Raises RepositoryError, MissingObject."""
    pool, _slash, state = path.rpartition(b"/")
    folder = trees.folder(commit, pool)
    if folder is None:
        raise RepositoryError(f"There is no pool {_shown(pool)} any more: run again.")
    mode, name = trees.entries(folder).get(state, (FOLDER_MODE, ""))
    if mode != FOLDER_MODE:
        raise RepositoryError(f"{_shown(path)} is no folder, so no lock can be put there: make it one.")
    return trees.entries(name) if name else {}


def _shown(path: bytes) -> str:
    return printable(decode_path(path), 200)


def _folder(pool: str, state: State) -> bytes:
    return encode_path(state_folder(pool, state))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name


RELEASES = CommitPurpose(
    plan_releases,
    commits="the commits that release locks",
    done="the locks were released",
    not_done="nothing was released",
)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of the branch for questions that come after the look."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from ..._core.pool.move import Move
from ..._core.pool.snapshot import Snapshot
from ..._core.shared.errors import RepositoryError
from ..cache.folder import CacheFolder, FolderLock
from ..cache.mirror import MIRROR_ERRORS, Mirror, new_mirror, trim_mirror
from ..history.log import read_changes
from ..history.move_reader import MoveReader
from ..history.since import commits_since
from ..objects.errors import BrokenHistory, MissingObject, TooShallow
from ..objects.object_reader import read_objects
from ..process.command import GitCommand, GitFailed
from ..remote.remote import Remote
from .depths import SHALLOWEST_HISTORY, next_depths

_FAR_BEHIND = 4096  # commits that others may have pushed since the snapshot

Result = TypeVar("Result")


class HistoryReader:
    """Reads the history below the commit of a snapshot, and fetches no more of it than needed."""

    def __init__(self, git: GitCommand, remote: Remote, folder: CacheFolder, lock: FolderLock) -> None:
        self._git = git
        self._remote = remote
        self._folder = folder
        self._lock = lock

    def moves(self, snapshot: Snapshot, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return the moves of the locks of pools since a time, oldest first. Raises RepositoryError."""

        def read(mirror: Mirror) -> tuple[Move, ...]:
            with read_changes(self._git, mirror.path, snapshot.commit) as commits:
                recent = commits_since(commits, snapshot.commit, int(since.timestamp()), boundary=mirror.boundary())
            if recent.is_shallow:
                raise TooShallow(recent.read)
            with read_objects(self._git, mirror.path) as objects:
                return tuple(MoveReader(objects, pools).moves(reversed(recent.commits)))

        return self.read(snapshot, read) if pools else ()

    def read(self, snapshot: Snapshot, read: Callable[[Mirror], Result]) -> Result:
        """Return what `read` returns for the cached mirror or, if that is broken, for a new one.

        `read` raises TooShallow if it needs more of the history. Raises RepositoryError.
        """
        with self._lock:
            mirror = Mirror(self._folder.mirror)
            if mirror.fits(snapshot.commit):
                with contextlib.suppress(*MIRROR_ERRORS):
                    return self._deepen(snapshot, mirror, read)
            try:
                with new_mirror(self._folder, snapshot.commit) as mirror:
                    self._remote.fetch(mirror.path, snapshot.branch, depth=SHALLOWEST_HISTORY)
                    return self._deepen(snapshot, mirror, read)
            except GitFailed as failed:
                raise self._remote.explain(failed) from None
            except (MissingObject, BrokenHistory) as error:
                raise RepositoryError(
                    f"The branch at {self._remote.where} was rewritten during the run: run again. ({error})"
                ) from None

    def _deepen(self, snapshot: Snapshot, mirror: Mirror, read: Callable[[Mirror], Result]) -> Result:
        """Fetch more of the history until `read` succeeds. Raises RepositoryError, GitFailed, BrokenHistory."""
        depths = iter(next_depths(is_local=self._remote.is_local))
        while True:
            try:
                result = read(mirror)
                break
            except TooShallow as shallow:
                depth = next((depth for depth in depths if depth > shallow.read), None)
            except (GitFailed, MissingObject, BrokenHistory) as error:
                # Others have pushed since the snapshot, and its commit is older than the fetched history.
                depth = next(depths, None)
                if depth is None or depth > _FAR_BEHIND:
                    raise BrokenHistory(str(error)) from error
            if depth is None:
                raise RepositoryError(
                    f"The history at {self._remote.where} ends too early: the repository there is a shallow clone."
                    " Run git fetch --unshallow in it, or name the repository that it was cloned from."
                )
            self._remote.fetch(mirror.path, snapshot.branch, depth=depth)
            mirror.depth = depth
        self._trim(snapshot, mirror)
        return result

    def _trim(self, snapshot: Snapshot, mirror: Mirror) -> None:
        """Trim the mirror for the next run. If that fails, the result is still right."""
        if mirror.path == self._folder.mirror:
            with contextlib.suppress(OSError, GitFailed):
                trim_mirror(self._git, self._folder, mirror, snapshot.commit)

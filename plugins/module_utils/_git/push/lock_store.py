# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository for people and playbooks that claim and release locks."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping, Sequence

from ..._core.lock.options.content import LARGEST_CONTENT
from ..._core.pool.lock import Lock
from ..._core.pool.snapshot import Snapshot
from ..access.author import Author
from ..objects.object_reader import read_objects
from ..refresh.history_reader import HistoryReader
from ..repository import LockRepository

if t.TYPE_CHECKING:
    from ..._core.pool.change import RepositoryChange
    from ..._core.push.store import PushOutcome
    from ..cache.mirror import Mirror
    from .writer import RepositoryWriter


class GitLockStore:
    """A lock repository. A LockStore of the core. Every method raises RepositoryError."""

    def __init__(self, repository: LockRepository, author: Author) -> None:
        self._repository = repository
        self._author = author

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch, see LockRepository.snapshot()."""
        return self._repository.snapshot()

    def latest(self) -> Snapshot:
        """Return the state after the last accepted push, see RepositoryWriter.latest()."""
        return self._writer.latest()

    def write(self, snapshot: Snapshot, changes: Sequence[RepositoryChange]) -> str:
        """Write one commit for each change, see RepositoryWriter.write()."""
        return self._writer.write(snapshot, changes)

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push what write() has written, see RepositoryWriter.push()."""
        return self._writer.push(snapshot, commit)

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        """Return whether a commit is in the history of the branch, see RepositoryWriter.contains()."""
        return self._writer.contains(snapshot, commit)

    def contents(self, snapshot: Snapshot, locks: Sequence[Lock]) -> Mapping[Lock, bytes | None]:
        """Return the contents of the files of locks, None for one of more than LARGEST_CONTENT bytes."""

        def read(mirror: Mirror) -> Mapping[Lock, bytes | None]:
            with read_objects(self._repository.git, mirror.path) as objects:
                found = {lock: objects.read(lock.blob, "blob", limit=LARGEST_CONTENT + 1) for lock in locks}
            return {lock: content if len(content) <= LARGEST_CONTENT else None for lock, content in found.items()}

        return self._history.read(snapshot, read) if locks else {}

    def oldest_free(self, snapshot: Snapshot, locks: Sequence[Lock], count: int) -> Sequence[Lock]:
        """Return `count` unclaimed locks, those first that were free for the longest time."""
        # Imported late: only one choice needs the history.
        from ..history.free_since import find_oldest_free

        git = self._repository.git
        return self._history.read(snapshot, lambda mirror: find_oldest_free(git, mirror, snapshot.commit, locks, count))

    @property
    def _history(self) -> HistoryReader:
        repository = self._repository
        return HistoryReader(repository.git, repository.remote, repository.folder, repository.lock)

    @functools.cached_property
    def _writer(self) -> RepositoryWriter[RepositoryChange]:
        # Imported late: a lock that the owner holds already needs no push.
        from ..write.lock_commits import LOCK_CHANGES
        from .writer import RepositoryWriter

        return RepositoryWriter(self._repository, self._author, LOCK_CHANGES)

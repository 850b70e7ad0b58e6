# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository for the strategy tally: the tallies of pools, and commits that count builds."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Collection, Mapping

from ..._core.pool.snapshot import Snapshot
from ..._core.tally.counts import TallyRecord
from ..access.author import Author
from ..cache.mirror import Mirror
from ..objects.object_reader import read_objects
from ..refresh.history_reader import HistoryReader
from ..repository import LockRepository
from ..tally.reader import TallyReader

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._core.push.store import PushOutcome
    from ..._core.tally.ledger import PlannedTally
    from .writer import RepositoryWriter


class GitTallyStore:
    """The tallies in a lock repository. A TallyStore of the core. Every method raises RepositoryError."""

    def __init__(self, repository: LockRepository, author: Author) -> None:
        self._repository = repository
        self._author = author

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch, see LockRepository.snapshot()."""
        return self._repository.snapshot()

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        """Return the tallies of the pools at the latest snapshot, and the moves of their locks since they were written.

        Reads far back only for a pool that was not counted for long.
        """
        repository, snapshot = self._repository, self._repository.latest_snapshot()

        def read(mirror: Mirror) -> Mapping[str, TallyRecord]:
            with read_objects(repository.git, mirror.path) as objects:
                reader = TallyReader(objects, snapshot.pools)
                return reader.read(repository.git, mirror, snapshot.commit, pools)

        history = HistoryReader(repository.git, repository.remote, repository.folder, repository.lock)
        return history.read(snapshot, read) if pools else {}

    def write(self, snapshot: Snapshot, changes: Sequence[PlannedTally]) -> str:
        """Write one commit for each tally, see RepositoryWriter.write()."""
        return self._writer.write(snapshot, changes)

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push what write() has written, see RepositoryWriter.push()."""
        return self._writer.push(snapshot, commit)

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        """Return whether a commit is in the history of the branch, see RepositoryWriter.contains()."""
        return self._writer.contains(snapshot, commit)

    @functools.cached_property
    def _writer(self) -> RepositoryWriter[PlannedTally]:
        # Imported late: most runs count nothing.
        from ..tally.commits import TALLIES
        from .writer import RepositoryWriter

        return RepositoryWriter(self._repository, self._author, TALLIES)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository for the strategy tally: its history, and commits that count builds."""

from __future__ import annotations

import functools
import typing as t

from ..access.author import Author
from ..repository import LockRepository
from ..repository_history import RepositoryHistory

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._core.pool.snapshot import Snapshot
    from ..._core.push.store import PushOutcome
    from ..._core.tally.ledger import PlannedTally
    from .writer import RepositoryWriter


class GitTallyStore(RepositoryHistory):
    """The history of a repository, and a CommitStore for its tallies."""

    def __init__(self, repository: LockRepository, author: Author) -> None:
        super().__init__(repository)
        self._author = author

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

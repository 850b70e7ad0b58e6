# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a lock repository: what counting builds needs beside its current state."""

from __future__ import annotations

import functools
import typing as t

from .._core.pool.snapshot import Snapshot
from .repository import LockRepository

if t.TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from .._core.pool.move import Move
    from .refresh.history_reader import HistoryReader


class RepositoryHistory:
    """The commits below the latest snapshot of a repository. Every method raises RepositoryError."""

    def __init__(self, repository: LockRepository) -> None:
        self._repository = repository

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch, see LockRepository.snapshot()."""
        return self._repository.snapshot()

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return what the commits dated `since` or later did to the locks of the pools, oldest first.

        The cost grows with the number of these commits, not with the length of the history. For clocks that differ see
        history/since.py.
        """
        return self._reader.moves(self._repository.latest_snapshot(), since, pools)

    @functools.cached_property
    def _reader(self) -> HistoryReader:
        # Imported late: most runs need no history.
        from .refresh.history_reader import HistoryReader

        repository = self._repository
        return HistoryReader(repository.git, repository.remote, repository.folder, repository.lock)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrivals of a pool's locks in a lock repository, for the resource pool-trigger."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Collection

from .._core.resource.arrivals import Arrival, FreeLocks, NewerCommits, Queue, next_queue
from .cache.arrival_file import arrival_file, read_arrivals, write_arrivals
from .repository import LockRepository

if t.TYPE_CHECKING:
    from .._core.pool.snapshot import Snapshot
    from .refresh.history_reader import HistoryReader


class RepositoryArrivals:
    """The arrivals in one pool of a repository, which is open. If nothing has changed, this is one request."""

    def __init__(self, repository: LockRepository, pool: str) -> None:
        self._repository = repository
        self._pool = pool

    def after(self, version: Arrival | None) -> Queue:
        """Return the arrivals after a version. Raises BadOption for an unknown pool, and RepositoryError."""
        tip = self._repository.tip()
        path = arrival_file(self._repository.folder, self._pool)
        known = read_arrivals(path)
        if version is not None and known is not None and known.tip == tip.commit:
            coming = known.following(version)
            if coming is not None:
                return Queue(tip.commit, version, coming)
        snapshot = self._repository.snapshot_at(tip)
        queue = next_queue(version, _Line(self._repository, snapshot, self._pool_of(snapshot)), known)
        with contextlib.suppress(OSError):
            # Without the file, the next check reads the history again.
            write_arrivals(path, queue)
        return queue

    def _pool_of(self, snapshot: Snapshot) -> str:
        """Return the pool as the repository spells it. Raises BadOption."""
        # Imported late: most checks find nothing new.
        from .._core.verdict.policy import PoolPolicy
        from .._core.verdict.pool_options import PoolOption, choose_pools

        (pool,) = choose_pools([PoolOption(self._pool, PoolPolicy())], snapshot.pools, PoolPolicy())
        return pool.name


class _Line:
    """The first-parent line of a snapshot. It is a FirstParentLine."""

    def __init__(self, repository: LockRepository, snapshot: Snapshot, pool: str) -> None:
        # Imported late, see above.
        from .refresh.history_reader import HistoryReader

        self._reader: HistoryReader = HistoryReader(
            repository.git, repository.remote, repository.folder, repository.lock
        )
        self._git = repository.git
        self._snapshot = snapshot
        self._pool = pool

    @property
    def tip(self) -> str:
        return self._snapshot.commit

    def newer(self, since: Collection[str]) -> NewerCommits | None:
        from .history.first_parents import read_newer_commits

        return self._reader.read(
            self._snapshot, lambda mirror: read_newer_commits(self._git, mirror, self.tip, since, self._pool)
        )

    def at_tip(self) -> FreeLocks:
        from .history.first_parents import read_free_locks

        return self._reader.read(
            self._snapshot, lambda mirror: read_free_locks(self._git, mirror, self.tip, self._pool)
        )

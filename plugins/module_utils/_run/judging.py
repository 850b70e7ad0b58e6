# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge locks with a Concourse, in parallel, and remember what was found out."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from .._core.pool.lock import Lock
from .._core.pool.snapshot import Snapshot
from .._core.verdict.judge import JudgedLock, JudgeLocks, ParallelMap, judge_locks
from .._core.verdict.pool_options import PoolOption
from .._git.cache.claim_memory_file import remembered_claims
from .concourse_warnings import concourse_warnings
from .run_clock import RunClock
from .timed_map import map_for

if t.TYPE_CHECKING:
    from .._concourse.api.queries import ConcourseQueries
    from .._concourse.client import ConcourseClient
    from .._concourse.config.options import ConcourseOptions
    from .._git.cache.folder import CacheFolder

_MARGIN = 0.5


@dataclass(frozen=True)
class Judging:
    """How a run judges, and its clock. `warn` shows a warning to the operator.

    `memory_folder` returns where the run remembers claims, None without a cache.
    """

    options: ConcourseOptions
    clock: RunClock
    warn: Callable[[str], None]
    memory_folder: Callable[[], CacheFolder | None]

    @contextmanager
    def open(self) -> Iterator[JudgeLocks]:
        """Yield a function that judges locks in parallel and sends new queries each time.

        Raises ConcourseError if Concourse refuses the login; warns if it does not answer at all, or requires a login
        and none is configured; warns once if its clock and that of this machine differ.
        """
        if self.options.is_empty:
            team = self.options.team or "main"
            # It needs no time.
            yield lambda locks, snapshot, pools, **_limit: judge_locks(
                locks, snapshot, pools, None, now=self.clock.start(), default_team=team
            )
            return
        # Imported here, because many runs have no Concourse.
        from .._concourse.client import CONNECTIONS, ConcourseClient

        with (
            ConcourseClient(self.options, on_date=self.clock.hear) as concourse,
            ThreadPoolExecutor(CONNECTIONS) as threads,
        ):
            # During the fetch, because both mostly wait.
            connected = threads.submit(concourse.connect)

            def judge(
                locks: Sequence[Lock], snapshot: Snapshot, pools: Sequence[PoolOption], *, seconds: float | None = None
            ) -> tuple[JudgedLock, ...]:
                connected.result()
                queries = concourse.queries(None if seconds is None else seconds + _MARGIN)
                judged = self._judge_by(queries, concourse, partial(map_for, threads, seconds), locks, snapshot, pools)
                for warning in (*concourse_warnings(concourse, judged), self.clock.warning()):
                    if warning is not None:
                        self.warn(warning)
                return judged

            yield judge

    def _judge_by(
        self,
        queries: ConcourseQueries,
        concourse: ConcourseClient,
        each: ParallelMap,
        locks: Sequence[Lock],
        snapshot: Snapshot,
        pools: Sequence[PoolOption],
    ) -> tuple[JudgedLock, ...]:
        """Judge locks and remember what was found out."""
        with remembered_claims(self.memory_folder(), concourse.identity) as memory:
            judged = judge_locks(
                locks,
                snapshot,
                pools,
                queries,
                now=self.clock.start(),
                seen_at=self.clock.latest,
                memory=memory,
                default_team=concourse.team,
                each=each,
            )
        queries.end()
        return judged

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count builds in a lock repository, and read the files with plain git."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.ledger import TallyLedger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import TallyDemand, TallyPlan
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.tally_store import GitTallyStore
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.tests import lockrepo
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git_text

_runs = itertools.count()


@dataclass
class Counter:
    """Runs that count the builds of some pools, with a cache of their own.

    `active` are the builds of each pool's job that wait for a lock, None if Concourse is not asked; `now` is the time
    of the runs in seconds since 1970, UTC.
    """

    locks: lockrepo.LockRepository
    cache_dir: Path
    pools: tuple[str, ...] = ("aws",)
    active: dict[str, int | None] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    now: Callable[[], int] = lambda: int(time.time())

    @contextmanager
    def open(self) -> Iterator[GitTallyStore]:
        options = RepositoryOptions(repo=self.locks.url, cache_dir=str(self.cache_dir), git_timeout=30)
        with LockRepository(options) as repository:
            yield GitTallyStore(repository, parse_author(DEFAULT_AUTHOR))

    def ledger(self, repository: GitTallyStore, run: str | None = None, most: int | None = None) -> TallyLedger:
        """Return a run on an open repository."""
        return TallyLedger(repository, self.pools, self.demand, run or f"run-{next(_runs)}", PushRetry, self.now, most)

    def demand(self, snapshot: Snapshot) -> Mapping[str, TallyDemand]:
        free = [lock.pool for lock in snapshot.locks if lock.state is State.UNCLAIMED or lock.is_in_both_states]
        return {
            pool: TallyDemand(free.count(pool), self.active.get(pool), self.limits.get(pool)) for pool in self.pools
        }

    def count(self, most: int | None = None) -> dict[str, TallyPlan]:
        """Run once; return the plans."""
        with self.open() as repository:
            return dict(self.ledger(repository, most=most).count(repository.snapshot()))

    def start(self, most: int | None = None) -> dict[str, int]:
        """Run once; return the number of builds to start, for each pool with any."""
        return {pool: plan.start for pool, plan in self.count(most).items() if plan.start}

    def problems(self) -> list[str]:
        """Run once; return the problems that it reports."""
        return [str(problem) for plan in self.count().values() for problem in plan.problems]


def files(locks: lockrepo.LockRepository, pool: str = "aws") -> tuple[str | None, str | None]:
    """Return the content of the two tally files of a pool."""
    prefix = "" if pool == "." else f"{pool}/"
    names = (f"{prefix}.pending-triggers", f"{prefix}.pending-removals")
    there = locks.tree()
    triggers, removals = (
        git_text("cat-file", "blob", there[name.encode()].name, folder=locks.path) if name.encode() in there else None
        for name in names
    )
    return triggers, removals

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count builds in the repository, before they are started.

    count:      decide -> push the counts -> start the builds     (only the run whose push is accepted starts them)
    give back:  push the counts of the builds that were not started

The count comes first: two runs at once, or a run beside a pool-trigger-resource, never start the same build twice. The
resource has the same order: its `check` pushes the tally before it returns the version that starts the build. A build
that Concourse refuses is given back to the tally at once. If a run is killed between its push and the last build, the
tally counts builds that never come; a later run finds that they are missing and starts them (plan.SETTLED_AFTER). The
other order would start builds twice whenever a push is overtaken, which is where lock repositories are busiest.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..pool.snapshot import Snapshot
from ..pool.tally_files import TallyCounts
from ..push.loop import PushLoop, PushTask
from ..push.retry import PushRetry
from ..push.store import CommitStore
from ..shared.text import printable
from .counts import TallyRecord, carry_forward, tally_message
from .plan import TallyDemand, TallyPlan, plan_tally


@dataclass(frozen=True, slots=True)
class PlannedTally:
    """A tally to be written to a pool's two files, in a commit with this message."""

    pool: str
    tally: TallyCounts
    message: str


class TallyStore(CommitStore[PlannedTally], t.Protocol):
    """The lock repository, with the tallies that pools keep in it."""

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        """Return the tallies of the pools at the latest snapshot. Raises RepositoryError."""


Plans = Mapping[str, TallyPlan]


@dataclass(slots=True)
class TallyLedger:
    """One run that counts the builds of some pools. `plans` is its latest decision, by pool.

    `ask` returns the demand of each pool at a snapshot, asked again on each call. `most` limits how many builds are
    started in all, None for no limit; the pools share it in their order. `run` is unique to this run. `clock` returns
    seconds since 1970, UTC.
    """

    store: TallyStore
    pools: Sequence[str]
    ask: Callable[[Snapshot], Mapping[str, TallyDemand]]
    run: str
    retry: Callable[[], PushRetry]
    clock: Callable[[], int]
    most: int | None = None
    plans: Plans = field(default_factory=dict)

    def decide(self, snapshot: Snapshot) -> Plans:
        """Plan for each pool without writing, as check mode does."""
        demands = self.ask(snapshot)
        records = self.store.tallies(pools=self.pools)
        left = self.most
        plans = {}
        for pool in self.pools:
            demand = demands[pool]
            if left is not None:
                limit = left if demand.limit is None else min(left, demand.limit)
                demand = TallyDemand(demand.unclaimed, demand.active, limit)
            plans[pool] = plan_tally(records[pool], demand, self.clock())
            left = None if left is None else left - plans[pool].start
        self.plans = plans
        return plans

    def count(self, snapshot: Snapshot) -> Plans:
        """Count the builds to start in one push, and return the plans that were pushed: start their builds now.

        Raises RepositoryError if the push fails; start no build then.
        """
        task = _CountTask(self)
        self._push(task, snapshot)
        self.plans = task.plan
        return self.plans

    def give_back(self, builds: Mapping[str, int]) -> None:
        """Count builds that were counted and then not started as still to be started. Raises RepositoryError.

        `builds` is their number by pool.
        """
        wanted = {pool: number for pool, number in builds.items() if number > 0}
        if wanted:
            self._push(_GiveBackTask(self, wanted), self.store.snapshot())

    def planned(self, pool: str, tally: TallyCounts) -> PlannedTally:
        """Return a tally as a change of the repository."""
        return PlannedTally(pool, tally, tally_message(pool, tally, self.run))

    def _push(self, task: PushTask[PlannedTally, t.Any], snapshot: Snapshot) -> None:
        task.revise(snapshot)
        PushLoop(self.store, task, snapshot).run(self.retry())


@dataclass(slots=True)
class _CountTask:
    """Push the counts of the builds to start."""

    ledger: TallyLedger
    plan: Plans = field(default_factory=dict)

    def changes(self) -> list[PlannedTally]:
        return [self.ledger.planned(pool, plan.tally) for pool, plan in self.plan.items() if plan.is_written]

    def revise(self, snapshot: Snapshot) -> None:
        self.plan = self.ledger.decide(snapshot)

    def consequence(self) -> str:
        return "no build was started"


@dataclass(slots=True)
class _GiveBackTask:
    """Push the counts of the builds that were not started. `builds` is their number by pool."""

    ledger: TallyLedger
    builds: Mapping[str, int]
    plan: list[PlannedTally] = field(default_factory=list)

    def changes(self) -> list[PlannedTally]:
        return self.plan

    def revise(self, _snapshot: Snapshot) -> None:
        records = self.ledger.store.tallies(pools=list(self.builds))
        tallies = {
            pool: carry_forward(record.counted, record.moves).give_back(self.builds[pool])
            for pool, record in records.items()
            if record.counted is not None  # else somebody deleted the tally, to have all builds counted afresh
        }
        self.plan = [self.ledger.planned(pool, tally) for pool, tally in tallies.items() if not tally.is_negative]

    def consequence(self) -> str:
        numbers = ", ".join(f"{printable(pool)}: {number}" for pool, number in self.builds.items())
        return f"the tally counts builds that were not started ({numbers}); a later run will start them"

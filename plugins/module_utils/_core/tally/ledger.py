# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count builds in the lock repository before they are started.

The count comes first, the builds after it: only the run whose push is accepted has the builds to start, so that two
runs at once, or a run beside a pool-trigger-resource, start none of them twice. The resource has the same order: its
`check` pushes the tally before it names the version that starts the build. What can fail is then the way between the
push and the last build that is started. A build that Concourse refuses is given back to the tally at once. If the run
is killed there, the tally counts builds that never come; a later run finds that they are not there and starts them
(tally_plan.SETTLED_AFTER). The other order would lose nothing either, but start builds twice whenever a push is
overtaken, which is where lock repositories are busiest.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..pool.snapshot import Snapshot
from ..pool.tally_files import TallyCounts
from ..shared.errors import RepositoryError
from ..shared.push import PushOutcome
from ..shared.push_retry import PushRetry
from ..shared.text import printable
from .counts import TallyRecord, carry_forward, tally_message
from .plan import TallyDemand, TallyPlan, plan_tally


@dataclass(frozen=True, slots=True)
class PlannedTally:
    """A tally to be written to a pool's two files, in a commit with this message."""

    pool: str
    tally: TallyCounts
    message: str


class TallyStore(t.Protocol):
    """The lock repository, as counting needs it. Every method raises RepositoryError."""

    def snapshot(self) -> Snapshot:
        """Return the repository as it is at its server now."""

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        """Return the tallies of the pools at the last snapshot."""

    def write_tallies(self, snapshot: Snapshot, counts: Sequence[PlannedTally]) -> str:
        """Write one commit for each count on top of the snapshot, without a push, and return the last."""

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push commits written on top of the snapshot, never by force; if the answer is lost, see what became of it."""

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push that was taken for lost came about all the same: its last commit is in the history."""


Plans = Mapping[str, TallyPlan]


@dataclass(slots=True)
class TallyLedger:
    """One run that counts the builds of some pools. `plans` is what it decided last, by pool.

    `ask` gives the demand of each pool at a snapshot, anew each time; `most` is how many builds may be started in all,
    None for any number; pools take from it in their order. `run` is a word that no other run has. `clock` gives seconds
    since 1970, UTC.
    """

    store: TallyStore
    pools: Sequence[str]
    ask: Callable[[Snapshot], Mapping[str, TallyDemand]]
    run: str
    attempts: Callable[[], PushRetry]
    clock: Callable[[], int]
    most: int | None = None
    plans: Plans = field(default_factory=dict)

    def decide(self, snapshot: Snapshot) -> Plans:
        """Plan for each pool and write nothing, as check mode does."""
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
        """Count the builds to start in one push, and return the plans that came about: now start their builds.

        Raises RepositoryError if that cannot be done; then no build may be started.
        """
        self._push(snapshot, self._counts, "so no build was started")
        return self.plans

    def give_back(self, builds: Mapping[str, int]) -> None:
        """Count builds as still to be started, by pool, that were counted and then not made. Raises RepositoryError."""
        wanted = {pool: number for pool, number in builds.items() if number > 0}
        if wanted:
            said = ", ".join(f"{printable(pool)}: {number}" for pool, number in wanted.items())
            lost = f"so the tally counts builds that were not started ({said}); a later run will start them"
            self._push(self.store.snapshot(), lambda _snapshot: self._returned(wanted), lost)

    def _counts(self, snapshot: Snapshot) -> list[PlannedTally]:
        plans = self.decide(snapshot)
        return [self._count(pool, plan.tally) for pool, plan in plans.items() if plan.is_written]

    def _returned(self, builds: Mapping[str, int]) -> list[PlannedTally]:
        records = self.store.tallies(pools=list(builds))
        tallies = {
            pool: carry_forward(record.counted, record.moves).give_back(builds[pool])
            for pool, record in records.items()
            if record.counted is not None  # else somebody had it begun afresh, and nothing is owed to it
        }
        return [self._count(pool, tally) for pool, tally in tallies.items() if not tally.is_negative]

    def _count(self, pool: str, tally: TallyCounts) -> PlannedTally:
        return PlannedTally(pool, tally, tally_message(pool, tally, self.run))

    def _push(self, snapshot: Snapshot, decide: Callable[[Snapshot], list[PlannedTally]], outcome: str) -> None:
        """Write and push what is decided, and decide again on top of what others have pushed, until it is accepted."""
        pushed: list[tuple[str, Plans]] = []
        attempts = self.attempts()
        for attempt in attempts:
            if attempt:
                before, snapshot = snapshot.commit, self.store.snapshot()
                landed = self._landed(snapshot, pushed if snapshot.commit != before else [])
                if landed is not None:
                    self.plans = landed
                    return
            counts = decide(snapshot)
            if not counts:
                return
            commit = self.store.write_tallies(snapshot, counts)
            pushed.append((commit, self.plans))
            if self.store.push(snapshot, commit) is PushOutcome.ACCEPTED:
                return
        landed = self._landed(self.store.snapshot(), pushed)
        if landed is None:
            raise RepositoryError(
                f"Somebody else was faster to push {attempts.made} times in a row, for {attempts.seconds:.0f} seconds,"
                f" {outcome}. Run again when there is less going on."
            )
        self.plans = landed

    def _landed(self, snapshot: Snapshot, pushed: Sequence[tuple[str, Plans]]) -> Plans | None:
        """The plans of an earlier push that the server carried out after we had stopped waiting for it."""
        return next((plans for commit, plans in pushed if self.store.has_landed(snapshot, commit)), None)

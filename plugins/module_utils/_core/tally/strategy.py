# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start builds by the counts that a pool keeps in its files, as for a pool-trigger-resource.

The counts are pushed first, and builds are started after that: see ledger.py.
"""

from __future__ import annotations

import secrets
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..concourse.queries import NoCredibleResponse
from ..pool.layout import State
from ..pool.snapshot import Snapshot
from ..push.retry import PushRetry
from ..shared.errors import RepositoryError
from ..shared.text import count_text, printable
from ..trigger.job_api import CannotTrigger, MoveHistory
from ..trigger.job_builds import JobBuilds
from ..trigger.plan import TriggerDecision, TriggerState, have_to_wait
from ..trigger.run import TriggerRun
from ..trigger.start import BuildNotFound, ConcourseUnavailable, PoolTrigger
from .ledger import TallyLedger, TallyStore
from .plan import TallyDemand, TallyPlan


class TallyHistory(MoveHistory, TallyStore, t.Protocol):
    """The lock repository, with the counts that pools keep in it."""


@dataclass(slots=True)
class TallyRun(TriggerRun):
    """One run with the strategy tally."""

    plans: Mapping[str, TallyPlan] | None = None
    _looked_at: str | None = None

    @property
    def changed(self) -> bool:
        return any(plan.is_written for plan in (self.plans or {}).values())

    def serve(self, snapshot: Snapshot) -> None:
        """Count all pools in one push, then start what was counted, and give back what could not be started."""
        there = [run for run in self.runs if run.failure is None]
        store = t.cast(TallyHistory, self.store)
        self._looked_at = snapshot.commit
        tallying = TallyLedger(
            store,
            [run.pool.name for run in there],
            self._demands,
            secrets.token_hex(4),
            PushRetry,
            self.clock,
            self.rules.max_triggers,
        )
        self.plans = tallying.decide(snapshot) if self.dry_run else tallying.count(snapshot)
        for run in there:
            self._note(run, self.plans[run.pool.name])
        if not self.dry_run:
            self._start_all(there, tallying, {name: plan.start for name, plan in self.plans.items()})

    def _note(self, run: PoolTrigger, plan: TallyPlan) -> None:
        """Put the numbers of the tally into the result, and tell of what was mended."""
        if run.decision is not None:
            run.decision = tallied(run.decision, plan)
        for problem in plan.problems:
            self.warn(f"Pool {printable(run.pool.name, 80)}: {problem}.")
        if self.dry_run:
            run.made.extend([None] * plan.start)

    def _start_all(self, runs: Sequence[PoolTrigger], tallying: TallyLedger, owed: dict[str, int]) -> None:
        """Start what is owed, and give back to the tally what could not be started."""
        try:
            for run in runs:
                self._start_counted(run, owed)
        finally:
            try:
                tallying.give_back(owed)
            except RepositoryError as error:
                for run in runs:
                    if owed[run.pool.name]:
                        run.failure = f"{run.failure or 'Not all builds were started.'} {error}"

    def _start_counted(self, run: PoolTrigger, owed: dict[str, int]) -> None:
        name = run.pool.name

        def start(run: PoolTrigger, _look: JobBuilds) -> None:
            while owed[name] > 0:
                try:
                    self.start(run)
                except (BuildNotFound, ConcourseUnavailable):
                    # It may come all the same; if not, a later run finds that it is not there.
                    owed[name] -= 1
                    raise
                owed[name] -= 1

        self.guarded(run, start)

    def _demands(self, snapshot: Snapshot) -> dict[str, TallyDemand]:
        """Return what is known of each pool; after a push of somebody else everything is asked for anew."""
        there = [run for run in self.runs if run.failure is None]
        if snapshot.commit != self._looked_at:
            self.ask_for_jobs(there)
            # Builds may have claimed in between: the counts go on from the snapshot that they are written on.
            self._looked_at = snapshot.commit
        return {run.pool.name: self._demand(run, snapshot) for run in self.runs}

    def _demand(self, run: PoolTrigger, snapshot: Snapshot) -> TallyDemand:
        # The tally counts files: that of a lock in both folders, too, while a build moves it.
        free = [lock.pool for lock in snapshot.locks if lock.state is State.UNCLAIMED or lock.is_in_both_states]
        unclaimed = free.count(run.pool.name)
        if run.failure is not None:
            return TallyDemand(unclaimed, limit=0)
        try:
            decision = self.decide(run, run.look or JobBuilds.nothing(), snapshot, self.rules.max_triggers)
        except (CannotTrigger, NoCredibleResponse) as reason:
            run.failure = str(reason)
            return TallyDemand(unclaimed, limit=0)
        run.decision = decision
        held_back = decision.need.needed > 0 and decision.start == 0
        return TallyDemand(unclaimed, decision.need.active, 0 if held_back else None)


def tallied(decision: TriggerDecision, plan: TallyPlan) -> TriggerDecision:
    """Return a decision with the numbers of the tally in the place of those that were counted in Concourse."""
    missing = plan.start + plan.tally.triggers
    is_held_back = decision.need.needed > 0 and decision.start == 0
    if is_held_back and missing:
        return replace(decision, tally_needed=missing)
    if decision.need.needed == missing == 0:
        return replace(decision, tally_needed=0)
    state, reason = decision.state, f"{count_text(missing, 'build')} to start by the tally"
    if decision.paused is not None and plan.start:
        reason = f"{reason}; {have_to_wait(decision.paused)}"
    if plan.tally.triggers:
        state, reason = TriggerState.LIMITED, f"{reason}; max_triggers leaves {plan.start} of them to this run"
    elif state is not TriggerState.WAITING:
        state = TriggerState.TRIGGERED if plan.start else TriggerState.SATISFIED
    return replace(decision, start=plan.start, state=state, reason=reason, tally_needed=missing)

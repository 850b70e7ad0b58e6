# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start builds by the counts that a pool keeps in its files, as for a pool-trigger-resource. Private to the collection.

The counts are pushed first, and builds are started after that: see tallying.py.
"""

from __future__ import annotations

import secrets
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.poolboy.concourse.plugins.module_utils._core.attempts import Attempts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.locks import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally_plan import Demand, TallyPlan
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tallying import Tallying, TallyStore
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import CannotTrigger, MoveStore
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_look import JobLook
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_plan import (
    Decision,
    PoolState,
    have_to_wait,
    how_many,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_run import Triggering
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_start import (
    BuildNotFound,
    ConcourseGone,
    PoolRun,
)


class CountedStore(MoveStore, TallyStore, t.Protocol):
    """The lock repository, with the counts that pools keep in it."""


@dataclass(slots=True)
class TallyTriggering(Triggering):
    """One run with the strategy tally."""

    plans: Mapping[str, TallyPlan] | None = None
    _looked_at: str | None = None

    @property
    def changed(self) -> bool:
        return any(plan.is_written for plan in (self.plans or {}).values())

    def serve(self, snapshot: Snapshot) -> None:
        """Count all pools in one push, then start what was counted, and give back what could not be started."""
        there = [run for run in self.runs if run.failure is None]
        store = t.cast(CountedStore, self.store)
        self._looked_at = snapshot.commit
        tallying = Tallying(
            store,
            [run.pool.name for run in there],
            self._demands,
            secrets.token_hex(4),
            Attempts,
            self.clock,
            self.rules.max_triggers,
        )
        self.plans = tallying.decide(snapshot) if self.dry_run else tallying.count(snapshot)
        for run in there:
            self._note(run, self.plans[run.pool.name])
        if not self.dry_run:
            self._start_all(there, tallying, {name: plan.start for name, plan in self.plans.items()})

    def _note(self, run: PoolRun, plan: TallyPlan) -> None:
        """Put the numbers of the tally into the result, and tell of what was mended."""
        if run.decision is not None:
            run.decision = tallied(run.decision, plan)
        for problem in plan.problems:
            self.warn(f"Pool {printable(run.pool.name, 80)}: {problem}.")
        if self.dry_run:
            run.made.extend([None] * plan.start)

    def _start_all(self, runs: Sequence[PoolRun], tallying: Tallying, owed: dict[str, int]) -> None:
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

    def _start_counted(self, run: PoolRun, owed: dict[str, int]) -> None:
        name = run.pool.name

        def start(run: PoolRun, _look: JobLook) -> None:
            while owed[name] > 0:
                try:
                    self.start(run)
                except (BuildNotFound, ConcourseGone):
                    # It may come all the same; if not, a later run finds that it is not there.
                    owed[name] -= 1
                    raise
                owed[name] -= 1

        self.guarded(run, start)

    def _demands(self, snapshot: Snapshot) -> dict[str, Demand]:
        """Return what is known of each pool; after a push of somebody else everything is asked for anew."""
        there = [run for run in self.runs if run.failure is None]
        if snapshot.commit != self._looked_at:
            self.ask_for_jobs(there)
            # Builds may have claimed in between: the counts go on from the snapshot that they are written on.
            self._looked_at = snapshot.commit
        return {run.pool.name: self._demand(run, snapshot) for run in self.runs}

    def _demand(self, run: PoolRun, snapshot: Snapshot) -> Demand:
        # The tally counts files: that of a lock in both folders, too, while a build moves it.
        free = [lock.pool for lock in snapshot.locks if lock.state is State.UNCLAIMED or lock.is_twice]
        unclaimed = free.count(run.pool.name)
        if run.failure is not None:
            return Demand(unclaimed, limit=0)
        try:
            decision = self.decide(run, run.look or JobLook.nothing(), snapshot, self.rules.max_triggers)
        except (CannotTrigger, NoCredibleAnswer) as reason:
            run.failure = str(reason)
            return Demand(unclaimed, limit=0)
        run.decision = decision
        held_back = decision.need.needed > 0 and decision.start == 0
        return Demand(unclaimed, decision.need.active, 0 if held_back else None)


def tallied(decision: Decision, plan: TallyPlan) -> Decision:
    """Return a decision with the numbers of the tally in the place of those that were counted in Concourse."""
    missing = plan.start + plan.tally.triggers
    is_held_back = decision.need.needed > 0 and decision.start == 0
    if is_held_back and missing:
        return replace(decision, tally_needed=missing)
    if decision.need.needed == missing == 0:
        return replace(decision, tally_needed=0)
    state, reason = decision.state, f"{how_many(missing, 'build')} to start by the tally"
    if decision.paused is not None and plan.start:
        reason = f"{reason}; {have_to_wait(decision.paused)}"
    if plan.tally.triggers:
        state, reason = PoolState.LIMITED, f"{reason}; max_triggers leaves {plan.start} of them to this run"
    elif state is not PoolState.WAITING:
        state = PoolState.TRIGGERED if plan.start else PoolState.SATISFIED
    return replace(decision, start=plan.start, state=state, reason=reason, tally_needed=missing)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strategy that shares the tally files with a pool-trigger-resource.

The counts are pushed first, and builds are started after that: see ledger.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ..concourse.queries import NoCredibleResponse
from ..pool.layout import State
from ..pool.snapshot import Snapshot
from ..push.retry import PushRetry
from ..shared.errors import RepositoryError
from ..shared.text import count_text, printable
from ..trigger.job.api import CannotTrigger
from ..trigger.plan import TriggerDecision
from ..trigger.pool_trigger import PoolTrigger
from ..trigger.reason import limited_reason, paused_reason, slow_reason
from ..trigger.run import TriggerRun
from ..trigger.start import BuildNotFound, ConcourseUnavailable
from ..trigger.state import TriggerState
from .ledger import TallyLedger, TallyStore
from .plan import SETTLED_AFTER, TallyDemand, TallyPlan

# Seconds in which a run starts the builds that it has counted. The rest of SETTLED_AFTER is for the last request and
# for the push that gives builds back: after it, other runs take a counted build that is missing for lost.
STARTED_WITHIN = SETTLED_AFTER // 2


@dataclass(slots=True)
class TallyStrategy:
    """Counts in the tally files of the pools. `plans` are by pool. It is a TriggerStrategy."""

    store: TallyStore
    plans: Mapping[str, TallyPlan] = field(default_factory=dict)
    _asked_at: str | None = None

    @property
    def has_written(self) -> bool:
        return any(plan.is_written for plan in self.plans.values())

    def start_builds(self, run: TriggerRun, snapshot: Snapshot) -> None:
        """Count all pools in one push, start what was counted, and return to the tally what was not started."""
        triggers = run.working
        until = run.clock() + STARTED_WITHIN
        self._asked_at = snapshot.commit
        ledger = TallyLedger(
            self.store,
            [trigger.pool.name for trigger in triggers],
            partial(self._fetch_demands, run),
            secrets.token_hex(4),
            PushRetry,
            run.clock,
            run.rules.max_triggers,
        )
        self.plans = ledger.decide(snapshot) if run.dry_run else ledger.count(snapshot)
        for trigger in triggers:
            _record_plan(run, trigger, self.plans[trigger.pool.name])
        if not run.dry_run:
            _start_counted(run, triggers, ledger, {name: plan.start for name, plan in self.plans.items()}, until)

    def _fetch_demands(self, run: TriggerRun, snapshot: Snapshot) -> dict[str, TallyDemand]:
        """Return the demand of each pool; ask Concourse again if the branch has moved since."""
        if snapshot.commit != self._asked_at:
            # Builds can have claimed in between: the counts continue from the snapshot that they are written on.
            run.fetch_all_job_builds(run.working)
            self._asked_at = snapshot.commit
        return {trigger.pool.name: _fetch_demand(run, trigger, snapshot) for trigger in run.triggers}


def _fetch_demand(run: TriggerRun, trigger: PoolTrigger, snapshot: Snapshot) -> TallyDemand:
    # The tally counts files, so a lock in both folders counts too.
    free = [lock.pool for lock in snapshot.locks if lock.state is State.UNCLAIMED or lock.is_in_both_states]
    unclaimed = free.count(trigger.pool.name)
    if trigger.failure is not None:
        return TallyDemand(unclaimed, limit=0)
    try:
        decision = run.fetch_decision(trigger, snapshot, run.rules.max_triggers)
    except (CannotTrigger, NoCredibleResponse) as error:
        trigger.failure = str(error)
        return TallyDemand(unclaimed, limit=0)
    trigger.decision = decision
    return TallyDemand(unclaimed, decision.need.active, 0 if decision.is_held_back else None)


def _record_plan(run: TriggerRun, trigger: PoolTrigger, plan: TallyPlan) -> None:
    """Put the numbers of the tally into the result, and warn about its problems."""
    if trigger.decision is not None:
        trigger.decision = with_tally(trigger.decision, plan)
    for problem in plan.problems:
        run.warn(f"Pool {printable(trigger.pool.name, 80)}: {problem}.")
    if run.dry_run:
        trigger.builds.extend([None] * plan.start)


def _start_counted(
    run: TriggerRun, triggers: Sequence[PoolTrigger], ledger: TallyLedger, unstarted: dict[str, int], until: int
) -> None:
    """Start the counted builds until a time (seconds since 1970, UTC), and return the others to the tally."""
    try:
        for trigger in triggers:
            with run.recording_failure(trigger):
                _start_builds_of(run, trigger, unstarted, until)
    finally:
        try:
            ledger.give_back(unstarted)
        except RepositoryError as error:
            for trigger in triggers:
                if unstarted[trigger.pool.name]:
                    trigger.failure = f"{trigger.failure or 'Not all builds were started.'} {error}"


def _start_builds_of(run: TriggerRun, trigger: PoolTrigger, unstarted: dict[str, int], until: int) -> None:
    name = trigger.pool.name
    missing = unstarted[name]
    while trigger.failure is None and missing > 0:
        if run.clock() >= until:
            _leave_to_next_run(trigger, missing)
            return
        try:
            is_alone = run.start(trigger)
        except (BuildNotFound, ConcourseUnavailable):
            # The build may still be created; if not, a later run finds that it is missing.
            unstarted[name] -= 1
            raise
        unstarted[name] -= 1
        missing = missing - 1 if is_alone else run.fetch_decision_again(trigger, missing - 1).start


def _leave_to_next_run(trigger: PoolTrigger, builds: int) -> None:
    decision = trigger.decision
    if decision is not None:
        reason, start = slow_reason(decision.reason, builds), len(trigger.builds)
        trigger.decision = replace(decision, start=start, state=TriggerState.LIMITED, reason=reason)


def with_tally(decision: TriggerDecision, plan: TallyPlan) -> TriggerDecision:
    """Return a decision with the numbers of the tally in place of those that follow from the builds."""
    missing = plan.start + plan.tally.triggers
    if decision.is_held_back and missing:
        return replace(decision, needed=missing)
    if decision.needed == missing == 0:
        return decision
    state, reason = decision.state, f"{count_text(missing, 'build')} to start by the tally"
    if decision.paused is not None and plan.start:
        reason = f"{reason}; {paused_reason(decision.paused)}"
    if plan.tally.triggers:
        state, reason = TriggerState.LIMITED, limited_reason(reason, plan.start)
    elif state is not TriggerState.WAITING:
        state = TriggerState.TRIGGERED if plan.start else TriggerState.SATISFIED
    return replace(decision, start=plan.start, state=state, reason=reason, needed=missing)

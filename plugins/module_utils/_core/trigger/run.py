# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a build for every free lock that has none: ask, look, count, start.

Concourse is asked before the repository is looked at: a build that claims in between is then counted twice, as active
and by its lock that is not free any more. So one build too few may be started, which the next run makes good, and never
one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..concourse.queries import NoCredibleResponse
from ..pool.snapshot import Snapshot
from ..shared.errors import PoolboyError
from ..shared.text import printable
from ..verdict.policy import PoolPolicy
from ..verdict.pool_options import PoolOption, choose_pools
from .count import PoolCount
from .job_api import CannotTrigger, JobApi, MoveHistory
from .job_builds import JobBuilds, fetch_job_builds
from .options import TriggerPool
from .plan import TriggerDecision, TriggerRules
from .start import ConcourseUnavailable, PoolTrigger, check_resources, start_build

ParallelMap = Callable[[Callable[[PoolTrigger], None], Sequence[PoolTrigger]], Iterable[None]]


class TriggerFailed(PoolboyError):
    """For at least one pool builds could not be started. What was started is in the result."""


@dataclass(slots=True)
class TriggerRun:
    """One run, for some pools. `dry_run` starts nothing and returns the same numbers.

    `clock` gives seconds since 1970, UTC; `each` applies a function to all pools, maybe at the same time; `warn` tells
    the user of what is no failure.
    """

    desk: JobApi
    store: MoveHistory
    pools: Sequence[TriggerPool]
    rules: TriggerRules
    default_team: str
    clock: Callable[[], int]
    warn: Callable[[str], None]
    dry_run: bool = False
    each: ParallelMap = map
    snapshot: Snapshot | None = None
    runs: list[PoolTrigger] = field(default_factory=list)
    _is_away: bool = False

    def look(self) -> None:
        """Ask for all jobs, then look at the repository. Raises BadOption, ConcourseError, RepositoryError."""
        self.runs = [PoolTrigger(pool) for pool in self.pools]
        self.ask_for_jobs(self.runs)
        snapshot = self.store.snapshot()
        wanted = [PoolOption(pool.name, PoolPolicy()) for pool in self.pools]
        for run, chosen in zip(self.runs, choose_pools(wanted, snapshot.pools, PoolPolicy()), strict=True):
            # As the repository spells it, which need not be valid text.
            run.pool = TriggerPool(chosen.name, run.pool.job, run.pool.resource)
        self.snapshot = snapshot

    def act(self) -> None:
        """Start what is missing, pool by pool. Raises TriggerFailed at the end if that failed for any pool."""
        if self.snapshot is not None:
            self.serve(self.snapshot)
        for run in self.runs:
            if run.made and self.rules.resource_check and run.look is not None and not self.dry_run:
                check_resources(self.desk, run, run.look, self.warn)
        failed = [run for run in self.runs if run.failure is not None]
        if failed:
            raise TriggerFailed(" ".join(f"Pool {printable(run.pool.name, 80)}: {run.failure}" for run in failed))

    @property
    def changed(self) -> bool:
        return any(run.made for run in self.runs)

    def serve(self, snapshot: Snapshot) -> None:
        """Count and start, for one pool after the other."""
        for run in self.runs:
            # Not always the first snapshot: what is asked of the history is told as of the latest.
            self.guarded(run, partial(self._serve, snapshot=self.snapshot or snapshot))

    def ask_for_jobs(self, runs: Sequence[PoolTrigger]) -> None:
        """Ask for the jobs of some pools and for their builds."""

        def ask(run: PoolTrigger) -> None:
            self.guarded(run, lambda run, _look: self._ask(run))

        list(self.each(ask, runs))

    def guarded(self, run: PoolTrigger, step: Callable[[PoolTrigger, JobBuilds], None]) -> None:
        """Do one step for a pool; what goes wrong for it is remembered, and the other pools go on."""
        if run.failure is not None:
            return
        try:
            step(run, run.look or JobBuilds.nothing())
        except CannotTrigger as reason:
            self._is_away = self._is_away or isinstance(reason, ConcourseUnavailable)
            run.failure = str(reason)
        except NoCredibleResponse as missing:
            run.failure = f"Nothing can be told of job {printable(str(run.pool.job), 120)}, as {missing}."

    def decide(self, run: PoolTrigger, look: JobBuilds, snapshot: Snapshot, left: int) -> TriggerDecision:
        """Count one pool and decide; `left` builds may be started. Raises CannotTrigger, NoCredibleResponse."""
        counting = PoolCount(self.desk, self.store, snapshot, run.pool, look, self.default_team)
        try:
            return counting.decide(self.rules, left, self.clock())
        finally:
            run.look, run.need = counting.look, run.need or counting.need

    def start(self, run: PoolTrigger) -> bool:
        """Start one build; False if somebody else has started one of the job as well. Raises CannotTrigger."""
        if self._is_away:
            raise CannotTrigger("Nothing was started, as Concourse had stopped answering.")
        return start_build(self.desk, run, run.look or JobBuilds.nothing())

    def _ask(self, run: PoolTrigger) -> None:
        run.look = fetch_job_builds(self.desk, run.pool.job, self.clock())

    def _serve(self, run: PoolTrigger, look: JobBuilds, snapshot: Snapshot) -> None:
        left = self._decide(run, look, snapshot)
        if self.dry_run:
            run.made.extend([None] * left)
            return
        while left > 0:
            left = left - 1 if self.start(run) else self._count_again(run)

    def _decide(self, run: PoolTrigger, look: JobBuilds, snapshot: Snapshot) -> int:
        """Return how many builds to start now; the result tells of the first decision."""
        started = sum(len(run.made) for run in self.runs)
        decision = self.decide(run, look, snapshot, self.rules.max_triggers - started)
        run.decision = run.decision or decision
        return decision.start

    def _count_again(self, run: PoolTrigger) -> int:
        """Somebody else starts builds of the job as well: ask and look again, and return how many are missing still."""
        run.is_shared = True
        look = fetch_job_builds(self.desk, run.pool.job, self.clock())
        self.snapshot = self.store.snapshot()
        return self._decide(run, look, self.snapshot)

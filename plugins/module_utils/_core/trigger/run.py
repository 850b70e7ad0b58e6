# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a build for each free lock that has none: ask Concourse, read the repository, count, start.

Concourse is asked before the repository is read. A build that claims in between counts twice, as an active build and by
its lock, which is no longer free. So the run starts one build too few, which the next run makes up for. A build that
somebody else starts after the question does not count, so there can be one build too many: without the tally, at most
one for each run beyond the first of several at once, because a gap in the numbers of builds makes a run count again.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..concourse.queries import NoCredibleResponse
from ..pool.snapshot import Snapshot
from ..shared.errors import PoolboyError
from ..shared.text import printable
from ..verdict.policy import PoolPolicy
from ..verdict.pool_options import PoolOption, choose_pools
from .count import PoolCount
from .job.api import CannotTrigger, JobApi, MoveHistory
from .job.builds import fetch_job_builds
from .options import TriggerPool
from .plan import TriggerDecision, TriggerRules
from .pool_trigger import PoolTrigger
from .start import ConcourseUnavailable, check_resources, start_build

ParallelMap = Callable[[Callable[[PoolTrigger], None], Sequence[PoolTrigger]], Iterable[None]]


class TriggerFailed(PoolboyError):
    """Builds of at least one pool could not be started. The result lists those that were."""


class TriggerStrategy(t.Protocol):
    """How a run counts the builds that the pools need. An object of it serves one run."""

    @property
    def has_written(self) -> bool:
        """Whether the run changes the repository, or would outside of check mode."""

    def start_builds(self, run: TriggerRun, snapshot: Snapshot, /) -> None:
        """Count and start the builds of all pools of a run."""


@dataclass(slots=True)
class TriggerRun:
    """One run for some pools. With `dry_run` it starts nothing and returns the same numbers.

    `clock` returns seconds since 1970, UTC; `each` applies a function to all pools, possibly in parallel; `warn` shows
    a warning to the user. `snapshot` is the latest one.
    """

    job_api: JobApi
    history: MoveHistory
    pools: Sequence[TriggerPool]
    rules: TriggerRules
    strategy: TriggerStrategy
    default_team: str
    clock: Callable[[], int]
    warn: Callable[[str], None]
    dry_run: bool = False
    each: ParallelMap = map
    snapshot: Snapshot | None = None
    triggers: list[PoolTrigger] = field(default_factory=list)
    is_unavailable: bool = False

    def fetch(self) -> None:
        """Ask for all jobs, then read the repository. Raises BadOption, ConcourseError, RepositoryError."""
        self.triggers = [PoolTrigger(pool) for pool in self.pools]
        self.fetch_all_job_builds(self.triggers)
        snapshot = self.history.snapshot()
        wanted = [PoolOption(pool.name, PoolPolicy()) for pool in self.pools]
        for trigger, chosen in zip(self.triggers, choose_pools(wanted, snapshot.pools, PoolPolicy()), strict=True):
            # As the repository spells it, which need not be valid Unicode.
            trigger.pool = TriggerPool(chosen.name, trigger.pool.job, trigger.pool.resource)
        self.snapshot = snapshot

    def start_builds(self) -> None:
        """Start the missing builds of all pools. Raises TriggerFailed at the end if that failed for any pool."""
        if self.snapshot is not None:
            self.strategy.start_builds(self, self.snapshot)
        for trigger in self.triggers:
            self._warn_of_blocked_build(trigger)
        if self.rules.resource_check and not self.dry_run:
            for trigger in self.triggers:
                if trigger.builds:
                    check_resources(self.job_api, trigger, self.warn)
        failed = [trigger for trigger in self.triggers if trigger.failure is not None]
        if failed:
            raise TriggerFailed(" ".join(f"Pool {printable(one.pool.name, 80)}: {one.failure}" for one in failed))

    def _warn_of_blocked_build(self, trigger: PoolTrigger) -> None:
        blocked, job = trigger.blocked, trigger.pool.job
        if blocked is not None and blocked.deserves_warning(self.clock()):
            self.warn(
                f"Pool {printable(trigger.pool.name, 80)}: build {printable(blocked.build.name, 40)} of job "
                f"{printable(str(job), 120)} has not started, because {blocked.reason}; there was no activity "
                f"of the job and the pool since {blocked.time}. Remove the cause, or abort the build: "
                f"{self.job_api.page(job, blocked.build)}"
            )

    @property
    def changed(self) -> bool:
        return self.strategy.has_written or any(trigger.builds for trigger in self.triggers)

    @property
    def working(self) -> list[PoolTrigger]:
        """The pools without a failure so far."""
        return [trigger for trigger in self.triggers if trigger.failure is None]

    @contextmanager
    def recording_failure(self, trigger: PoolTrigger) -> Iterator[None]:
        """Record an error as the failure of the pool, so that the run continues with the other pools."""
        try:
            yield
        except CannotTrigger as error:
            self.is_unavailable = self.is_unavailable or isinstance(error, ConcourseUnavailable)
            trigger.failure = str(error)
        except NoCredibleResponse as error:
            trigger.failure = f"The state of job {printable(str(trigger.pool.job), 120)} is unknown, because {error}."

    def fetch_all_job_builds(self, triggers: Sequence[PoolTrigger]) -> None:
        """Ask for the jobs of some pools and for their builds."""

        def fetch(trigger: PoolTrigger) -> None:
            with self.recording_failure(trigger):
                self.fetch_job_builds(trigger)

        list(self.each(fetch, triggers))

    def fetch_job_builds(self, trigger: PoolTrigger) -> None:
        """Ask for the job of a pool and for its builds. Raises NoCredibleResponse, CannotTrigger."""
        trigger.job_builds = fetch_job_builds(self.job_api, trigger.pool.job, self.clock())

    def fetch_decision(self, trigger: PoolTrigger, snapshot: Snapshot, limit: int) -> TriggerDecision:
        """Count a pool and decide to start at most `limit` builds. Raises CannotTrigger, NoCredibleResponse."""
        count = PoolCount(self.job_api, self.history, snapshot, trigger.pool, trigger.job_builds, self.default_team)
        try:
            return count.fetch_decision(self.rules, limit, self.clock())
        finally:
            trigger.job_builds, trigger.need = count.job_builds, trigger.need or count.need

    def fetch_decision_again(self, trigger: PoolTrigger, limit: int) -> TriggerDecision:
        """Decide again, as somebody else starts builds of the job too: ask Concourse, then read the repository.

        Raises what fetch_decision() raises, and RepositoryError.
        """
        trigger.is_shared = True
        self.fetch_job_builds(trigger)
        self.snapshot = self.history.snapshot()
        return self.fetch_decision(trigger, self.snapshot, limit)

    def start(self, trigger: PoolTrigger) -> bool:
        """Start one build. Return false if somebody else started builds of the job too. Raises CannotTrigger."""
        if self.is_unavailable:
            raise CannotTrigger("Nothing was started, because Concourse stopped responding earlier in this run.")
        return start_build(self.job_api, trigger)

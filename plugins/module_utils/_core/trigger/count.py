# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the builds that a pool needs, asking only for what the decision depends on."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

from ..concourse.model import Build
from ..pool.layout import State
from ..pool.move import Move
from ..pool.snapshot import Snapshot
from ..verdict.claiming_build import CLOCK_SKEW
from .job.api import JobApi, MoveHistory, PipelineState
from .job.blocked_build import LONGEST_LOOK_BACK, PENDING_LONG, BlockedBuild, fetch_blocked_build, last_movement
from .job.builds import PAGE, JobBuilds, fetch_reruns_of_old_builds
from .job.claims import ClaimReader, LockClaim
from .job.failed_builds import FailedBuilds, candidate_builds, earliest_start, fetch_failed_builds, last_reset
from .options import TriggerPool
from .plan import BuildNeed, JobCondition, TriggerDecision, TriggerRules, check_can_start, decide


class PoolCount:
    """A pool, the builds of its job, and the repository as it was right after they were asked for.

    `need` is set once it is counted; `job_builds` then has the builds that were asked for in between.
    """

    def __init__(
        self,
        job_api: JobApi,
        history: MoveHistory,
        snapshot: Snapshot,
        pool: TriggerPool,
        job_builds: JobBuilds,
        default_team: str,
    ) -> None:
        self.job_builds = job_builds
        self.need: BuildNeed | None = None
        self._job_api, self._history, self._pool = job_api, history, pool
        self._reader = ClaimReader(pool.job, default_team, job_api.names_this_concourse, job_api.resources)
        self._current = self._reader.current(snapshot, pool.name)
        # A lock that is both claimed and unclaimed is listed as claimed.
        locks = [lock for lock in snapshot.locks if lock.pool == pool.name]
        self._free = frozenset(lock.name for lock in locks if lock.state is State.UNCLAIMED)
        self._moves: tuple[Move, ...] = ()
        self._moves_since = math.inf

    def fetch_decision(self, rules: TriggerRules, limit: int, now: int) -> TriggerDecision:
        """Decide to start at most `limit` builds. Raises NoCredibleResponse, CannotTrigger, RepositoryError."""
        need = self._fetch_need()
        if need.needed:
            self.job_builds = fetch_reruns_of_old_builds(self.job_builds, self._job_api, self._pool.job)
            need = self._fetch_need()
        self.need = need
        pipeline = self._fetch_pipeline(need)
        condition = JobCondition(self._pool.job, self.job_builds.state, pipeline)
        failed = FailedBuilds((), len(self._free))
        if need.needed and pipeline is not None:
            check_can_start(condition)
            failed = self._fetch_failed_builds(pipeline, rules, now)
        decision = decide(need, condition, failed, rules, limit, now)
        return replace(decision, blocked=self._fetch_blocked(need, condition, now))

    def _fetch_need(self) -> BuildNeed:
        pending, free = len(self.job_builds.pending), len(self._free)
        may_need = free > pending
        has_claimed = self._reader.fetch_has_claimed if may_need else self._reader.is_named
        waiting = [build for build in self.job_builds.started if not has_claimed(build, self._current)]
        if waiting and may_need:
            # A build can have claimed a lock and released it or moved it on already.
            past = self._fetch_claims(earliest_start(waiting))
            waiting = [build for build in waiting if not self._reader.fetch_has_claimed(build, past)]
        return BuildNeed(free, pending + len(waiting), pending)

    def _fetch_pipeline(self, need: BuildNeed) -> PipelineState | None:
        """Ask for the pipeline if the decision depends on it, or if it can explain why builds are pending."""
        is_relevant = need.needed > 0 or (need.pending > 0 and not self.job_builds.state.is_paused)
        return self._job_api.pipeline(self._pool.job) if is_relevant else None

    def _fetch_failed_builds(self, pipeline: PipelineState, rules: TriggerRules, now: int) -> FailedBuilds:
        per_attempt = len(self._free)
        since = last_reset(pipeline.last_updated, self._current, (), self._free, self._reader, now)
        builds = self._fetch_candidates(since, rules.retry * per_attempt)
        if not builds:
            return FailedBuilds((), per_attempt)
        claims = (*self._current, *self._fetch_claims(earliest_start(builds)))
        since = last_reset(pipeline.last_updated, claims, self._moves, self._free, self._reader, now)
        return fetch_failed_builds(builds, since, claims, self._reader, per_attempt)

    def _fetch_candidates(self, since: int, count: int) -> tuple[Build, ...]:
        """Return the latest builds that can have failed; ask for older ones if all that are listed can."""
        ended = self.job_builds.ended
        builds = candidate_builds(ended, since, count)
        if len(builds) < min(count, len(ended)) or len(builds) == count or self.job_builds.is_complete:
            return builds
        more = self._job_api.newest_builds(self._pool.job, PAGE + count)
        return candidate_builds((build for build in more if not build.is_active), since, count)

    def _fetch_blocked(self, need: BuildNeed, condition: JobCondition, now: int) -> BlockedBuild | None:
        """Return the first build that does not start, if a free lock waits for it and nothing has moved for long."""
        pipeline, pending = condition.pipeline, self.job_builds.pending
        if pipeline is None or condition.paused is not None or not (pending and need.unclaimed):
            return None
        since = last_movement(pipeline.last_updated, self.job_builds.builds, now)
        if now - since >= PENDING_LONG:
            since = max(since, now - LONGEST_LOOK_BACK)
            claims = (*self._current, *self._fetch_claims(since))
            since = last_reset(since, claims, self._moves, self._free, self._reader, now)
        return fetch_blocked_build(self._job_api, pending, since, now)

    def _fetch_claims(self, since: int) -> tuple[LockClaim, ...]:
        """Return the claims in the pool since a time, less the clock skew (seconds since 1970, UTC)."""
        since -= CLOCK_SKEW
        if since < self._moves_since:
            self._moves_since = since
            time = datetime.fromtimestamp(max(since, 0), UTC)
            self._moves = self._history.moves(since=time, pools=(self._pool.name,))
        return self._reader.past(self._moves, self._pool.name)

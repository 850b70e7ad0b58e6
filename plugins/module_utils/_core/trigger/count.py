# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts one pool, and asks for no more than the answer hangs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..concourse.model import Build
from ..pool.layout import State
from ..pool.move import Move
from ..pool.snapshot import Snapshot
from ..verdict.claiming_build import CLOCK_SKEW
from .claims import ClaimReader, LockClaim
from .failed_builds import (
    FailedBuilds,
    candidate_builds,
    earliest_start,
    failures_count_from,
    find_failed_builds,
)
from .job_api import JobApi, MoveHistory, PipelineState
from .job_builds import PAGE, JobBuilds, with_reruns_of_old_builds
from .options import TriggerPool
from .plan import BuildNeed, TriggerDecision, TriggerRules, decide, refuse_if_impossible


@dataclass(slots=True)
class PoolCount:
    """One pool at one moment: what Concourse said of its job, and the repository as it was right after that."""

    desk: JobApi
    store: MoveHistory
    snapshot: Snapshot
    pool: TriggerPool
    look: JobBuilds
    default_team: str
    need: BuildNeed | None = None
    _history: tuple[int, tuple[Move, ...]] | None = None
    _reader: ClaimReader = field(init=False)
    _free: frozenset[str] = field(init=False)
    _current: tuple[LockClaim, ...] = field(init=False)

    def __post_init__(self) -> None:
        name, locks = self.pool.name, self.snapshot.locks
        self._reader = ClaimReader(
            self.pool.job, self.default_team, self.desk.names_this_concourse, self.desk.resources
        )
        # A lock that is both claimed and unclaimed is listed as claimed.
        self._free = frozenset(lock.name for lock in locks if lock.pool == name and lock.state is State.UNCLAIMED)
        self._current = self._reader.current(self.snapshot, name)

    def decide(self, rules: TriggerRules, left: int, now: int) -> TriggerDecision:
        """Decide what to do for the pool. Raises NoCredibleResponse, CannotTrigger, RepositoryError."""
        need = self._need()
        if need.needed:
            self.look = with_reruns_of_old_builds(self.look, self.desk, self.pool.job)
            need = self._need()
        self.need = need
        pipeline = self._pipeline(need)
        attempts = FailedBuilds((), len(self._free))
        if need.needed and pipeline is not None:
            refuse_if_impossible(self.pool.job, self.look.facts, pipeline)
            attempts = self._attempts(pipeline, rules, now)
        return decide(need, self.pool.job, self.look.facts, pipeline, attempts, rules, left, now)

    def _need(self) -> BuildNeed:
        pending, free = len(self.look.pending), len(self._free)
        waiting = [build for build in self.look.started if not self._holds_a_lock(build, ask=free > pending)]
        if waiting and free > pending:
            # It may have claimed a lock and given it back, or moved it on, already.
            past = self._past(earliest_start(waiting))
            waiting = [build for build in waiting if not self._reader.has_claimed(build, past)]
        return BuildNeed(free, pending + len(waiting), pending)

    def _holds_a_lock(self, build: Build, *, ask: bool) -> bool:
        return self._reader.has_claimed(build, self._current, by_name_only=not ask)

    def _pipeline(self, need: BuildNeed) -> PipelineState | None:
        """Ask for the pipeline where there is something to say of it."""
        says_something = need.needed > 0 or (need.pending > 0 and not self.look.facts.is_paused)
        return self.desk.pipeline(self.pool.job) if says_something else None

    def _attempts(self, pipeline: PipelineState, rules: TriggerRules, now: int) -> FailedBuilds:
        share = len(self._free)
        since = failures_count_from(pipeline.last_updated, self._current, (), self._free, self._reader, now)
        builds = self._candidates(since, rules.retry * share)
        if not builds:
            return FailedBuilds((), share)
        past = self._past(earliest_start(builds))
        moves = () if self._history is None else self._history[1]
        claims = (*self._current, *past)
        since = failures_count_from(pipeline.last_updated, claims, moves, self._free, self._reader, now)
        return find_failed_builds(builds, since, claims, self._reader, share)

    def _candidates(self, since: int, count: int) -> tuple[Build, ...]:
        """Return the latest builds that may have been attempts; look further back if all that are listed may."""
        builds = candidate_builds(self.look.ended, since, count)
        if len(builds) < min(count, len(self.look.ended)) or len(builds) == count or self.look.is_whole:
            return builds
        more = self.desk.newest_builds(self.pool.job, PAGE + count)
        return candidate_builds((build for build in more if not build.is_active), since, count)

    def _past(self, since: int) -> tuple[LockClaim, ...]:
        """Return the claims in the pool since then."""
        since -= CLOCK_SKEW
        if self._history is None or since < self._history[0]:
            moment = datetime.fromtimestamp(max(since, 0), UTC)
            self._history = since, self.store.moves(since=moment, pools=(self.pool.name,))
        return self._reader.past(self._history[1], self.pool.name)

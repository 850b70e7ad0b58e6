# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release locks: judge, plan, write, judge again, push; revise the plan and retry if another push was faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..push.loop import PushLoop
from ..push.retry import PushRetry
from ..push.store import CommitStore
from ..shared.errors import PoolboyError
from ..shared.text import printable
from ..verdict.judge import JudgeLocks, locks_of
from ..verdict.pool_options import PoolOption
from .message import release_message
from .occupied_paths import OccupiedPaths
from .options import CleanRules, check_rules
from .plan import Action, LockPlan, plan_releases
from .reason import Cause, Reason
from .release import PlannedRelease


class TooManyReleases(PoolboyError):
    """The plan releases more locks than `max_releases` allows."""


@dataclass(slots=True)
class CleanRun:
    """One run of cleaning. `plan` is the decision for each lock; `done` tells whether its releases were pushed.

    `snapshot` is the state that `plan` was made for. `judge` asks Concourse anew on each call; `clock` returns seconds
    since 1970, UTC. CleanRun is a PushTask.
    """

    snapshot: Snapshot
    pools: Sequence[PoolOption]
    rules: CleanRules
    judge: JudgeLocks
    clock: Callable[[], int]
    plan: tuple[LockPlan, ...] = ()
    done: bool = False

    def decide(self) -> None:
        """Judge all locks of the pools and plan. Raises BadOption, and TooManyReleases after the plan is made."""
        judged = self.judge(locks_of(self.snapshot, self.pools), self.snapshot, self.pools)
        check_rules(self.rules, judged, self.snapshot)
        self.plan = plan_releases(judged, self.snapshot, self.rules, self.clock())
        if len(self.releases()) > self.rules.max_releases:
            raise TooManyReleases(
                f"{len(self.releases())} locks are to be released, but max_releases allows {self.rules.max_releases},"
                " so none was. Check the locks in this result, then raise max_releases if all of them are right."
            )

    def releases(self) -> list[LockPlan]:
        """Return the part of the plan that releases locks."""
        return [step for step in self.plan if step.is_release]

    def push_releases(self, store: CommitStore[PlannedRelease], retry: PushRetry) -> None:
        """Release the planned locks in one push. Raises RepositoryError if that fails; then no lock was released."""
        self.done = PushLoop(store, self, self.snapshot, self.judge_again).run(retry)

    def changes(self) -> list[PlannedRelease]:
        """Return the releases as changes of the repository."""
        return [
            PlannedRelease(step.judged.lock, step.target or step.judged.lock.pool, release_message(step))
            for step in self.releases()
        ]

    def judge_again(self) -> None:
        """Judge the planned locks again, as late as possible, and keep those that may no longer be released."""
        locks = [step.judged.lock for step in self.releases()]
        judged = self.judge(locks, self.snapshot, self.pools)
        latest = plan_releases(judged, self.snapshot, self.rules, self.clock())
        kept = {step.judged.lock.path: step for step in latest if not step.is_release}
        self.plan = tuple(kept.get(step.judged.lock.path, step) if step.is_release else step for step in self.plan)

    def revise(self, snapshot: Snapshot) -> None:
        """After a push of others: keep each lock that is no longer claimed by the commit that was judged."""
        self.snapshot = snapshot
        locks = {lock.path: lock for lock in snapshot.locks}
        occupied = OccupiedPaths(snapshot)
        self.plan = tuple(self._revised(step, locks.get(step.judged.lock.path), occupied) for step in self.plan)

    def consequence(self) -> str:
        """Return what it means that the push failed."""
        names = ", ".join(printable(step.judged.lock.pool_and_name) for step in self.releases())
        return f"nothing was released and these locks are still held: {names}"

    def _revised(self, step: LockPlan, lock: Lock | None, occupied: OccupiedPaths) -> LockPlan:
        if not step.is_release or step.target is None:
            return step
        claim = None if lock is None else self.snapshot.claim(lock)
        if lock is None or claim is None or step.judged.claim is None or claim.commit != step.judged.claim.commit:
            return LockPlan(step.judged, Action.KEEP, Reason(Cause.CHANGED_HANDS))
        if step.target not in self.snapshot.pools:
            return LockPlan(step.judged, Action.KEEP, Reason(Cause.TARGET_MISSING, step.target))
        obstacle = occupied.obstacle(lock, step.target)
        if obstacle is not None:
            return LockPlan(step.judged, Action.KEEP, obstacle)
        occupied.take(lock, step.target)
        return replace(step, judged=replace(step.judged, lock=lock))

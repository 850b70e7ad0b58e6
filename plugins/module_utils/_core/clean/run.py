# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release locks: judge, plan, write, judge again, push; revise the plan and retry if another push was faster.

Locks that cannot be judged again in time are left to a later push, see last_look.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..pool.change import LockChange, RepositoryChange, moved_lock
from ..pool.layout import State
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..push.loop import PushLoop
from ..push.retry import PushRetry
from ..push.store import CommitStore
from ..shared.errors import PoolboyError
from ..shared.text import printable
from ..verdict.judge import JudgeLocks, locks_of
from ..verdict.pool_options import PoolOption
from .last_look import LastLook
from .lost_builds import lost_builds
from .message import release_message
from .occupied_paths import OccupiedPaths
from .options import CleanRules
from .plan import Action, LockPlan, plan_releases
from .reason import Cause, Reason
from .resolved_options import resolve_rules
from .unasked import nobody_asked


class TooManyReleases(PoolboyError):
    """The plan releases more locks than `max_releases` allows."""


@dataclass(slots=True)
class CleanRun:
    """One run of cleaning. `plan` is the decision for each lock; `released` is the part of it that was pushed.

    `snapshot` is the state that `plan` was made for. `judge` asks Concourse again on each call; `clock` returns seconds
    since 1970, UTC, `timer` monotonic seconds. `run_id` is unique to this run. CleanRun is a PushTask.
    """

    snapshot: Snapshot
    pools: Sequence[PoolOption]
    rules: CleanRules
    judge: JudgeLocks
    clock: Callable[[], int]
    timer: Callable[[], float]
    run_id: str
    plan: tuple[LockPlan, ...] = ()
    released: tuple[LockPlan, ...] = ()
    _look: LastLook = field(init=False)
    _postponed: dict[str, LockPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._look = LastLook(self.judge, self.timer)

    def decide(self) -> None:
        """Judge all locks of the pools and plan.

        Raises BadOption; and after the plan is made, NobodyAsked, BuildsLost or TooManyReleases.
        """
        judged = self.judge(locks_of(self.snapshot, self.pools), self.snapshot, self.pools)
        self.rules = resolve_rules(self.rules, judged, self.snapshot)
        self.plan = plan_releases(judged, self.snapshot, self.rules, self.clock())
        self._keep_all_because_of(nobody_asked(judged, self.rules), Cause.NOBODY_ASKED)
        self._check_lost_builds()
        if len(self.releases()) > self.rules.max_releases:
            raise TooManyReleases(
                f"{len(self.releases())} locks are to be released, but max_releases allows {self.rules.max_releases},"
                " so none was released. Check the locks in this result; if all of them should be released, raise"
                " max_releases."
            )

    def releases(self) -> list[LockPlan]:
        """Return the part of the plan that releases locks and is not pushed yet."""
        pushed = {step.judged.lock.path for step in self.released}
        return [step for step in self.plan if step.is_release and step.judged.lock.path not in pushed]

    def push_releases(self, store: CommitStore[RepositoryChange], retry: Callable[[], PushRetry]) -> None:
        """Release the planned locks: in one push, unless some of them cannot be judged again in time.

        Raises RepositoryError if a push fails, and BuildsLost; `released` lists what was released before that.
        """
        loop = PushLoop(store, self, self.snapshot, self.confirm)
        while self.releases():
            if loop.run(retry()):
                self.released = (*self.released, *self.releases())
            if not self._look.is_given_up:
                self._resume_postponed()

    def changes(self) -> list[LockChange]:
        """Return the releases as changes of the repository."""
        return [
            moved_lock(step.judged.lock, step.target_pool, State.UNCLAIMED, release_message(step, self.run_id))
            for step in self.releases()
        ]

    def confirm(self) -> bool:
        """Return whether the plan was judged a moment ago; if not, judge its releases again and revise it."""
        if self._look.is_fresh:
            return True
        locks = [step.judged.lock for step in self.releases()]
        judged = self._look.take(locks, self.snapshot, self.pools)
        latest = plan_releases(judged, self.snapshot, self.rules, self.clock())
        by_path = {step.judged.lock.path: step for step in latest}
        self._replace_releases(lambda step: self._confirmed(step, by_path.get(step.judged.lock.path)))
        self._check_lost_builds()
        return False

    def revise(self, snapshot: Snapshot) -> None:
        """After a push of others: keep each lock that is no longer claimed by the commit that was judged."""
        self.snapshot = snapshot
        self._look.expire()
        locks = {lock.path: lock for lock in snapshot.locks}
        occupied = OccupiedPaths(snapshot)
        self._replace_releases(lambda step: self._revised(step, locks.get(step.judged.lock.path), occupied))

    def consequence(self) -> str:
        """Return what it means that the push failed."""
        names = ", ".join(printable(step.judged.lock.pool_and_name) for step in self.releases())
        released = "no further lock" if self.released else "nothing"
        return f"{released} was released and these locks are still held: {names}"

    def _check_lost_builds(self) -> None:
        self._keep_all_because_of(lost_builds(self.plan, self.rules, self.released), Cause.BUILDS_LOST)

    def _keep_all_because_of(self, error: PoolboyError | None, cause: Cause) -> None:
        """Keep all locks and raise the error, if there is one."""
        if error is not None:
            self._replace_releases(lambda step: LockPlan(step.judged, Action.KEEP, Reason(cause)))
            raise error

    def _replace_releases(self, change: Callable[[LockPlan], LockPlan]) -> None:
        """Change the steps of the plan that releases() returns."""
        changed = {step.judged.lock.path: change(step) for step in self.releases()}
        self.plan = tuple(changed.get(step.judged.lock.path, step) for step in self.plan)

    def _confirmed(self, step: LockPlan, latest: LockPlan | None) -> LockPlan:
        """Return a release as it is after the last look; `latest` is None if the lock was not judged in time."""
        if latest is None:
            self._postponed[step.judged.lock.path] = step
            return LockPlan(step.judged, Action.KEEP, Reason(Cause.SLOW_RESPONSES))
        has_new_words = not latest.is_release or latest.judged.verdict.name is not step.judged.verdict.name
        return latest if has_new_words else step

    def _resume_postponed(self) -> None:
        """Plan the release of the locks again that were not judged in time."""
        self.plan = tuple(
            self._postponed[step.judged.lock.path] if step.reason.cause is Cause.SLOW_RESPONSES else step
            for step in self.plan
        )
        self._postponed = {}

    def _revised(self, step: LockPlan, lock: Lock | None, occupied: OccupiedPaths) -> LockPlan:
        claim = step.judged.claim
        if lock is None or claim is None or self.snapshot.claim(lock).commit != claim.commit:
            return LockPlan(step.judged, Action.KEEP, Reason(Cause.CHANGED_HANDS))
        if step.target_pool not in self.snapshot.pools:
            return LockPlan(step.judged, Action.KEEP, Reason(Cause.TARGET_MISSING, step.target_pool))
        # No two releases of a plan go to one place, so none of them is in the way of another.
        obstacle = occupied.obstacle(lock, step.target_pool)
        if obstacle is not None:
            return LockPlan(step.judged, Action.KEEP, obstacle)
        return replace(step, judged=replace(step.judged, lock=lock))

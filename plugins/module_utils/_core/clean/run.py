# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give locks back: plan, write, judge again, push; and once more if somebody was faster."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import PoolboyError, RepositoryError
from ..shared.push import PushOutcome
from ..shared.push_retry import PushRetry
from ..shared.text import printable
from ..verdict.judge import JudgeLocks, locks_of
from ..verdict.pool_options import PoolOption
from .message import release_message
from .plan import Action, CleanRules, LockPlan, OccupiedPaths, check_rules, plan_releases


class TooManyReleases(PoolboyError):
    """More locks are to be released than the operator allows at once."""


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """One lock to give back: its file moves to unclaimed/ of the target pool, in a commit with this message."""

    lock: Lock
    target: str
    message: str


class LockStore(t.Protocol):
    """The lock repository, as cleaning needs it. Every method raises RepositoryError."""

    def snapshot(self) -> Snapshot:
        """Return the repository as it is at its server now."""

    def write_releases(self, snapshot: Snapshot, releases: Sequence[PlannedRelease]) -> str:
        """Write one commit for each release on top of the snapshot, without a push, and return the last."""

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push commits written on top of the snapshot, never by force; if the answer is lost, see what became of it."""

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push that was taken for lost came about all the same: its last commit is in the history."""


@dataclass(slots=True)
class CleanRun:
    """One run of cleaning, from a snapshot on. `plan` is what it decided, lock by lock; `done` says that it came about.

    `judge` asks for its facts anew each time; `clock` gives seconds since 1970, UTC; `attempts` bounds the pushes.
    """

    store: LockStore
    snapshot: Snapshot
    pools: Sequence[PoolOption]
    rules: CleanRules
    judge: JudgeLocks
    clock: Callable[[], int]
    attempts: PushRetry
    plan: tuple[LockPlan, ...] = ()
    done: bool = False
    _pushed: list[tuple[str, tuple[LockPlan, ...]]] = field(default_factory=list)

    def decide(self) -> None:
        """Judge all locks of the pools and plan. Raises BadOption, and TooManyReleases once the plan is made."""
        judged = self.judge(locks_of(self.snapshot, self.pools), self.snapshot, self.pools)
        check_rules(self.rules, judged, self.snapshot)
        self.plan = plan_releases(judged, self.snapshot, self.rules, self.clock())
        if len(self.releases()) > self.rules.max_releases:
            raise TooManyReleases(
                f"{len(self.releases())} locks are to be released, and max_releases allows {self.rules.max_releases}, "
                "so none was. Look at the locks in this result, then raise max_releases if all of it is right."
            )

    def releases(self) -> list[LockPlan]:
        return [step for step in self.plan if step.is_release]

    def act(self) -> None:
        """Release what was planned, in one push. Raises RepositoryError when that cannot be done; then nothing was."""
        for attempt in self.attempts:
            if attempt:
                self._look_again()
            if self.done or not self.releases():
                return
            commit = self._write()
            if self._judge_again():
                # Somebody took one of the locks up again, so the commits must not go out as they are.
                if not self.releases():
                    if self._pushed:
                        self._look_again()
                    return
                commit = self._write()
            self._pushed.append((commit, self.plan))
            if self.store.push(self.snapshot, commit) is PushOutcome.ACCEPTED:
                self.done = True
                return
        self._look_again()
        if self.done or not self.releases():
            return
        names = ", ".join(printable(step.judged.lock.pool_and_name) for step in self.releases())
        raise RepositoryError(
            f"Somebody else was faster to push {self.attempts.made} times in a row, for {self.attempts.seconds:.0f}"
            f" seconds, so nothing was released. Still held: {names}. Run again when there is less going on, or for"
            " fewer pools at once."
        )

    def _write(self) -> str:
        releases = [
            PlannedRelease(step.judged.lock, step.target or step.judged.lock.pool, release_message(step))
            for step in self.releases()
        ]
        return self.store.write_releases(self.snapshot, releases)

    def _judge_again(self) -> bool:
        """Ask about the planned locks once more, as late as can be, and keep those that may no longer go."""
        steps = self.releases()
        judged = self.judge([step.judged.lock for step in steps], self.snapshot, self.pools)
        now = plan_releases(judged, self.snapshot, self.rules, self.clock())
        kept = {step.judged.lock.path: step for step in now if not step.is_release}
        self.plan = tuple(kept.get(step.judged.lock.path, step) if step.is_release else step for step in self.plan)
        return bool(kept)

    def _look_again(self) -> None:
        """After somebody else's push: go on with the locks that are still claimed by the commit that was judged.

        It may have been our own push, which the server carried out after we had stopped waiting for it.
        """
        before, self.snapshot = self.snapshot.commit, self.store.snapshot()
        for commit, plan in self._pushed if self.snapshot.commit != before else ():
            if self.store.has_landed(self.snapshot, commit):
                self.plan, self.done = plan, True
                return
        locks = {lock.path: lock for lock in self.snapshot.locks}
        room = OccupiedPaths(self.snapshot)
        self.plan = tuple(self._still(step, locks.get(step.judged.lock.path), room) for step in self.plan)

    def _still(self, step: LockPlan, lock: Lock | None, room: OccupiedPaths) -> LockPlan:
        if not step.is_release or step.target is None:
            return step
        claim = None if lock is None else self.snapshot.claim(lock)
        if lock is None or claim is None or step.judged.claim is None or claim.commit != step.judged.claim.commit:
            return LockPlan(step.judged, Action.KEEP, "it changed hands in the meantime")
        if step.target not in self.snapshot.pools:
            return LockPlan(step.judged, Action.KEEP, "the pool that it was to go to is gone in the meantime")
        in_the_way = room.why_none(lock, step.target)
        if in_the_way is not None:
            return LockPlan(step.judged, Action.KEEP, in_the_way)
        room.take(lock, step.target)
        return replace(step, judged=replace(step.judged, lock=lock))

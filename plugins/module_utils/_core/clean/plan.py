# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which locks a run releases, where to, and why it keeps the others.

| Question, in this order                | What keeps the lock                  | `force` overrides it |
|----------------------------------------|--------------------------------------|----------------------|
| Is it claimed?                         | FREE                                 | no                   |
| Does a pattern of `exclude` match?     | EXCLUDED                             | no                   |
| Does the policy release it now?        | NOT_YET, POLICY_KEEPS, IN_USE        | yes                  |
| Does `force` name other locks only?    | NOT_FORCED                           | yes                  |
| Is its place in unclaimed/ free?       | IN_BOTH_STATES, NAME_TAKEN, OBSTACLE | no                   |
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from ..pool.snapshot import Snapshot
from ..verdict.judge import JudgedLock
from ..verdict.policy import Policy
from .occupied_paths import OccupiedPaths
from .options import CleanRules, excluded_by
from .reason import Cause, Reason


class Action(enum.StrEnum):
    """What a run does with a lock: release it in its pool, move it to another pool's unclaimed/, or keep it."""

    RELEASE = "release"
    MOVE = "move"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class LockPlan:
    """A lock and what a run does with it; `target` is the pool that it is released to, None for a kept lock.

    `overruled` is why the policy keeps a lock whose release is forced, None if the policy releases it anyway.
    """

    judged: JudgedLock
    action: Action
    reason: Reason
    target: str | None = None
    overruled: Reason | None = None

    @property
    def is_release(self) -> bool:
        """Whether the lock is released, in its pool or to another one."""
        return self.action is not Action.KEEP

    @property
    def target_pool(self) -> str:
        """The pool that a released lock goes to."""
        return self.target or self.judged.lock.pool


def plan_releases(
    judged: Sequence[JudgedLock], snapshot: Snapshot, rules: CleanRules, now: int
) -> tuple[LockPlan, ...]:
    """Return the plan for each lock, in the order of the locks; `now` is in seconds since 1970, UTC."""
    occupied = OccupiedPaths(snapshot)
    plans = []
    for one in judged:
        plan = _plan(one, occupied, rules, now)
        if plan.target is not None:
            occupied.take(one.lock, plan.target)
        plans.append(plan)
    return tuple(plans)


def _plan(one: JudgedLock, occupied: OccupiedPaths, rules: CleanRules, now: int) -> LockPlan:
    lock, target = one.lock, rules.target(one.lock.pool)
    by_policy = _kept_by_policy(one, now)
    is_forced = lock.pool_and_name in rules.force
    kept = _always_kept(one, rules)
    if kept is None and not is_forced:
        kept = by_policy or (Reason(Cause.NOT_FORCED) if rules.force else None)
    kept = kept or occupied.obstacle(lock, target)
    if kept is not None:
        return LockPlan(one, Action.KEEP, kept)
    action = Action.RELEASE if target == lock.pool else Action.MOVE
    return LockPlan(one, action, Reason(Cause.FORCED if is_forced else Cause.POLICY_RELEASES), target, by_policy)


def _always_kept(one: JudgedLock, rules: CleanRules) -> Reason | None:
    """Return why a lock is kept even if its release is forced, None if it is not."""
    if one.claim is None:
        return Reason(Cause.FREE)
    if excluded_by(one.lock.pool_and_name, rules.exclude) is not None:
        return Reason(Cause.EXCLUDED)
    return None


def _kept_by_policy(one: JudgedLock, now: int) -> Reason | None:
    """Return why the policy keeps a claimed lock, None if it releases the lock now."""
    if one.is_releasable(now):
        return None
    if one.releasable_at is not None:
        return Reason(Cause.NOT_YET)
    return Reason(Cause.POLICY_KEEPS if one.policy is Policy.KEEP else Cause.IN_USE)

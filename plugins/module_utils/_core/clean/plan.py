# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which locks are given back, and to where."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ..pool.layout import State, lock_path
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import printable
from ..shared.times import iso_time
from ..verdict.judge import JudgedLock
from ..verdict.policy import Policy

# Why a lock goes that the operator named with its claim.
FORCED = "its release is forced"
# git itself abbreviates to 7 digits at least.
_SHORTEST_COMMIT = 7


class Action(enum.StrEnum):
    """What is done with a lock: released in its pool, moved to the free locks of another pool, or kept as it is."""

    RELEASE = "release"
    MOVE = "move"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class LockPlan:
    """One lock of a plan, what is done with it and why; `target` is the pool that it goes to, None for a kept one.

    `overruled` says why the policy would have kept a lock whose release is forced, None if it lets the lock go.
    """

    judged: JudgedLock
    action: Action
    reason: str
    target: str | None = None
    overruled: str | None = None

    @property
    def is_release(self) -> bool:
        """Whether the lock is given back, in its pool or in another one."""
        return self.action is not Action.KEEP


@dataclass(frozen=True, slots=True)
class CleanRules:
    """What an operator allows beyond the policies.

    `release_to` names, by pool, another pool that its locks go to; `exclude` are shell patterns of `pool/lock`; `force`
    holds the claim commit, whole or its first digits, by `pool/lock`, of locks to give back whatever the policy says;
    `max_releases` bounds a run.
    """

    release_to: Mapping[str, str] = field(default_factory=dict)
    exclude: Sequence[str] = ()
    force: Mapping[str, str] = field(default_factory=dict)
    max_releases: int = 20


class OccupiedPaths:
    """The places in unclaimed/ folders: which are taken, by what is there and by what is to come."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._locks = {lock.pool_and_name for lock in snapshot.locks}
        self._obstacles = frozenset(snapshot.obstacles)

    def why_none(self, lock: Lock, target: str) -> str | None:
        """Say why a claimed lock cannot go to the pool `target`, its own or another; None if it can."""
        if lock.is_in_both_states:
            return "it is both claimed and unclaimed, and a person has to say which file is right"
        if target != lock.pool and f"{target}/{lock.name}" in self._locks:
            return f"pool {printable(target, 80)} has a lock of this name already"
        place = lock_path(target, State.UNCLAIMED, lock.name)
        for path in (place, place.rpartition("/")[0]):
            if path in self._obstacles:
                return f"{printable(path, 200)} is in its way, which is no lock; a person has to move it"
        return None

    def take(self, lock: Lock, target: str) -> None:
        self._locks.add(f"{target}/{lock.name}")


def plan_releases(
    judged: Sequence[JudgedLock], snapshot: Snapshot, rules: CleanRules, now: int
) -> tuple[LockPlan, ...]:
    """Decide for each lock what is done with it; the order of the locks is kept."""
    room = OccupiedPaths(snapshot)
    steps = []
    for one in judged:
        step = _plan(one, room, rules, now)
        if step.target is not None:
            room.take(one.lock, step.target)
        steps.append(step)
    return tuple(steps)


def check_rules(rules: CleanRules, judged: Sequence[JudgedLock], snapshot: Snapshot) -> None:
    """Raise BadOption if a pool to release to cannot be used, or a lock to be forced is not what the operator saw."""
    for pool, target in rules.release_to.items():
        if target == pool:
            raise BadOption(f"release_to: pool {printable(pool)} would release into itself; name another pool.")
        if target not in snapshot.pools:
            known = ", ".join(printable(name, 80) for name in snapshot.pools)
            raise BadOption(f"release_to: the repository has no pool {printable(target, 80)}. It has: {known}.")
    claims = {one.lock.pool_and_name: one.claim.commit if one.claim else None for one in judged}
    for lock, commit in rules.force.items():
        if lock not in claims:
            raise BadOption(f"force: there is no lock {printable(lock, 80)} in the chosen pools.{_whole(lock, claims)}")
        _check_claim(lock, commit, claims[lock])
        pattern = excluded_by(lock, rules.exclude)
        if pattern is not None:
            raise BadOption(
                f"force: lock {printable(lock, 80)} is kept in any case by the pattern {printable(pattern, 80)!r} of "
                "exclude; take it out of one of the two."
            )


def excluded_by(lock: str, patterns: Sequence[str]) -> str | None:
    """Return the first pattern that a lock, as `pool/lock`, fits as a whole; None if it fits none."""
    return next((pattern for pattern in patterns if fnmatchcase(lock, pattern)), None)


def _check_claim(lock: str, commit: str, claim: str | None) -> None:
    """Raise BadOption if a lock to be forced is not held by the claim that the operator names."""
    is_beginning = claim is not None and claim.startswith(commit) and not commit.strip("0123456789abcdef")
    if commit == claim or (is_beginning and len(commit) >= _SHORTEST_COMMIT):
        return
    if is_beginning and commit:
        raise BadOption(
            f"force: commit {printable(commit, 40)!r} of lock {printable(lock, 80)} is too short to tell claims apart; "
            f"write at least {_SHORTEST_COMMIT} of its hexadecimal digits."
        )
    now = f"claimed by commit {claim}" if claim else "free"
    raise BadOption(
        f"force: lock {printable(lock, 80)} is {now} by now, not claimed by {printable(commit, 40)}; "
        "look at it again before forcing its release."
    )


def _whole(given: str, locks: Iterable[str]) -> str:
    """Say how to write a lock that was named without its pool; nothing if that is not what is wrong."""
    if "/" in given:
        return ""
    meant = [printable(lock, 80) for lock in locks if lock.rpartition("/")[2] == given]
    return (
        f" Write it as pool/lock: {' or '.join(meant[:5])}." if meant else " Write it as pool/lock, such as aws/env-6."
    )


def _plan(one: JudgedLock, room: OccupiedPaths, rules: CleanRules, now: int) -> LockPlan:
    target = rules.release_to.get(one.lock.pool, one.lock.pool)
    policy = _why_policy_keeps(one, now)
    forced = one.lock.pool_and_name in rules.force
    kept = _why_never(one, rules) or (None if forced else policy) or room.why_none(one.lock, target)
    if kept is not None:
        return LockPlan(one, Action.KEEP, kept)
    action = Action.RELEASE if target == one.lock.pool else Action.MOVE
    why = FORCED if forced else f"{one.verdict.name.value}, since {iso_time(one.verdict.dead_since)}"
    return LockPlan(one, action, why, target, policy)


def _why_never(one: JudgedLock, rules: CleanRules) -> str | None:
    """Say why a lock is kept even if its release is forced; None if it is not."""
    if one.claim is None:
        return "it is free"
    if excluded_by(one.lock.pool_and_name, rules.exclude) is not None:
        return "it is excluded"
    return None


def _why_policy_keeps(one: JudgedLock, now: int) -> str | None:
    """Say why the policy keeps a claimed lock; None if it lets it go."""
    if one.is_releasable(now):
        return None
    verdict = one.verdict.name.value
    if one.releasable_at is not None:
        return f"{verdict}, and may go at {iso_time(one.releasable_at)}"
    if one.policy is Policy.KEEP:
        return f"{verdict}, and the policy keeps it"
    return f"{verdict}, and somebody is at work with it"

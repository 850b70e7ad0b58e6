# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release locks.

| Who has the lock   | What happens                                                                              |
|--------------------|-------------------------------------------------------------------------------------------|
| nobody             | nothing                                                                                   |
| the owner          | it is released                                                                            |
| another holder     | it is released if `claim_commit` is the claim; refused otherwise                          |
"""

from __future__ import annotations

from ..pool.change import RepositoryChange, moved_lock
from ..pool.layout import State, find_obstacle
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import printable
from .holders import held_by_another, holder_name, is_holder
from .message import change_message
from .options.request import ALL, LockRequest
from .plan import (
    ChangePlan,
    LockRefused,
    PlannedLock,
    as_it_is,
    existing_lock,
    existing_pool,
    find_lock,
    listed,
    locks_in,
)


def plan_release(request: LockRequest, snapshot: Snapshot, run_id: str) -> ChangePlan:
    """Plan the releases. Raises BadOption and LockRefused."""
    pool = existing_pool(request.pool, snapshot)
    target = pool if request.release_to is None else existing_pool(request.release_to, snapshot, "release_to")
    if request.release_to is not None and target == pool:
        raise BadOption(f"release_to: pool {printable(pool, 80)} would release into itself; name another pool.")
    changes: list[RepositoryChange] = []
    locks = []
    for lock in _named_or_owned(request, pool, target, snapshot):
        if not lock.is_claimed or lock.pool != pool:
            locks.append(as_it_is(lock, snapshot))
            continue
        check_holder(request, lock, snapshot)
        _check_place(lock, target, snapshot)
        changes.append(moved_lock(lock, target, State.UNCLAIMED, _message(request, lock, snapshot, run_id)))
        locks.append(PlannedLock(target, lock.name, State.UNCLAIMED, lock, was=as_it_is(lock, snapshot).hold))
    return ChangePlan(tuple(changes), tuple(locks))


def check_holder(request: LockRequest, lock: Lock, snapshot: Snapshot) -> None:
    """Raise LockRefused unless the owner holds the claimed lock, or the request names its claim."""
    claim = snapshot.claim(lock)
    if request.claim_commit is not None:
        if not claim.commit.startswith(request.claim_commit):
            raise LockRefused(
                f"Lock {printable(lock.pool_and_name, 80)} is not claimed by commit"
                f" {printable(request.claim_commit, 40)}. {held_by_another(lock, snapshot)}"
            )
    elif not is_holder(request.owner, claim):
        raise LockRefused(held_by_another(lock, snapshot))


def owned_locks(request: LockRequest, pool: str, snapshot: Snapshot) -> list[Lock]:
    """Return the locks of a pool that the owner holds, by name."""
    claimed = [lock for lock in locks_in(pool, snapshot) if lock.is_claimed]
    return [lock for lock in claimed if is_holder(request.owner, snapshot.claim(lock))]


def _named_or_owned(request: LockRequest, pool: str, target: str, snapshot: Snapshot) -> list[Lock]:
    """Return the locks that the request means, in the target one that has moved there already."""
    is_all = request.name == ALL and find_lock(ALL, pool, snapshot) is None
    if request.name is not None and not is_all:
        moved = find_lock(request.name, target, snapshot) if find_lock(request.name, pool, snapshot) is None else None
        return [moved or existing_lock(request.name, pool, snapshot)]
    own = owned_locks(request, pool, snapshot)
    if len(own) > 1 and not is_all:
        raise LockRefused(
            f"{printable(request.owner or '', 80)} holds several locks of pool {printable(pool, 80)}:"
            f" {listed(lock.name for lock in own)}. Name one of them in name, or all of them as name: all."
        )
    return own


def _check_place(lock: Lock, target: str, snapshot: Snapshot) -> None:
    """Raise LockRefused if the lock cannot be put into unclaimed/ of the target."""
    names = {one.name for one in locks_in(target, snapshot)}
    if lock.is_in_both_states or (target != lock.pool and lock.name in names):
        raise LockRefused(
            f"Lock {printable(lock.pool_and_name, 80)} cannot be released: pool {printable(target, 80)} has a lock of"
            " this name in unclaimed/ already. Find out which file is right, and remove the other."
        )
    if (path := find_obstacle(target, State.UNCLAIMED, lock.name, snapshot.obstacles)) is not None:
        raise LockRefused(
            f"Lock {printable(lock.pool_and_name, 80)} cannot be released: {printable(path, 200)} is in the way and"
            " is not a lock; move it elsewhere."
        )


def _message(request: LockRequest, lock: Lock, snapshot: Snapshot, run_id: str) -> str:
    holder, commit = holder_name(lock, snapshot), snapshot.claim(lock).commit
    return change_message("unclaiming", lock.name, request, run_id, holder=holder, claim_commit=commit)

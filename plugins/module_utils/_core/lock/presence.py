# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add, update and remove locks.

| The lock is     | `present`                                                       | `absent`                     |
|-----------------|-----------------------------------------------------------------|------------------------------|
| missing         | it is added                                                     | nothing                      |
| unclaimed       | its content is updated if another one is given                  | it is removed                |
| claimed         | nothing; NotAvailable if its content is to be updated           | as a release, see release.py |
"""

from __future__ import annotations

from collections.abc import Callable

from ..pool.change import LockChange, LockPlace, PoolChange, RepositoryChange
from ..pool.layout import State, find_obstacle
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import printable
from .claim import hold_of
from .holders import holder_name, holder_text
from .message import added, change_message, claim_message
from .options.request import LockRequest, check_new_pool
from .plan import (
    ChangePlan,
    LockRefused,
    NotAvailable,
    PlannedLock,
    as_it_is,
    existing_pool,
    find_lock,
    find_pool,
)
from .release import check_holder

# Returns whether the file of a lock has the content that is wanted already.
HasContent = Callable[[Snapshot, Lock], bool]


def plan_presence(
    request: LockRequest, snapshot: Snapshot, now: int, run_id: str, has_content: HasContent
) -> ChangePlan:
    """Plan that a lock exists; `now` is in seconds since 1970, UTC. Raises BadOption, LockRefused, NotAvailable."""
    pool = find_pool(request.pool, snapshot)
    if pool is None:
        if not request.create_pool:
            existing_pool(request.pool, snapshot)
        check_new_pool(request.pool)
        new = PoolChange(request.pool, f"create pool {request.pool}\n")
        plan = _addition(request, request.pool, now, run_id)
        return ChangePlan((new, *plan.changes), plan.locks)
    lock = find_lock(_name(request), pool, snapshot)
    if lock is None:
        state = State.CLAIMED if request.claimed else State.UNCLAIMED
        if (path := find_obstacle(pool, state, _name(request), snapshot.obstacles)) is not None:
            raise LockRefused(f"{printable(path, 200)} is in the way of the lock and is not one; move it elsewhere.")
        return _addition(request, pool, now, run_id)
    if request.content is None or has_content(snapshot, lock):
        return ChangePlan((), (as_it_is(lock, snapshot),))
    if lock.is_claimed:
        raise NotAvailable(
            f"The content of lock {printable(lock.pool_and_name, 80)} can be updated only while the lock is free. It is"
            f" held by {holder_text(lock, snapshot)}.",
            [lock],
        )
    update = LockChange(
        lock.name,
        change_message("updating", lock.name, request, run_id),
        lock,
        LockPlace(pool, State.UNCLAIMED),
        request.content,
    )
    return ChangePlan((update,), (PlannedLock(pool, lock.name, State.UNCLAIMED, request.content),))


def plan_absence(request: LockRequest, snapshot: Snapshot, run_id: str) -> ChangePlan:
    """Plan that a lock does not exist. Raises BadOption and LockRefused."""
    pool = existing_pool(request.pool, snapshot)
    lock = find_lock(_name(request), pool, snapshot)
    if lock is None:
        return ChangePlan((), (PlannedLock(pool, _name(request), None, b""),))
    if lock.is_in_both_states:
        raise LockRefused(
            f"Lock {printable(lock.pool_and_name, 80)} is both claimed and unclaimed: find out which file is right,"
            " and remove the other."
        )
    holder = commit = ""
    if lock.is_claimed:
        check_holder(request, lock, snapshot)
        holder, commit = holder_name(lock, snapshot), snapshot.claim(lock).commit
    message = change_message("removing", lock.name, request, run_id, holder=holder, claim_commit=commit)
    was = as_it_is(lock, snapshot).hold
    return ChangePlan((LockChange(lock.name, message, lock),), (PlannedLock(pool, lock.name, None, lock, was=was),))


def _addition(request: LockRequest, pool: str, now: int, run_id: str) -> ChangePlan:
    name, content = _name(request), request.content or b""
    state = State.CLAIMED if request.claimed else State.UNCLAIMED
    hold = None
    if request.claimed:
        hold, until = hold_of(request, now)
        message = claim_message(added(state), name, hold, until, run_id)
    else:
        message = change_message(added(state), name, request, run_id)
    changes: tuple[RepositoryChange, ...] = (LockChange(name, message, target=LockPlace(pool, state), content=content),)
    return ChangePlan(changes, (PlannedLock(pool, name, state, content, hold),))


def _name(request: LockRequest) -> str:
    if request.name is None:
        raise BadOption("name is missing.")
    return request.name

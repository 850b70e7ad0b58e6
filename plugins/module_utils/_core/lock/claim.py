# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claim locks for an owner.

| Who has the lock                       | What happens                                                    |
|----------------------------------------|-----------------------------------------------------------------|
| the owner                              | nothing; a later end extends the hold                           |
| nobody                                 | it is claimed                                                   |
| another holder, or too few are free    | NotAvailable: wait, or fail                                     |

Several locks are claimed all or none. An extension removes the claimed lock and adds it again, claimed, in one push:
the lock is never free in between, and no build starts as it would after a release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from ..claim.hold import Hold, HoldEnd, read_claimed_hold
from ..pool.change import LockChange, LockPlace, RepositoryChange, moved_lock
from ..pool.layout import State, find_obstacle
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption
from ..shared.text import count_text, printable, some_of
from .holders import holder_name, holder_text, is_holder
from .message import change_message, claim_message
from .options.request import Choice, LockRequest
from .plan import (
    ChangePlan,
    NotAvailable,
    PlannedLock,
    as_it_is,
    existing_lock,
    existing_pool,
    locks_in,
)

_NAMED = 10  # locks in an error

# Returns free locks, those that were free for the longest time first, and at least as many as are needed.
OldestFree = Callable[[Snapshot, Sequence[Lock], int], Sequence[Lock]]


def plan_claim(request: LockRequest, snapshot: Snapshot, now: int, run_id: str, oldest_free: OldestFree) -> ChangePlan:
    """Plan the claims; `now` is in seconds since 1970, UTC. Raises BadOption and NotAvailable."""
    pool = existing_pool(request.pool, snapshot)
    wanted = _wanted(request, pool, snapshot)
    own = [lock for lock in wanted if lock.is_claimed and is_holder(request.owner, snapshot.claim(lock))]
    own.sort(key=lambda lock: (_held_since(lock, snapshot), lock.name))
    held = [_keep_or_extend(request, lock, snapshot, now, run_id) for lock in own[: request.count]]
    missing = request.count - len(held)
    free = [lock for lock in wanted if is_claimable(lock, snapshot)]
    if len(free) < missing:
        raise NotAvailable(_not_available(request, wanted, own, free, snapshot), _others(wanted, own))
    chosen = _choose(request, free, missing, snapshot, oldest_free)
    plans = [*held, *(claim_of(request, lock, now, run_id) for lock in chosen)]
    # By name: so a second run returns them in the same order.
    locks = sorted((lock for plan in plans for lock in plan.locks), key=lambda lock: lock.name)
    return ChangePlan(tuple(change for plan in plans for change in plan.changes), tuple(locks))


def is_claimable(lock: Lock, snapshot: Snapshot) -> bool:
    """Return whether a lock is free, and its place in claimed/ as well."""
    return not lock.is_claimed and find_obstacle(lock.pool, State.CLAIMED, lock.name, snapshot.obstacles) is None


def claim_of(request: LockRequest, lock: Lock, now: int, run_id: str) -> ChangePlan:
    """Return the plan that claims a free lock."""
    hold, until = hold_of(request, now)
    change = moved_lock(lock, lock.pool, State.CLAIMED, claim_message("claiming", lock.name, hold, until, run_id))
    return ChangePlan((change,), (PlannedLock(lock.pool, lock.name, State.CLAIMED, lock, hold),))


def hold_of(request: LockRequest, now: int, *, since: int | None = None, reason: str = "") -> tuple[Hold, str]:
    """Return the hold that a request asks for, and its end as the trailer has it.

    Raises BadOption without an end, and for an end that has passed.
    """
    if request.until is None or request.owner is None:
        raise BadOption("A claim needs owner and until.")
    # The time can pass while the run waits for a lock.
    request.until.check(now)
    at = request.until.end(now)
    end = HoldEnd.NEVER if at is None else HoldEnd.AT_TIME
    return Hold(request.owner, request.reason or reason, end, at, since), request.until.trailer(now)


def _wanted(request: LockRequest, pool: str, snapshot: Snapshot) -> list[Lock]:
    """Return the locks that the request can mean. Raises BadOption if there are too few."""
    if request.name is not None:
        return [existing_lock(request.name, pool, snapshot)]
    locks = locks_in(pool, snapshot)
    if not locks:
        raise BadOption(f"Pool {printable(pool, 80)} has no lock; add one with state: present.")
    if request.count > len(locks):
        raise BadOption(
            f"count is {request.count}, but pool {printable(pool, 80)} has {count_text(len(locks), 'lock')} in all."
        )
    return locks


def _held_since(lock: Lock, snapshot: Snapshot) -> int:
    """Return the time of the claim, or of the first one if it was extended: so an extension changes no order."""
    claim = snapshot.claim(lock)
    since = read_claimed_hold(claim).since
    return claim.claimed_at if since is None else since


def _keep_or_extend(request: LockRequest, lock: Lock, snapshot: Snapshot, now: int, run_id: str) -> ChangePlan:
    claim = snapshot.claim(lock)
    hold = read_claimed_hold(claim)
    if request.until is None or not request.until.extends(hold, now):
        return ChangePlan((), (as_it_is(lock, snapshot),))
    longer, until = hold_of(request, now, since=_held_since(lock, snapshot), reason=hold.reason)
    changes: tuple[RepositoryChange, ...] = (
        LockChange(
            lock.name,
            change_message(
                "removing", lock.name, request, run_id, holder=holder_name(lock, snapshot), claim_commit=claim.commit
            ),
            source=lock,
        ),
        LockChange(
            lock.name,
            claim_message("adding claimed", lock.name, longer, until, run_id),
            target=LockPlace(lock.pool, State.CLAIMED),
            content=lock,
        ),
    )
    return ChangePlan(changes, (PlannedLock(lock.pool, lock.name, State.CLAIMED, lock, longer, was=hold),))


def _choose(
    request: LockRequest, free: Sequence[Lock], count: int, snapshot: Snapshot, oldest_free: OldestFree
) -> Sequence[Lock]:
    if count == 0:
        return ()
    if request.choose is Choice.NAME or count == len(free):
        return free[:count]
    if request.choose is Choice.OLDEST_FREE:
        return oldest_free(snapshot, free, count)[:count]
    return sorted(free, key=lambda lock: _random_rank(request, snapshot, lock))[:count]


def _random_rank(request: LockRequest, snapshot: Snapshot, lock: Lock) -> bytes:
    """Return a number that is random by owner and commit: so check mode shows the lock that a real run claims."""
    seed = f"{request.owner}\0{snapshot.commit}\0{lock.name}"
    return hashlib.sha256(seed.encode("utf-8", "surrogateescape")).digest()


def _others(wanted: Sequence[Lock], own: Sequence[Lock]) -> list[Lock]:
    return [lock for lock in wanted if lock.is_claimed and lock not in own]


def _not_available(
    request: LockRequest, wanted: Sequence[Lock], own: Sequence[Lock], free: Sequence[Lock], snapshot: Snapshot
) -> str:
    """Return the sentences that say what is missing, and who has it."""
    held = [f"{printable(lock.name, 80)} by {holder_text(lock, snapshot)}" for lock in _others(wanted, own)]
    blocked = [lock for lock in wanted if not lock.is_claimed and lock not in free]
    holders = f" Held: {some_of(held, _NAMED, '; ')}." if held else ""
    obstacles = (
        f" {', '.join(printable(lock.path, 80) for lock in blocked[:_NAMED])} cannot be claimed: something that is not"
        " a lock is in the way in claimed/; move it elsewhere."
        if blocked
        else ""
    )
    if request.name is not None:
        return f"Lock {printable(wanted[0].pool_and_name, 80)} is not free.{holders}{obstacles}"
    pool = printable(wanted[0].pool, 80)
    if request.count == 1:
        return f"Pool {pool} has no free lock.{holders}{obstacles}"
    has = f", and {request.owner} holds {len(own)}" if own else ""
    return (
        f"Pool {pool} has {count_text(len(free), 'free lock')}{has}: too few for count: {request.count}, so none was"
        f" claimed.{holders}{obstacles}"
    )

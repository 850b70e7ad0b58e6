# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run does to locks: the changes, and the locks as they are afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..claim.claim import Claim
from ..claim.hold import Hold, read_claimed_hold
from ..pool.change import RepositoryChange
from ..pool.layout import State
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.errors import BadOption, PoolboyError
from ..shared.names import only_meant_name
from ..shared.text import printable, some_of

_NAMED = 20  # locks or pools in an error


class LockRefused(PoolboyError):
    """The lock is not to be changed in this way."""


class NotAvailable(PoolboyError):
    """Others hold what is wanted now. `locks` are the locks that have to be released first."""

    def __init__(self, message: str, locks: Iterable[Lock]) -> None:
        super().__init__(message)
        self.locks = tuple(locks)


@dataclass(frozen=True, slots=True)
class PlannedLock:
    """A lock as it is after the run.

    `state` is None for a lock that is removed. `content` are its bytes, or the lock whose file has them. `hold` is what
    its claim states; `claim` is that claim, None if this run makes it. `was` is what a claim stated that the run ends.
    """

    pool: str
    name: str
    state: State | None
    content: bytes | Lock
    hold: Hold | None = None
    claim: Claim | None = None
    was: Hold | None = None


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """The commits of a run, in their order, and the locks that it returns."""

    changes: tuple[RepositoryChange, ...] = ()
    locks: tuple[PlannedLock, ...] = ()


def find_pool(given: str, snapshot: Snapshot) -> str | None:
    """Return the pool of the repository that an option means, None if there is no such pool. Raises BadOption."""
    return only_meant_name(given, snapshot.pools, "pool", "pools")


def existing_pool(given: str, snapshot: Snapshot, option: str = "pool") -> str:
    """Return the pool of the repository that an option means. Raises BadOption."""
    pool = only_meant_name(given, snapshot.pools, option, "pools")
    if pool is None:
        has = f"It has: {listed(snapshot.pools)}" if snapshot.pools else "It has none"
        raise BadOption(f"{option}: the repository has no pool {printable(given, 80)}. {has}.")
    return pool


def locks_in(pool: str, snapshot: Snapshot) -> list[Lock]:
    """Return the locks of a pool, by name."""
    return [lock for lock in snapshot.locks if lock.pool == pool]


def find_lock(given: str, pool: str, snapshot: Snapshot) -> Lock | None:
    """Return the lock of a pool that an option means, None if there is no such lock. Raises BadOption."""
    by_name = {lock.name: lock for lock in locks_in(pool, snapshot)}
    name = only_meant_name(given, by_name, "name", "locks")
    return None if name is None else by_name[name]


def existing_lock(given: str, pool: str, snapshot: Snapshot) -> Lock:
    """Return the lock of a pool that an option means. Raises BadOption."""
    lock = find_lock(given, pool, snapshot)
    if lock is None:
        known = [one.name for one in locks_in(pool, snapshot)]
        has = f"It has: {listed(known)}" if known else "It has no lock"
        raise BadOption(f"name: pool {printable(pool, 80)} has no lock {printable(given, 80)}. {has}.")
    return lock


def as_it_is(lock: Lock, snapshot: Snapshot) -> PlannedLock:
    """Return a lock that the run leaves as it is."""
    claim = snapshot.claims.get(lock.path)
    return PlannedLock(lock.pool, lock.name, lock.state, lock, read_claimed_hold(claim) if claim else None, claim)


def listed(names: Iterable[str]) -> str:
    """Return names as a list for an error, not too many of them."""
    return some_of([printable(name, 80) for name in names], _NAMED)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools and locks of a branch at one commit, and the claims of the locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..claim.claim import Claim
from ..shared.names import canonical_name
from .lock import Lock


class UnknownClaim(Exception):
    """The claim of a lock was not read, as its pool was not wanted: the lock must not be judged."""


@dataclass(frozen=True, slots=True)
class WantedPools:
    """The pools whose claims a run needs, by their canonical names; None for all pools."""

    names: frozenset[str] | None = None

    def __contains__(self, pool: str) -> bool:
        return self.names is None or canonical_name(pool) in self.names


ALL_POOLS = WantedPools()


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect of a pool that a person should fix; it does not change a verdict."""

    pool: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All pools of the branch at `commit`, and their locks by pool and name.

    `claims` are the claims by path of claimed locks: of every lock in the wanted pools, of others as far as they are
    known. `obstacles` are paths in the place of a lock, or of the folder of the locks, that are neither.
    """

    commit: str
    branch: str
    pools: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    obstacles: tuple[str, ...] = ()

    def claim(self, lock: Lock) -> Claim:
        """Return the claim of a claimed lock. Raises UnknownClaim if the snapshot was taken for other pools."""
        if (claim := self.claims.get(lock.path)) is None:
            raise UnknownClaim(f"the claim of {lock.path!r} was not read")
        return claim

    def locks_without_claim(self) -> tuple[Lock, ...]:
        """Return the claimed locks whose claim is not known."""
        claimed = [lock for lock in self.locks if lock.is_claimed]
        if len(claimed) == len(self.claims):
            return ()  # mostly, and then no path is built
        return tuple(lock for lock in claimed if lock.path not in self.claims)

    def knows_claims_of(self, wanted: WantedPools) -> bool:
        """Return whether the claims of all locks in the wanted pools are known."""
        return not any(lock.pool in wanted for lock in self.locks_without_claim())

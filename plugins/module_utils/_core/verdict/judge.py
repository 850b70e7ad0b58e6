# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the locks of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..claim.claim import Claim
from ..claim.holder import Holder, read_holder
from ..concourse.queries import BuildQueries
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..shared.times import iso_time, latest_time
from .claim_memory import ClaimMemory, without_memory
from .claiming_build import LARGEST_CLOCK_ERROR
from .person_rules import with_person
from .policy import Policy, PoolPolicy
from .pool_options import PoolOption
from .rules import judge_claim
from .verdict import FREE, Verdict

# Applies a function to every lock and keeps their order, many at once if the caller wants that.
ParallelMap = Callable[[Callable[[Lock], "JudgedLock"], Sequence[Lock]], Iterable["JudgedLock"]]


class JudgeLocks(Protocol):
    """Judges locks of the chosen pools of a snapshot; asks Concourse again at each call."""

    def __call__(
        self, locks: Sequence[Lock], snapshot: Snapshot, pools: Sequence[PoolOption], /, *, seconds: float | None = None
    ) -> tuple[JudgedLock, ...]:
        """Return the locks in their order; with `seconds`, only those that are judged within this time."""


@dataclass(frozen=True, slots=True)
class JudgedLock:
    """A lock, its claim and holder (None for a free one), the verdict, and the policy of its pool."""

    lock: Lock
    claim: Claim | None
    holder: Holder | None
    verdict: Verdict
    pool_policy: PoolPolicy

    @property
    def policy(self) -> Policy | None:
        return self.pool_policy.of(self.verdict)

    @property
    def releasable_at(self) -> int | None:
        """The time from which the lock may be released (seconds since 1970, UTC); None for never."""
        return self.pool_policy.releasable_at(self.verdict)

    @property
    def is_undecided(self) -> bool:
        """Whether a build has the lock, no Concourse is configured, and no option says what to do then."""
        return self.pool_policy.is_undecided(self.verdict)

    def is_releasable(self, now: int) -> bool:
        return self.releasable_at is not None and now >= self.releasable_at


def judge_locks(
    locks: Sequence[Lock],
    snapshot: Snapshot,
    pools: Sequence[PoolOption],
    queries: BuildQueries | None,
    *,
    now: int,
    seen_at: Callable[[], int] | None = None,
    memory: ClaimMemory | None = None,
    default_team: str = "main",
    each: ParallelMap = map,
) -> tuple[JudgedLock, ...]:
    """Judge locks of the chosen pools of a snapshot, in their order. `queries` is None without a Concourse.

    `now` is in seconds since 1970, UTC; `seen_at` returns the time to remember, which is `now` by default. `memory` is
    what earlier runs found out, and gets what this one does; None if nothing can be remembered. `each` may judge in
    several threads if `queries` allows that. `default_team` is the team of claims that name none.
    """
    policies = {pool.name: replace(pool.policy, has_concourse=queries is not None) for pool in pools}

    def judge(lock: Lock) -> JudgedLock:
        policy = policies[lock.pool]
        if not lock.is_claimed:
            return JudgedLock(lock, None, None, FREE, policy)
        claim = snapshot.claim(lock)
        holder = read_holder(claim, lock.name, default_team)
        remembered = None if memory is None else memory.builds.get(claim.commit)
        verdict = judge_claim(
            claim, holder, queries, now=now, team=default_team, remembered=remembered, lock=lock.pool_and_name
        )
        return JudgedLock(lock, claim, holder, verdict, policy)

    # Recorded here, because a thread of `each` can still run after the judgements are saved.
    judged = tuple(each(judge, locks))
    seen = now if seen_at is None else seen_at()
    return tuple(_with_later_time(_with_person(_with_memory(one, memory, seen)), now) for one in judged)


def _with_memory(judged: JudgedLock, memory: ClaimMemory | None, seen: int) -> JudgedLock:
    if judged.claim is None:
        return judged
    if memory is None:
        return replace(judged, verdict=without_memory(judged.verdict, judged.pool_policy))
    return replace(judged, verdict=memory.record(judged.claim, judged.verdict, seen))


def _with_person(judged: JudgedLock) -> JudgedLock:
    if judged.claim is None or judged.holder is None:
        return judged
    return replace(judged, verdict=with_person(judged.verdict, judged.claim, judged.holder))


def _with_later_time(judged: JudgedLock, now: int) -> JudgedLock:
    if judged.claim is None:
        return judged
    return replace(judged, verdict=_counted_later(judged.verdict, judged.claim, now))


def _counted_later(verdict: Verdict, claim: Claim, now: int) -> Verdict:
    """Count from the last change of the claimed file where that is later: somebody still works with the lock.

    The clock of a claim or a change can be behind, so neither is earlier than the commits before it.
    """
    since, reason = verdict.dead_since, verdict.reason
    if since is None:
        return verdict
    made_after, changed_after = _possible(claim.made_after, now), _possible(claim.changed_after, now)
    if since == claim.claimed_at and made_after is not None and made_after > since:
        since, reason = made_after, f"{reason}; a commit before the claim is from {iso_time(made_after)}"
    changed_at = latest_time((claim.changed_at, changed_after))
    if changed_at is not None and changed_at > since:
        since, reason = changed_at, f"{reason}; somebody has changed its file since"
    otherwise = None if verdict.otherwise is None else _counted_later(verdict.otherwise, claim, now)
    return replace(verdict, dead_since=since, reason=reason, otherwise=otherwise)


def _possible(time: int | None, now: int) -> int | None:
    """Return a time unless it is so far ahead that a clock was set wrong: the locks would wait for ever."""
    return None if time is None or time > now + LARGEST_CLOCK_ERROR else time


def locks_of(snapshot: Snapshot, pools: Sequence[PoolOption]) -> list[Lock]:
    """Return the locks of the chosen pools, in the order of the snapshot."""
    names = {pool.name for pool in pools}
    return [lock for lock in snapshot.locks if lock.pool in names]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock repository in memory and what is known of its claims, for the rules of cleaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import LockChange, RepositoryChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import FREE, Verdict, VerdictName

NOW = 1_790_000_000
MINUTE = 60
LONG_DEAD = NOW - 10_000 * MINUTE

RUNNING = Verdict(VerdictName.RUNNING, "ci/work 7 is started")
HANDED_OFF = Verdict(VerdictName.HANDED_OFF, "ci/claim 3 succeeded; job give-back can still take the lock", LONG_DEAD)
ERRORED = Verdict(VerdictName.ERRORED, "ci/work 6 errored and left it claimed", LONG_DEAD)
LEAKED = Verdict(VerdictName.LEAKED, "ci/work 5 succeeded; no job takes the lock from it", LONG_DEAD)
MANUAL = Verdict(VerdictName.MANUAL, "not claimed by a build: Ada: manually claim", LONG_DEAD)
UNREACHABLE = Verdict(VerdictName.UNREACHABLE, "claimed by ci/work 9, but Concourse answered 502")


@dataclass(frozen=True)
class Release:
    """A release that was written: the lock, the pool whose unclaimed/ it moves to, and the message."""

    lock: Lock
    target: str
    message: str


def release_of(change: RepositoryChange) -> Release:
    """Return a change as a release; fail the test if it is anything else."""
    assert isinstance(change, LockChange)
    assert change.source is not None
    assert change.target is not None
    assert (change.target.state, change.content, change.name) == (State.UNCLAIMED, None, change.source.name)
    return Release(change.source, change.target.pool, change.message)


class ModelPools:
    """Locks by `pool/lock`: the commit of the claim, or None for a free one. It is a CommitStore and a judge at once.

    `contents` are the names of git's objects, by `pool/lock`, where they are not `content-of-LOCK`.
    `obstacles` are paths of what is no lock and in the way of one. The response to a push in `late` is lost; the server
    carries it out after the next snapshot. `verdicts` are by claim commit. `before_push` and `before_judging` get the
    number of the call, from 1, and can change everything; others_push() and others_take_up() set them.
    `now` is the time in seconds: to write takes `writing_time`, a judgement of a lock the time in `response_times`, by
    its name. `pushed_at` are the times of the pushes.
    `policy` is that of all pools for judge_all(). `history` lists the calls in order, `accepted` the pushed releases.
    """

    def __init__(self, *pools: str) -> None:
        self.pools = list(pools)
        self.locks: dict[str, str | None] = {}
        self.twice: set[str] = set()
        self.contents: dict[str, str] = {}
        self.obstacles: list[str] = []
        self.late: Collection[int] = ()
        self.verdicts: dict[str, Verdict] = {}
        self.before_push: Callable[[int], None] = lambda number: None
        self.before_judging: Callable[[int], None] = lambda number: None
        self.history: list[str] = []
        self.accepted: list[Release] = []
        self.policy = PoolPolicy()
        self.tip = 1
        self.now = 0.0
        self.response_times: dict[str, float] = {}
        self.writing_time = 0.0
        self.pushed_at: list[float] = []
        self._written: dict[str, tuple[str, list[Release]]] = {}
        self._late_commits: list[str] = []
        self._contained: set[str] = set()

    def add(self, lock: str, verdict: Verdict | None = None, *, commit: str | None = None, twice: bool = False) -> str:
        """Add a lock, free without a verdict; return the commit of its claim."""
        pool = lock.rpartition("/")[0]
        if pool not in self.pools:
            self.pools.append(pool)
        claim = commit or f"claim-of-{lock}"
        self.locks[lock] = None if verdict is None else claim
        if verdict is not None:
            self.verdicts[claim] = verdict
        if twice:
            self.twice.add(lock)
        return claim

    def others_push(self, change: Callable[[], object] = lambda: None, *, before: Collection[int] = (1,)) -> None:
        """Have somebody else push a change, before each of these pushes of ours."""

        def before_push(number: int) -> None:
            if number in before:
                self.tip += 1
                change()

        self.before_push = before_push

    def others_take_up(self, *verdicts: Verdict, before_judging: int = 2) -> None:
        """Give the locks env-1, env-2 ... of pool aws other verdicts before we judge for the second time."""

        def before(number: int) -> None:
            if number == before_judging:
                self.verdicts |= {f"claim-of-aws/env-{index}": verdict for index, verdict in enumerate(verdicts, 1)}

        self.before_judging = before

    def snapshot(self) -> Snapshot:
        self.history.append("snapshot")
        locks = tuple(self._lock(name, claim) for name, claim in sorted(self.locks.items()))
        claims = {
            lock.path: Claim(self.locks[lock.pool_and_name] or "", LONG_DEAD, "ci", f"claiming: {lock.name}")
            for lock in locks
            if lock.is_claimed
        }
        snapshot = Snapshot(
            f"tip-{self.tip}", "main", tuple(sorted(self.pools)), locks, claims, obstacles=tuple(self.obstacles)
        )
        self._carry_out_late_pushes()
        return snapshot

    def judge(
        self,
        locks: Sequence[Lock],
        snapshot: Snapshot,
        pools: Sequence[PoolOption],
        *,
        seconds: float | None = None,
    ) -> tuple[JudgedLock, ...]:
        self.history.append(f"judge {len(locks)}")
        self.before_judging(sum(one.startswith("judge") for one in self.history))
        policies = {pool.name: pool.policy for pool in pools}
        limit = math.inf if seconds is None else seconds
        times = {lock.path: self.response_times.get(lock.name, 0.0) for lock in locks}
        self.now += min(limit, max(times.values(), default=0.0))
        return tuple(self._judged(lock, snapshot, policies[lock.pool]) for lock in locks if times[lock.path] <= limit)

    def write(self, snapshot: Snapshot, changes: Sequence[RepositoryChange]) -> str:
        releases = [release_of(change) for change in changes]
        self.history.append(f"write {len(releases)}")
        self.now += self.writing_time
        if snapshot.commit == f"tip-{self.tip}":
            for release in releases:
                self._check(release)
        commit = f"written-{len(self._written)}"
        self._written[commit] = (snapshot.commit, releases)
        return commit

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        self.history.append("push")
        self.before_push(self.history.count("push"))
        self.pushed_at.append(self.now)
        base, releases = self._written[commit]
        assert base == snapshot.commit
        if base != f"tip-{self.tip}":
            return PushOutcome.OVERTAKEN
        if self.history.count("push") in self.late:
            self._late_commits.append(commit)
            return PushOutcome.UNKNOWN
        self._accept(releases)
        return PushOutcome.ACCEPTED

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        self.history.append("contains?")
        return commit in self._contained

    def released(self) -> list[str]:
        """The locks that were released, as `pool/lock > pool`."""
        return [f"{release.lock.pool_and_name} > {release.target}" for release in self.accepted]

    def _carry_out_late_pushes(self) -> None:
        """Carry out the late pushes that nobody has overtaken."""
        for commit in self._late_commits:
            base, releases = self._written[commit]
            if base == f"tip-{self.tip}":
                self._accept(releases)
                self._contained.add(commit)
        self._late_commits.clear()

    def _accept(self, releases: Sequence[Release]) -> None:
        for release in releases:
            self._check(release)
            del self.locks[release.lock.pool_and_name]
            self.locks[f"{release.target}/{release.lock.name}"] = None
        self.tip += len(releases)
        self.accepted += releases

    def _check(self, release: Release) -> None:
        """Fail the test if a release would lose or double a lock, or if git would refuse to write it."""
        name, target = release.lock.pool_and_name, f"{release.target}/{release.lock.name}"
        assert self.locks[name] is not None, f"{name} is not claimed"
        assert name not in self.twice, f"{name} is both claimed and unclaimed"
        assert target == name or target not in self.locks, f"{target} already exists"
        assert release.target in self.pools, f"pool {release.target} does not exist"
        path = f"{release.target}/unclaimed/{release.lock.name}"
        assert not {path, f"{release.target}/unclaimed"} & set(self.obstacles), f"{path} is occupied"

    def _lock(self, name: str, claim: str | None) -> Lock:
        pool, _separator, lock = name.rpartition("/")
        state = State.UNCLAIMED if claim is None else State.CLAIMED
        blob = self.contents.get(name, f"content-of-{lock}")
        return Lock(pool, lock, state, blob=blob, is_in_both_states=name in self.twice)

    def _judged(self, lock: Lock, snapshot: Snapshot, policy: PoolPolicy) -> JudgedLock:
        if not lock.is_claimed:
            return JudgedLock(lock, None, None, FREE, policy)
        claim = snapshot.claims[lock.path]
        holder = Holder(HolderKind.BUILD, "ci/work 6", (), "https://ci.example.com/builds/6")
        return JudgedLock(lock, claim, holder, self.verdicts[claim.commit], policy)


def choose(*names: str) -> list[PoolOption]:
    """Pools with the default policies."""
    return [PoolOption(name, PoolPolicy()) for name in names]


def judge_all(pools: ModelPools, *names: str) -> tuple[tuple[JudgedLock, ...], Snapshot]:
    """All locks of the named pools as they are, judged."""
    snapshot = pools.snapshot()
    chosen = [PoolOption(name, pools.policy) for name in names or pools.pools]
    return pools.judge(
        [lock for lock in snapshot.locks if lock.pool in {one.name for one in chosen}], snapshot, chosen
    ), snapshot

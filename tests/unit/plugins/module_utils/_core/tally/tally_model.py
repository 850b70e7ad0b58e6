# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock repository with tallies, as a model: pools are numbers of free locks, and time goes by commit by commit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import MIN_SECONDS, PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.counts import TallyRecord
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.ledger import PlannedTally

NOW = 1_800_000_000
FREE, CLAIMED = State.UNCLAIMED, State.CLAIMED


def move(commit: str, was: State | None, now: State | None, *, pool: str = "aws", lock: str = "env") -> Move:
    return Move(commit, datetime.fromtimestamp(NOW, UTC), pool, lock, was, now, "somebody", "a message")


def retry() -> PushRetry:
    """As few attempts as possible, without pauses."""
    clock = itertools.count(step=int(MIN_SECONDS))
    return PushRetry(lambda _seconds: None, lambda: float(next(clock)), lambda low, _high: low)


@dataclass
class ModelTallies:
    """A repository on its server, as a TallyStore.

    `before_push` gets the number of the push, from 1, and can change everything. The response to a push in
    `late` is lost; the server carries it out after the next snapshot.
    """

    pools: tuple[str, ...] = ("aws",)
    now: int = NOW
    free: dict[str, int] = field(default_factory=dict)
    texts: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    moves: dict[str, list[Move]] = field(default_factory=dict)
    counted_at: dict[str, int] = field(default_factory=dict)
    accepted: list[PlannedTally] = field(default_factory=list)
    before_push: Callable[[int], None] = lambda number: None
    late: Collection[int] = ()
    tip: int = 1
    pushes: int = 0
    _written: dict[str, tuple[str, list[PlannedTally]]] = field(default_factory=dict)
    _contained: set[str] = field(default_factory=set)
    _records: dict[str, TallyRecord] = field(default_factory=dict)
    _late_commits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for pool in self.pools:
            self.free.setdefault(pool, 0)

    def change(self, pool: str, *steps: tuple[State | None, State | None]) -> None:
        """Make a commit of somebody else: for each lock its state before and after, None if it does not exist."""
        self.tip += 1
        for number, (was, now) in enumerate(steps):
            self.free[pool] += (now is FREE) - (was is FREE)
            self.moves.setdefault(pool, []).append(move(f"c{self.tip}", was, now, pool=pool, lock=f"l{number}"))
        assert self.free[pool] >= 0

    def snapshot(self) -> Snapshot:
        locks = tuple(Lock(pool, f"env-{number}", FREE) for pool, count in self.free.items() for number in range(count))
        snapshot = Snapshot(f"tip-{self.tip}", "main", self.pools, locks)
        self._records = {pool: self._record(pool) for pool in self.pools}
        for commit in self._late_commits:
            base, counts = self._written[commit]
            if base == f"tip-{self.tip}":
                self._accept(commit, counts)
        self._late_commits.clear()
        return snapshot

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        return {pool: self._records[pool] for pool in pools}

    def write(self, snapshot: Snapshot, counts: Sequence[PlannedTally]) -> str:
        assert counts
        commit = f"written-{len(self._written)}"
        self._written[commit] = (snapshot.commit, list(counts))
        return commit

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        self.pushes += 1
        self.before_push(self.pushes)
        base, counts = self._written[commit]
        assert base == snapshot.commit
        if base != f"tip-{self.tip}":
            return PushOutcome.OVERTAKEN
        if self.pushes in self.late:
            self._late_commits.append(commit)
            return PushOutcome.UNKNOWN
        self._accept(commit, counts)
        return PushOutcome.ACCEPTED

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        return commit in self._contained

    def _accept(self, commit: str, counts: list[PlannedTally]) -> None:
        self.tip += 1
        self._contained.add(commit)
        self.accepted += counts
        for count in counts:
            self.texts[count.pool] = (f"{count.tally.triggers}\n", f"{count.tally.removals}\n")
            self.moves[count.pool] = []
            self.counted_at[count.pool] = self.now

    def _record(self, pool: str) -> TallyRecord:
        triggers, removals = self.texts.get(pool, (None, None))
        at = self.counted_at.get(pool)
        counted_at = None if at is None else datetime.fromtimestamp(at, UTC)
        return TallyRecord(triggers, removals, counted_at, tuple(self.moves.get(pool, ())))

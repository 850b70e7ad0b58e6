# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two jobs that move locks between two pools, as in the example of pool-trigger-resource, never stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from ansible_collections.poolboy.concourse.tests.functional.git.tally.counting import Counter, files
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.entries import File, join
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.lockrepo.stream import RESOURCE, header, rename, write

LOCKS = 15
PASSES = 500
POOLS = ("red", "blue")


@dataclass
class Loop:
    """The builds of `red-to-blue` and `blue-to-red`, by the pool that they claim from, and where the locks are.

    A build claims a lock, adds it to the other pool, and removes it from its own: three commits of the pool resource.
    """

    random: Random
    free: dict[str, list[str]]
    waiting: dict[str, int] = field(default_factory=lambda: dict.fromkeys(POOLS, 0))
    holding: list[tuple[str, str]] = field(default_factory=list)  # pool and lock
    leaving: list[tuple[str, str]] = field(default_factory=list)  # added to the other pool, not yet removed here
    passes: int = 0

    def step(self) -> list[tuple[str, list[bytes]]]:
        """Let one build proceed, if one can; return the message and the changes of its commit."""
        claims = [
            partial(self._claim, pool, lock)
            for pool in POOLS
            for lock in self.free[pool]
            if self.waiting[pool] and (pool, lock) not in self.leaving  # its old file is still in the way
        ]
        adds = [partial(self._add, *held) for held in self.holding]
        removes = [partial(self._remove, *left) for left in self.leaving]
        possible = [*claims, *adds, *removes]
        return [self.random.choice(possible)()] if possible else []

    def _add(self, pool: str, lock: str) -> tuple[str, list[bytes]]:
        other = POOLS[1 - POOLS.index(pool)]
        self.holding.remove((pool, lock))
        self.leaving.append((pool, lock))
        self.free[other].append(lock)
        return f"adding unclaimed: {lock}", [write(join(other, "unclaimed", lock), File(lock.encode()))]

    def _remove(self, pool: str, lock: str) -> tuple[str, list[bytes]]:
        self.leaving.remove((pool, lock))
        self.passes += 1
        return f"removing: {lock}", [write(join(pool, "claimed", lock), None)]

    def _claim(self, pool: str, lock: str) -> tuple[str, list[bytes]]:
        self.free[pool].remove(lock)
        self.waiting[pool] -= 1
        self.holding.append((pool, lock))
        return f"claiming: {lock}", [rename(join(pool, "unclaimed", lock), join(pool, "claimed", lock))]


def push(locks: LockRepository, steps: list[tuple[str, list[bytes]]]) -> None:
    """Push the steps, one commit each."""
    parents = [locks.tip() or ""]
    stream = []
    for message, changes in steps:
        locks.now += 1
        author = RESOURCE.at(locks.now)
        stream += [
            header(locks.branch, mark=1, message=message, author=author, committer=author, parents=parents),
            *changes,
        ]
        parents = [":1"]
    git("fast-import", "--quiet", folder=locks.path, given=b"".join(stream))


def test_five_hundred_rounds(tmp_path: Path) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    for pool in POOLS:
        locks.add_pool(pool)
    names = [f"lock-{number}" for number in range(LOCKS)]
    locks.commit({join("red", "unclaimed", name): name for name in names})
    loop = Loop(Random(5), {"red": list(names), "blue": []})
    counter = Counter(locks, tmp_path / "cache", POOLS)
    built = runs = 0
    while loop.passes < PASSES:
        plans = counter.count()
        runs += 1
        assert not [problem for plan in plans.values() for problem in plan.problems]
        for pool, plan in plans.items():
            loop.waiting[pool] += plan.start
            built += plan.start
            assert loop.waiting[pool] == len(loop.free[pool]), "one build for each free lock, and not one more"
        # So many steps that a lock can be added and removed between two runs.
        steps = [step for _number in range(loop.random.randint(1, 80)) for step in loop.step()]
        assert steps, "the loop has stopped"
        push(locks, steps)
    assert built == loop.passes + len(loop.holding) + len(loop.leaving) + sum(loop.waiting.values())
    assert runs > 20
    counter.count()
    assert all(int(triggers or -1) == 0 for triggers, _removals in (files(locks, pool) for pool in POOLS))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No build too many, and none missing, whatever others do between two requests, and whatever is lost or killed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerFailed

from .trigger_model import Killed, ModelJobApi, World, run_of, run_to_end

POOLS = ("red", "blue")
ENDS = (BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED)


class Others:
    """People, builds and other jobs that act at random."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.number = 0

    def act(self) -> None:
        """Do one random action, if it is possible now."""
        self.world.now += self.dice.randrange(3)
        acts = (self.add, self.take, self.give_back, self.pass_on, self.start, self.claim, self.hurry, self.end)
        self.dice.choice(acts)(self.dice.choice(POOLS))

    def add(self, pool: str) -> None:
        self.number += 1
        self.world.move(pool, f"lock-{self.number}", State.UNCLAIMED)

    def take(self, pool: str) -> None:
        """A person claims or removes a free lock."""
        for name in self.world.free(pool)[:1]:
            self.world.move(pool, name, self.dice.choice([State.CLAIMED, None]))
            self.world.taken += 1

    def give_back(self, pool: str) -> None:
        """The holder releases a lock."""
        for name in self._held(pool)[:1]:
            self.world.move(pool, name, State.UNCLAIMED)

    def pass_on(self, pool: str) -> None:
        """A claimed lock moves to the other pool."""
        for name in self._held(pool)[:1]:
            self.world.move(pool, name, None)
            self.world.move(POOLS[pool == POOLS[0]], name, State.UNCLAIMED)

    def start(self, pool: str) -> None:
        for build in [one for one in self.world.of_job(f"from-{pool}") if one.status is BuildStatus.PENDING][:2]:
            self.world.change(build, BuildStatus.STARTED)

    def claim(self, pool: str) -> None:
        waiting = [one for one in self.world.without_lock(pool) if one.status is BuildStatus.STARTED]
        for build, name in list(zip(waiting, self.world.free(pool), strict=False))[:2]:
            self.world.claim(build, pool, name)

    def hurry(self, pool: str) -> None:
        """A build claims, releases its lock or not, and ends, all at once."""
        waiting = [one for one in self.world.without_lock(pool) if one.status is BuildStatus.STARTED]
        for build, name in list(zip(waiting, self.world.free(pool), strict=False))[:1]:
            self.world.claim(build, pool, name)
            if self.dice.random() < 0.5:
                self.world.move(pool, name, State.UNCLAIMED)
            self.world.change(build, BuildStatus.SUCCEEDED)

    def end(self, pool: str) -> None:
        """A build ends, with or without a claim."""
        running = [one for one in self.world.of_job(f"from-{pool}") if one.status is BuildStatus.STARTED]
        for build in running[:1]:
            self.world.change(build, self.dice.choice(ENDS))

    def _held(self, pool: str) -> list[str]:
        return sorted(name for (where, name), state in self.world.locks.items() if (where, state) == (pool, "claimed"))


def random_world(seed: int) -> tuple[World, Others]:
    world = World()
    others = Others(world, seed)
    for pool in POOLS:
        world.move(pool, "first", State.UNCLAIMED)
    for _count in range(others.dice.randrange(12)):
        others.act()
    world.taken = 0
    return world, others


def run_until_satisfied(world: World) -> None:
    """Run without others until nothing is missing; then every free lock has a build."""
    world.interrupt = lambda _request: None
    for _count in range(8):
        world.now += 3700
        world.taken = 0
        run = run_to_end(ModelJobApi(world), *POOLS)
        if not run.changed:
            break
    for pool in POOLS:
        assert len(world.without_lock(pool)) >= len(world.free(pool))


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(0, 9), st.floats(0, 0.4))
def test_one_run_at_a_time(seed: int, activity: int, loss: float) -> None:
    world, others = random_world(seed)

    def interrupt(_request: str) -> None:
        if others.dice.random() < 0.03:
            raise Killed
        for _count in range(others.dice.randrange(activity + 1) // 3):
            others.act()

    def lose() -> str:
        return others.dice.choice(["lost", "not carried out"]) if others.dice.random() < loss else "nothing"

    for _count in range(12):
        world.taken, world.interrupt = 0, interrupt
        run = run_of(ModelJobApi(world, lose), *POOLS)
        with suppress(Killed, TriggerFailed):
            run.fetch()
            run.start_builds()
        for _pause in range(others.dice.randrange(6)):
            others.act()
    assert max(world.surplus, default=0) <= 0, "a build too many"
    run_until_satisfied(world)


class Turns:
    """Runs in random turns: each one stops at every request until it is its turn. `loss` is that of the responses."""

    def __init__(self, world: World, dice: random.Random, runs: int, loss: float = 0) -> None:
        self._dice = dice
        self._loss = loss
        self._here = threading.Semaphore(0)
        self._gates = [threading.Semaphore(0) for _run in range(runs)]
        self._names: dict[int, int] = {}
        self._alive = set(range(runs))
        self.errors: list[BaseException] = []
        world.interrupt = self._pause
        self._threads = [threading.Thread(target=self._run, args=(number, world)) for number in range(runs)]

    def play(self, between: Callable[[], None]) -> None:
        """Run all to their end; call `between` between any two requests."""
        for thread in self._threads:
            thread.start()
            assert self._here.acquire(timeout=10)
        while self._alive:
            between()
            self._gates[self._dice.choice(sorted(self._alive))].release()
            assert self._here.acquire(timeout=10)
        for thread in self._threads:
            thread.join(10)
        assert self.errors == []

    def _run(self, number: int, world: World) -> None:
        self._names[threading.get_ident()] = number
        self._pause("begin")
        try:
            with suppress(TriggerFailed):
                run_to_end(ModelJobApi(world, self._lose), *POOLS)
        except Exception as error:  # noqa: BLE001
            self.errors.append(error)
        self._alive.discard(number)
        self._here.release()

    def _lose(self) -> str:
        return self._dice.choice(["lost", "not carried out"]) if self._dice.random() < self._loss else "nothing"

    def _pause(self, _request: str) -> None:
        number = self._names[threading.get_ident()]
        self._here.release()
        self._gates[number].acquire()


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(2, 4), st.integers(0, 4), st.sampled_from([0, 0.5]))
def test_several_runs_at_once_start_one_build_too_many_each_at_most(
    seed: int, runs: int, activity: int, loss: float
) -> None:
    world, others = random_world(seed)

    def between() -> None:
        if others.dice.randrange(10) < activity:
            others.act()

    for _count in range(4):
        world.taken = 0
        Turns(world, others.dice, runs, loss).play(between)
    assert max(world.surplus, default=0) <= runs - 1
    run_until_satisfied(world)


def test_two_runs_at_once_can_start_one_build_too_many() -> None:
    """The limit is reached: both ask before either starts a build."""
    world, dice = World(), random.Random(1)
    world.move("red", "lock", State.UNCLAIMED)
    world.move("blue", "lock", State.CLAIMED)
    Turns(world, dice, 2).play(lambda: None)
    assert len(world.builds) == 2


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_a_run_after_a_killed_run_starts_what_is_missing(seed: int, last: int) -> None:
    """A run that is killed after any request, and then a whole run: as many builds as without the first."""
    world, others = random_world(seed)
    left = [last]

    def interrupt(_request: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    expected = sum(max(0, len(world.free(pool)) - len(world.without_lock(pool))) for pool in POOLS)
    before = len(world.builds)
    world.interrupt = interrupt
    with suppress(Killed):
        run = run_to_end(ModelJobApi(world), *POOLS)
    world.interrupt = lambda _request: None
    run = run_to_end(ModelJobApi(world), *POOLS)
    held_back = sum((one.decision.needed if one.decision and not one.builds else 0) for one in run.triggers)
    assert len(world.builds) - before + held_back == expected
    assert others.dice is not None


def test_a_build_claims_and_ends_between_concourse_and_repository() -> None:
    """Its lock must not count as free once its build has ended, so Concourse is asked first."""
    world = World()
    world.move("red", "lock", State.UNCLAIMED)
    build = world.make_build("from-red")
    world.change(build, BuildStatus.STARTED)
    asked: list[bool] = []

    def interrupt(question: str) -> None:
        asked.append(question == "snapshot")
        if len(set(asked)) == 2 and not world.claimed:
            world.claim(build, "red", "lock")
            world.change(build, BuildStatus.SUCCEEDED)

    world.interrupt = interrupt
    run_to_end(ModelJobApi(world), "red")
    assert world.claimed
    assert len(world.builds) == 1


def test_a_later_snapshot_for_one_pool_is_used_for_the_next() -> None:
    """The history belongs to the latest snapshot, so no pool may be counted at an earlier one."""
    world = World()
    for pool in POOLS:
        world.move(pool, "lock", State.UNCLAIMED)
    blue = world.make_build("from-blue")
    world.change(blue, BuildStatus.STARTED)

    def interrupt(question: str) -> None:
        if question == "start" and blue.id not in world.claimed:
            world.make_build("from-red")
            world.claim(blue, "blue", "lock")

    world.interrupt = interrupt
    run_to_end(ModelJobApi(world), *POOLS)
    assert len(world.of_job("from-blue")) == 1


@pytest.mark.parametrize("most", [1, 2, 3])
def test_max_triggers_leaves_builds_to_the_next_run(most: int) -> None:
    world = World()
    for number in range(5):
        world.move("red", f"lock-{number}", State.UNCLAIMED)
    for made in range(most, 8, most):
        run = run_to_end(ModelJobApi(world), "red", max_triggers=most)
        assert len(world.builds) == min(made, 5)
        assert run.triggers[0].state.value == (
            "limited" if made < 5 else "triggered" if made - most < 5 else "satisfied"
        )


def test_two_pools_pass_a_lock_back_and_forth_500_times() -> None:
    world, pool = World(), "red"
    world.move("blue", "unused", State.CLAIMED)
    world.move(pool, "ball", State.UNCLAIMED)
    for number in range(500):
        run = run_to_end(ModelJobApi(world), *POOLS)
        assert len(world.builds) == number + 1, run.triggers
        build = world.builds[-1]
        assert build.job == f"from-{pool}"
        world.change(build, BuildStatus.STARTED)
        world.claim(world.builds[-1], pool, "ball")
        world.move(pool, "ball", None)
        pool = POOLS[pool == POOLS[0]]
        world.move(pool, "ball", State.UNCLAIMED)
        world.change(world.builds[-1], BuildStatus.SUCCEEDED)
        world.now += number % 2

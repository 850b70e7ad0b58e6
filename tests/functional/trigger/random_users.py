# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People and builds that act at random in two pools while the trigger runs."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

from ...scene import Scene
from .runs import builds

OTHER = {"red": "blue", "blue": "red"}
PIPELINE = "main/random-users"
CONFIG: dict[str, Any] = {
    "resources": [
        {"name": pool, "type": "pool", "source": {"uri": "file:///locks.git", "pool": pool}} for pool in OTHER
    ],
    "jobs": [{"name": f"from-{pool}", "plan": [{"put": pool, "params": {"acquire": True}}]} for pool in OTHER],
}
POOLS = [{"name": pool, "job": f"{PIPELINE}/from-{pool}"} for pool in OTHER]
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "lost", "after": True},
    {"kind": "reset", "after": True},
    {"kind": "status", "status": 502, "after": True},
    {"kind": "delay", "seconds": 1.2, "after": True},
    {"kind": "cut_body"},
    {"kind": "lost"},
    {"kind": "status", "status": 503},
)
POST = "/from-[a-z]+/builds$"


class RandomUsers:
    """Acts once at a time; `free` and `held` are the locks by pool, `claimed` the builds that have claimed.

    `surplus` has, for each started build, how many builds too many there were then; `taken` is how many free
    locks others took since the current runs began: builds for those are not too many. `people` is the weight of
    what people do by hand, against 1 for all else.
    """

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.dice = random.Random(seed)
        self.free: dict[str, list[str]] = {pool: [] for pool in OTHER}
        self.held: dict[str, list[str]] = {pool: [] for pool in OTHER}
        self.claimed: set[int] = set()
        self.surplus: list[int] = []
        self.taken = 0
        self.activity = 0.0
        self.people = 1
        self._number = 0
        self._turn = threading.RLock()
        scene.atc.set_pipeline(PIPELINE, CONFIG)
        for pool in OTHER:
            scene.locks.add_pool(pool, at=scene.now)
            self.add(pool)
        self._respond = scene.atc.respond
        scene.atc.server.respond = self._between_acts

    def act(self) -> None:
        """Do one random action, if it is possible now."""
        acts: tuple[Callable[[str], None], ...] = (
            *(self.add, self.pass_on, self.claim, self.claim, self.end, self.end_unclaimed),
            *(self.take, self.give_back) * self.people,
            *(self.borrow,) * (self.people - 1),
        )
        with self._turn:
            self.scene.now += self.dice.randrange(3)
            self.scene.atc.set_time(self.scene.now)
            self.dice.choice(acts)(self.dice.choice(list(OTHER)))

    def without_lock(self, pool: str) -> list[int]:
        """Return the builds of the pool's job that can still claim."""
        active = builds(self.scene, f"from-{pool}", PIPELINE, "started")
        return [build for build in active if build not in self.claimed]

    def add(self, pool: str) -> None:
        self._number += 1
        self.scene.locks.add(pool, f"lock-{self._number}", at=self.scene.now)
        self.free[pool].append(f"lock-{self._number}")

    def take(self, pool: str) -> None:
        """A person claims or removes a free lock."""
        for lock in self.free[pool][:1]:
            if self.dice.random() < 0.5:
                self.scene.locks.claim(pool, lock, message=f"manually claim {lock}", at=self.scene.now)
                self.held[pool].append(lock)
            else:
                self.scene.locks.remove(pool, lock, state="unclaimed", at=self.scene.now)
            self.free[pool].remove(lock)
            self.taken += 1

    def borrow(self, pool: str) -> None:
        """A person claims and releases a free lock before anybody else acts."""
        for lock in self.free[pool][:1]:
            self.scene.locks.claim(pool, lock, message=f"manually claim {lock}", at=self.scene.now)
            self.scene.locks.release(pool, lock, message=f"manually release {lock}", at=self.scene.now)

    def give_back(self, pool: str) -> None:
        for lock in self.held[pool][:1]:
            self.scene.locks.release(pool, lock, at=self.scene.now)
            self.held[pool].remove(lock)
            self.free[pool].append(lock)

    def pass_on(self, pool: str) -> None:
        """A claimed lock moves to the free locks of the other pool."""
        for lock in self.held[pool][:1]:
            self.scene.locks.move(pool, lock, OTHER[pool], state="claimed", to_state="unclaimed", at=self.scene.now)
            self.held[pool].remove(lock)
            self.free[OTHER[pool]].append(lock)

    def claim(self, pool: str) -> None:
        for build, lock in list(zip(self.without_lock(pool), self.free[pool], strict=False))[:1]:
            self.scene.claim(build, pool, f"{pool}/{lock}")
            self.free[pool].remove(lock)
            self.held[pool].append(lock)
            self.claimed.add(build)

    def end(self, pool: str) -> None:
        """A build that has claimed ends; its lock stays claimed, or was released already."""
        active = builds(self.scene, f"from-{pool}", PIPELINE, "started")
        for build in [one for one in active if one in self.claimed][:1]:
            self.scene.atc.finish(build, self.dice.choice(["succeeded", "failed", "errored", "aborted"]))

    def end_unclaimed(self, pool: str) -> None:
        for build in self.without_lock(pool)[:1]:
            self.scene.atc.finish(build, self.dice.choice(["failed", "errored", "aborted"]))

    def _between_acts(self, request: Any) -> Any:
        """Others act before a request is carried out, and after it, before the response."""
        with self._turn:
            self._maybe_act()
            before = len(self.scene.atc.world.builds)
            answer = self._respond(request)
            if len(self.scene.atc.world.builds) > before:
                pool = request.path.rpartition("from-")[2].partition("/")[0]
                self.surplus.append(len(self.without_lock(pool)) - len(self.free[pool]) - self.taken)
            self._maybe_act()
        return answer

    def _maybe_act(self) -> None:
        if self.dice.random() < self.activity:
            self.act()

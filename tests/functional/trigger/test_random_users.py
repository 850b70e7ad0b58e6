# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""While others add, remove, move, claim and release locks, each free lock gets one build."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.session import Session
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally import strategy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.ledger import TallyLedger
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push import writer

from ...scene import Scene
from ..duration import LONG
from .random_users import FAULTS, OTHER, POOLS, POST, RandomUsers
from .triggerer import Triggerer

SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
ROUNDS = 400 if LONG else 14


FAR = 10**6


class Killed(BaseException):
    """The run is killed, during a request or right after it."""


@dataclass
class Death:
    """Kills a run at the request of a number: before it is sent, or `after` it was carried out."""

    left: int = FAR
    after: bool = False


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Death:
    """A killed run sends no more requests and gives nothing back to a tally."""
    death = Death()
    ask, give_back = Session._send, TallyLedger.give_back

    def may_die(self: Session, *arguments: object, **options: object) -> object:
        death.left -= 1
        if death.left < 0 or (death.left == 0 and not death.after):
            raise Killed
        try:
            return ask(self, *arguments, **options)  # type: ignore[arg-type]
        finally:
            if death.left == 0:
                raise Killed

    def if_alive(self: TallyLedger, builds: Mapping[str, int]) -> None:
        if death.left > 0:
            give_back(self, builds)

    monkeypatch.setattr(Session, "_send", may_die)
    monkeypatch.setattr(TallyLedger, "give_back", if_alive)
    return death


@pytest.fixture(autouse=True)
def in_the_time_of_the_scene(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tallies use the clock of the scene, and retries of a push do not wait."""
    monkeypatch.setattr(writer, "time", SimpleNamespace(time=lambda: scene.now))
    monkeypatch.setattr(strategy, "PushRetry", lambda: PushRetry(sleep=lambda _seconds: None))


@pytest.fixture
def users(scene: Scene) -> RandomUsers:
    print(f"POOLBOY_SEED={SEED}")
    return RandomUsers(scene, SEED)


@pytest.fixture
def triggerer(scene: Scene, tmp_path: Path) -> Triggerer:
    return Triggerer(scene.repo, scene.atc.url, tmp_path / "cache", lambda: scene.now, timeout=1)


def run_until_satisfied(users: RandomUsers, triggerer: Triggerer) -> None:
    """Run without others until nothing is missing; then every free lock has a build."""
    users.activity = 0.0
    users.scene.atc.clear_faults()
    for _count in range(6):
        users.scene.wait(3700)
        run = triggerer.run(POOLS)
        assert not run.failed, run.message
        if not run.values["changed"]:
            break
    for pool in OTHER:
        assert len(users.without_lock(pool)) >= len(users.free[pool])


@pytest.mark.parametrize("strategy", ["reconcile", "tally"])
def test_one_run_at_a_time(users: RandomUsers, triggerer: Triggerer, death: Death, strategy: str) -> None:
    """Some runs are killed at a request, some responses are lost, and people take and release locks."""
    triggerer.strategy, users.people = strategy, 3
    for number in range(ROUNDS):
        users.taken, users.activity = 0, 0.3
        users.scene.atc.clear_faults()
        if number % 2:
            users.scene.atc.add_fault(
                **users.dice.choice(FAULTS), method="POST", path=POST, nth=users.dice.randrange(1, 3)
            )
        death.left = users.dice.randrange(6, 14) if number % 3 == 2 else FAR
        death.after = users.dice.random() < 0.5
        with suppress(Killed):
            triggerer.run(POOLS)
        death.left = FAR
        for _act in range(users.dice.randrange(5)):
            users.act()
        if number % 4 == 3:
            # So that a tally finds what was lost, and a pool is not held back.
            users.scene.wait(400)
    assert users.surplus
    assert max(users.surplus) <= 0, "a build too many"
    run_until_satisfied(users, triggerer)


def test_two_runs_at_once(users: RandomUsers, triggerer: Triggerer, tmp_path: Path) -> None:
    """From two machines: at most one build too many."""
    second = replace(triggerer, cache=tmp_path / "another cache")
    for _round in range(ROUNDS // 2):
        users.taken, users.activity = 0, 0.1
        with ThreadPoolExecutor(2) as threads:
            for run in threads.map(lambda one: one.run(POOLS), (triggerer, second)):
                assert not run.failed, run.message
        for _act in range(users.dice.randrange(6)):
            users.act()
    assert users.surplus
    assert max(users.surplus) <= 1
    run_until_satisfied(users, triggerer)

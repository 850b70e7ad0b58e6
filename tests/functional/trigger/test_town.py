# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""While others add, remove, move, claim and release locks: every free lock gets its build, and no build is too many."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.session import Session
from ansible_collections.poolboy.concourse.tests.functional.trigger.town import FAULTS, OTHER, POOLS, POST, Town
from ansible_collections.poolboy.concourse.tests.functional.trigger.triggerer import Triggerer
from ansible_collections.poolboy.concourse.tests.scene import Scene

SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
ROUNDS = 400 if os.environ.get("POOLBOY_LONG") == "1" else 14


class Killed(BaseException):
    """The run is gone, in the middle of a request or right after it."""


@pytest.fixture
def town(scene: Scene) -> Town:
    print(f"POOLBOY_SEED={SEED}")
    return Town(scene, SEED)


@pytest.fixture
def triggerer(scene: Scene, tmp_path: Path) -> Triggerer:
    return Triggerer(scene.repo, scene.atc.url, tmp_path / "cache", lambda: scene.now, timeout=1)


def come_to_rest(town: Town, triggerer: Triggerer) -> None:
    """With nobody else about: every free lock has its build in the end."""
    town.activity = 0.0
    town.scene.atc.clear_faults()
    for _count in range(6):
        town.scene.wait(3700)
        run = triggerer.run(POOLS)
        assert not run.failed, run.message
        if not run.values["changed"]:
            break
    for pool in OTHER:
        assert len(town.without_lock(pool)) >= len(town.free[pool])


def test_one_run_at_a_time(town: Town, triggerer: Triggerer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some runs are killed at a request, and some answers are lost."""
    real, until_death = Session._try, [10**6]

    def may_die(self: Session, *arguments: object) -> object:
        until_death[0] -= 1
        if until_death[0] == 0:
            raise Killed
        outcome = real(self, *arguments)  # type: ignore[arg-type]
        if until_death[0] == 1:
            raise Killed
        return outcome

    monkeypatch.setattr(Session, "_try", may_die)
    for number in range(ROUNDS):
        town.taken, town.activity = 0, 0.3
        town.scene.atc.clear_faults()
        if number % 2:
            town.scene.atc.add_fault(
                **town.dice.choice(FAULTS), method="POST", path=POST, nth=town.dice.randrange(1, 3)
            )
        until_death[0] = town.dice.randrange(6, 14) if number % 3 == 2 else 10**6
        try:
            triggerer.run(POOLS)
        except Killed:
            until_death[0] = 10**6
        for _act in range(town.dice.randrange(5)):
            town.act()
    until_death[0] = 10**6
    assert town.surplus
    assert max(town.surplus) <= 0, "a build too many"
    come_to_rest(town, triggerer)


def test_two_runs_at_once(town: Town, triggerer: Triggerer, tmp_path: Path) -> None:
    """From two machines: one build too many at most, whatever they see of each other."""
    second = replace(triggerer, cache=tmp_path / "another cache")
    for _round in range(ROUNDS // 2):
        town.taken, town.activity = 0, 0.1
        with ThreadPoolExecutor(2) as threads:
            for run in threads.map(lambda one: one.run(POOLS), (triggerer, second)):
                assert not run.failed, run.message
        for _act in range(town.dice.randrange(6)):
            town.act()
    assert town.surplus
    assert max(town.surplus) <= 1
    come_to_rest(town, triggerer)

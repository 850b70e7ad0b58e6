# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""While people and builds add, remove, move, claim, merge and force, each lock that comes has its version.

POOLBOY_LONG=1 runs for 2,000 arrivals instead of 100; POOLBOY_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.resource.town import Town
from ansible_collections.poolboy.concourse.tests.functional.trigger.random_users import OTHER
from ansible_collections.poolboy.concourse.tests.scene import Scene

SEED = int(os.environ.get("POOLBOY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
ARRIVALS = 2000 if LONG else 100


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    print(f"POOLBOY_SEED={SEED}")
    with Scene(tmp_path / "scene", now=int(time.time()) - 6 * 3600) as scene:
        scene.atc.set_team("main", {})
        yield Town(scene, SEED, tmp_path / "containers")
        assert scene.atc.server.errors == []


def live(town: Town) -> None:
    """Some acts, sometimes a merge, and sometimes a check."""
    for _act in range(town.dice.randrange(1, 6)):
        town.act()
    if town.dice.random() < 0.05:
        town.merge()
    if town.dice.random() < 0.7:
        town.check(town.dice.choice([*OTHER]))


def test_each_lock_that_comes_has_one_version(town: Town) -> None:
    """In the order of their arrival, none twice, none left out; every version starts a build."""
    start = {pool: town.resources[pool].check()[0]["commit"] for pool in OTHER}
    first = {pool: town.resources[pool].announced() for pool in OTHER}
    while sum(len(town.arrivals(pool)) for pool in OTHER) < ARRIVALS:
        for _round in range(10):
            live(town)
    for pool in OTHER:
        town.check_until_nothing_is_new(pool)
        assert town.resources[pool].announced() == first[pool] + town.arrivals(pool, since=start[pool])


def test_no_lock_is_lost_when_the_history_is_rewritten(town: Town) -> None:
    """By forced pushes of all kinds and reversed merges. Free locks are announced again."""
    seen = 0
    while seen < ARRIVALS:
        before = sum(len(one.known) for one in town.resources.values())
        for _round in range(town.dice.randrange(1, 8)):
            live(town)
        town.merge(reverse=True) if town.dice.random() < 0.3 else town.force()
        if town.dice.random() < 0.5:
            live(town)
        pool = town.dice.choice([*OTHER])
        town.check_until_nothing_is_new(pool)
        assert town.missed(pool) == []
        seen += sum(len(one.known) for one in town.resources.values()) - before
    assert any("rewrites" in version for one in town.resources.values() for version in one.known)

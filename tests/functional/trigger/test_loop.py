# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two pools whose jobs pass their locks back and forth, many times: no build is too many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ...scene import Scene
from ..duration import LONG
from .runs import add_locks, builds
from .triggerer import Triggerer

# Five hundred by `make long`; every round is the same as the one before.
ROUNDS = 500 if LONG else 30
OTHER = {"red": "blue", "blue": "red"}
CONFIG: dict[str, Any] = {
    "resources": [
        {"name": pool, "type": "pool", "source": {"uri": "file:///locks.git", "pool": pool}} for pool in OTHER
    ],
    "jobs": [{"name": f"from-{pool}", "plan": [{"put": pool, "params": {"acquire": True}}]} for pool in OTHER],
}
POOLS = [{"name": pool, "job": f"main/loop/from-{pool}"} for pool in OTHER]


@pytest.mark.parametrize("strategy", ["reconcile", "tally"])
def test_the_loop_never_stops(scene: Scene, tmp_path: Path, strategy: str) -> None:
    scene.atc.set_pipeline("main/loop", CONFIG)
    for pool in OTHER:
        scene.locks.add_pool(pool, at=scene.now)
    add_locks(scene, "ball", pool="red")
    triggerer = Triggerer(scene.repo, scene.atc.url, tmp_path / "cache", lambda: scene.now, strategy=strategy)
    pool = "red"
    with triggerer.at_work(POOLS) as trigger:
        for number in range(ROUNDS):
            result = trigger()
            assert [one["pool"] for one in result["triggered"]] == [pool], f"round {number}: {result['report']}"
            pool = pass_on(scene, pool, result["triggered"][0]["id"])
    made = [len(builds(scene, f"from-{name}", "main/loop")) for name in OTHER]
    assert sum(made) == ROUNDS


def pass_on(scene: Scene, pool: str, build: int) -> str:
    """The build claims the lock, moves it to the other pool and succeeds."""
    scene.wait(1)
    scene.claim(build, pool, f"{pool}/ball")
    scene.locks.move(pool, "ball", OTHER[pool], state="claimed", to_state="unclaimed", at=scene.now)
    scene.finish(build, "succeeded")
    return OTHER[pool]

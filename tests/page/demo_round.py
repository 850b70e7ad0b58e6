# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round over the demo's pools with the real modules."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..demo.story import LENGTH, simulate_day
from ..functional.running import Workplace
from ..scene import Scene
from .rounds import iso

POOLS = [
    # A long timeout keeps one stale lock for the page.
    {"name": "aws", "stale_timeout": 1440, "job": "main/shop/claim-env"},
    {"name": "cf/fresh", "stale_timeout": 120, "job": "main/shop/load-test"},
]


def demo_round(folder: Path) -> dict[str, Any]:
    """Simulate the demo's events in `folder`, run a round on its pools and return the round."""
    with Scene(folder, now=int(time.time()) - LENGTH) as scene:
        simulate_day(scene)
        scene.atc.follow_wall_clock()
        started = time.time()
        place = Workplace(folder / "machine")
        options = {
            "repo": scene.repo,
            "concourse_url": scene.atc.url,
            "concourse_username": "pool-boy",
            "concourse_password": "demo",
            "pools": POOLS,
        }
        clean = _values(place, "concourse_pool_clean", options)
        trigger = _values(place, "concourse_pool_trigger", options)
        status = _values(place, "concourse_pool_status", options)
    ended = time.time()
    return {
        "name": "teams/locks",
        "repository_url": "https://git.example.com/teams/locks",
        "commit_url": "https://git.example.com/teams/locks/commit/{commit}",
        "started_at": iso(datetime.fromtimestamp(started, UTC)),
        "finished_at": iso(datetime.fromtimestamp(ended, UTC)),
        "duration_seconds": round(ended - started, 1),
        "ok": True,
        "failures": [],
        "check_mode": False,
        "clean": clean,
        "trigger": trigger,
        "status": status,
    }


def _values(place: Workplace, module: str, options: Mapping[str, Any]) -> dict[str, Any]:
    run = place.run_module(module, options)
    assert not run.failed, run.message
    return {key: value for key, value in run.values.items() if key not in ("invocation", "diff")}

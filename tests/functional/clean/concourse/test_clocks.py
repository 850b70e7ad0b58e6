# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of the machine that cleans differs from Concourse's: locks are released later, never earlier."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

import pytest

from ....scene import Scene
from ...running import ModuleRun, Workplace
from ..runs import HOUR, Clean, actions, login, released

POOL = {"name": "env", "type": "pool", "source": {"uri": "x", "branch": "main", "pool": "aws"}}
PIPELINE = {"resources": [POOL], "jobs": [{"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]}]}


def leave_claimed(scene: Scene, status: str) -> None:
    """Let a build claim env-1 and end this second, by Concourse's clock of six hours ago."""
    scene.atc.set_pipeline("main/ci", PIPELINE)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/ci", "claim")
    scene.wait(30)
    scene.claim(build, "env", "aws/env-1")
    scene.wait(30)
    scene.finish(build, status)


def show_clock(scene: Scene, now: float) -> None:
    """Let Concourse send its own time, which goes on from `now`."""
    scene.atc.set_time(now, frozen=False)
    scene.atc.change_settings(date="clock")


def differences(run: ModuleRun) -> list[str]:
    """Return how the clocks differ, from each warning that says so."""
    said = [
        re.match(r"The clock of this machine is (\d)h \d+m (ahead of|behind) that of Conc", one) for one in run.warnings
    ]
    return [f"{one[1]} h {one[2]}" for one in said if one]


@pytest.mark.parametrize(("status", "wait"), [("errored", 5 * 60), ("failed", HOUR)])
def test_a_clock_that_is_ahead_releases_nothing_early(
    scene: Scene, clean: Clean, workplace: Workplace, status: str, wait: int
) -> None:
    leave_claimed(scene, status)
    show_clock(scene, scene.now)
    options = login(scene, pools=["aws"])
    checked, run = clean(**options, check_mode=True), clean(**options)
    seen = workplace.run_module("concourse_pool_status", login(scene))
    assert actions(checked) == actions(run) == {"aws/env-1": "keep"}
    for one in (checked, run, seen):
        assert (one.locks["aws/env-1"]["verdict"], one.locks["aws/env-1"]["releasable"]) == (status, False)
        assert differences(one) == ["5 h ahead of"]
    show_clock(scene, scene.now + wait - 60)
    assert released(clean(**options)) == set()
    show_clock(scene, scene.now + wait)
    checked, run = clean(**options, check_mode=True), clean(**options)
    assert released(checked) == released(run) == {"aws/env-1"}
    assert differences(checked) == differences(run) != []


@pytest.mark.parametrize("date", ["machine", "", "six o'clock", "Mon, 99 Foo 2026 25:61:00 GMT"])
def test_a_date_that_cannot_be_read_changes_nothing(scene: Scene, clean: Clean, date: str) -> None:
    leave_claimed(scene, "errored")
    scene.atc.change_settings(date=date)
    run = clean(**login(scene, pools=["aws"]))
    assert (released(run), differences(run)) == ({"aws/env-1"}, [])


def test_a_hold_ends_by_the_clock_that_is_behind(scene: Scene, clean: Clean) -> None:
    scene.locks.add("aws", "env-1", at=scene.now)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(scene.now + HOUR))
    scene.locks.claim("aws", "env-1", message=f"claiming: env-1\n\nHeld-By: ada\nHold-Until: {until}\n", at=scene.now)
    show_clock(scene, scene.now)
    options: dict[str, Any] = login(scene, pools=["aws"], stale_timeout=0)
    run = clean(**options)
    assert (run.locks["aws/env-1"]["verdict"], released(run)) == ("held", set())
    show_clock(scene, scene.now + HOUR)
    assert released(clean(**options)) == {"aws/env-1"}


def test_a_clock_that_is_behind_releases_later(scene: Scene, clean: Clean) -> None:
    """By Concourse's clock, the grace has passed hours ago."""
    now = scene.now = int(time.time()) + 3 * HOUR
    scene.atc.set_time(now)
    leave_claimed(scene, "errored")
    show_clock(scene, now + 3 * HOUR + HOUR // 2)
    run = clean(**login(scene, pools=["aws"]))
    assert (actions(run), differences(run)) == ({"aws/env-1": "keep"}, ["6 h behind"])


@pytest.mark.parametrize("hours", [-3, 6])
def test_the_wait_for_a_gone_build_begins_by_the_clock_that_is_ahead(scene: Scene, clean: Clean, hours: int) -> None:
    """A later run, whose clock agrees with Concourse's, must not find that the wait began long before."""
    leave_claimed(scene, "failed")
    scene.atc.destroy_pipeline("main/ci")
    begin = int(time.time())
    show_clock(scene, begin + hours * HOUR)
    first = clean(**login(scene, pools=["aws"])).locks["aws/env-1"]
    end = int(time.time())
    assert (first["verdict"], first["action"]) == ("gone", "keep")
    ahead = max(hours, 0) * HOUR
    assert begin + ahead <= seconds(first["dead_since"]) <= end + ahead
    scene.atc.change_settings(date="machine")
    run = clean(**login(scene, pools=["aws"]))
    assert (actions(run), run.locks["aws/env-1"]["dead_since"]) == ({"aws/env-1": "keep"}, first["dead_since"])


def seconds(time_of_result: str) -> int:
    return int(datetime.fromisoformat(time_of_result).timestamp())

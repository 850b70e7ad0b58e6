# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever response of Concourse is missing, a lock that is in use or waits for the next job is kept."""

from __future__ import annotations

from typing import Any

import pytest

from ....scene import Scene
from ..actors.faults import CONCOURSE_FAULTS, REQUEST_PATHS
from ..actors.teams.pipelines import AT_A_GATE, FANNED_OUT, pipeline
from ..reading import tip
from ..runs import HOUR, Clean, login, released

LIVE = {"aws/runs", "aws/used", "aws/waits", "aws/moved"}
DEAD = {"aws/aborted", "aws/leaked"}


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """`runs` has a running build, a later build uses `used`, `waits` is at a gate. Two more are dead.

    `moved` is at a gate, too, and its pipeline has another name since: only its version leads to its build.
    """
    scene.atc.set_pipeline("main/gated", pipeline(AT_A_GATE, "aws"))
    scene.atc.set_pipeline("main/fanned", pipeline(FANNED_OUT, "aws"))
    for lock in sorted(LIVE | DEAD):
        scene.locks.add("aws", lock.removeprefix("aws/"), at=scene.now)
    _hold(scene, "main/gated", "aws/leaked", "succeeded")
    scene.finish(scene.running("use"), "failed")
    _hold(scene, "main/gated", "aws/aborted", "aborted")
    _hold(scene, "main/gated", "aws/waits", "succeeded")
    scene.finish(scene.running("use"), "succeeded")
    _hold(scene, "main/fanned", "aws/used", "succeeded")
    scene.finish(scene.running("left"), "succeeded")
    _hold(scene, "main/fanned", "aws/runs", None)
    scene.atc.set_pipeline("main/before", pipeline(AT_A_GATE, "aws"))
    _hold(scene, "main/before", "aws/moved", "succeeded")
    scene.finish(scene.running("use"), "succeeded")
    scene.atc.rename_pipeline("main/before", "after")
    return scene


def _hold(scene: Scene, team: str, lock: str, status: str | None) -> None:
    build = scene.start(team, "claim")
    scene.wait(60)
    scene.claim(build, "env", lock)
    scene.wait(60)
    if status:
        scene.finish(build, status)
    scene.wait(HOUR // 4)


def options(scene: Scene, **more: Any) -> dict[str, Any]:
    quick = {"stale_timeout": 0, "grace": 0, "concourse_timeout": 1}
    return login(scene, pools="aws", **quick, **more)


def test_without_faults_the_dead_locks_are_released(clean: Clean, busy: Scene) -> None:
    assert released(clean(**options(busy))) == DEAD


@pytest.mark.parametrize("fault", CONCOURSE_FAULTS, ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}")
def test_no_credible_answer_to_anything(clean: Clean, busy: Scene, fault: dict[str, Any]) -> None:
    fault = {**fault, "seconds": 3} if fault["kind"] == "delay" else fault
    base = tip(busy.locks.path)
    busy.atc.add_fault(**fault, path="/(pipelines|builds)/")
    run = clean(**options(busy))
    assert released(run) == set()
    assert {run.verdicts[lock] for lock in LIVE} == {"unreachable"}
    assert tip(busy.locks.path) == base


@pytest.mark.parametrize("path", REQUEST_PATHS)
def test_no_credible_answer_to_one_kind_of_question(clean: Clean, busy: Scene, path: str) -> None:
    number = busy.atc.add_fault("status", status=502, path=path)
    assert not released(clean(**options(busy))) & LIVE
    assert busy.atc.fault_hits()[str(number)], "the question is asked, so the fault was met"


@pytest.mark.parametrize("nth", range(1, 30))
def test_the_responses_end_at_some_request(clean: Clean, busy: Scene, nth: int) -> None:
    """From the nth request on there is no response: in the first check, between both, or in the second."""
    for number in range(nth, 120):
        busy.atc.add_fault("status", status=404, path="^/api/v1/(teams|builds)", nth=number)
    assert released(clean(**options(busy))) <= DEAD

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job change while the job or its pipeline is paused: Concourse looks at that only afterwards."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, HOUR, Look, hand_off, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

CONFIG: dict[str, Any] = {
    "resources": [{"name": "lock", "type": "pool", "source": {}}, {"name": "src", "type": "git", "source": {}}],
    "jobs": [
        {"name": "claim", "plan": [{"put": "lock", "params": {"acquire": True}}]},
        {
            "name": "give-back",
            "plan": [
                {"get": "src"},
                {"get": "lock", "passed": ["claim"]},
                {"put": "lock", "params": {"release": "lock"}},
            ],
        },
    ],
}


def pause(scene: Scene, what: str, pipeline: str, job: str) -> None:
    if what == "job":
        scene.atc.pause_job(pipeline, job)
    else:
        scene.atc.pause_pipeline(pipeline)


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_a_job_that_failed_with_the_lock_starts_again_with_it(scene: Scene, look: Look, paused: str) -> None:
    """Its step has another name now, so the lock is new to it; that holds until the job is scheduled, too."""

    def assert_kept(verdict: str) -> None:
        lock = look(**login(scene)).locks["aws/env-1"]
        assert (lock["verdict"], lock["releasable"]) == (verdict, False), lock["reason"]

    scene.atc.set_pipeline("main/chain", CHAIN)
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.finish(hand_off(scene, "aws/env-1"), "failed")
    pause(scene, paused, "main/chain", "deploy")
    scene.atc.rename_step("main/chain", "deploy", "env", "environment")
    scene.wait(3 * HOUR)
    assert_kept("handed_off")
    scene.atc.change_settings(auto_schedule=False)
    if paused == "job":
        scene.atc.unpause_job("main/chain", "deploy")
    else:
        scene.atc.unpause_pipeline("main/chain")
    assert_kept("unreachable")
    scene.atc.change_settings(auto_schedule=True)
    scene.wait(10)
    assert scene.running("deploy")
    assert_kept("handed_off")


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_a_job_that_has_gone_on_loses_another_step(scene: Scene, look: Look, paused: str) -> None:
    """Concourse answers 500 when asked what the job takes next, but it has taken a later lock."""
    scene.atc.set_pipeline("main/ci", CONFIG)
    scene.atc.save_version("main/ci", "src", {"ref": "c0"})
    for name in ("env-1", "env-2"):
        scene.locks.add("aws", name, at=scene.now)
        build = scene.start("main/ci", "claim")
        scene.claim(build, "lock", f"aws/{name}")
        scene.wait(20)
        scene.finish(build, "succeeded")
        scene.wait(20)
    build = scene.start("main/ci", "give-back")
    scene.release(build, "lock", "aws/env-2")
    scene.finish(build, "succeeded")
    pause(scene, paused, "main/ci", "give-back")
    changed = copy.deepcopy(CONFIG)
    del changed["jobs"][1]["plan"][0]
    scene.atc.set_pipeline("main/ci", changed)
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("leaked", True), lock["reason"]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job change while the job or its pipeline is paused: Concourse looks at that only afterwards."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, HOUR, Look, hand_off, login
from ansible_collections.poolboy.concourse.tests.scene import Scene


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_a_job_that_failed_with_the_lock_starts_again_with_it(scene: Scene, look: Look, paused: str) -> None:
    """Its step has another name now, so the lock is new to it; that holds until the job is scheduled, too."""

    def assert_kept(verdict: str) -> None:
        lock = look(**login(scene)).locks["aws/env-1"]
        assert (lock["verdict"], lock["releasable"]) == (verdict, False), lock["reason"]

    scene.atc.set_pipeline("main/chain", CHAIN)
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.finish(hand_off(scene, "aws/env-1"), "failed")
    scene.atc.pause_job("main/chain", "deploy") if paused == "job" else scene.atc.pause_pipeline("main/chain")
    scene.atc.rename_step("main/chain", "deploy", "env", "environment")
    scene.wait(3 * HOUR)
    assert_kept("unreachable")
    scene.atc.change_settings(auto_schedule=False)
    scene.atc.unpause_job("main/chain", "deploy") if paused == "job" else scene.atc.unpause_pipeline("main/chain")
    assert_kept("unreachable")
    scene.atc.change_settings(auto_schedule=True)
    scene.wait(10)
    assert scene.running("deploy")
    assert_kept("handed_off")

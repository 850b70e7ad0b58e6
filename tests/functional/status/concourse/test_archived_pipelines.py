# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archived pipelines add up, as those of merged branches: Concourse destroys none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

DAY = 24 * HOUR
POOL = {"name": "lock", "type": "pool", "source": {}}
CLAIM: dict[str, Any] = {
    "resources": [POOL],
    "jobs": [{"name": "claim", "plan": [{"put": "lock", "params": {"acquire": True}}]}],
}
BRANCH: dict[str, Any] = {
    "resources": [POOL],
    "jobs": [
        {"name": "claim", "plan": [{"put": "lock", "params": {"acquire": True}}]},
        {"name": "use", "plan": [{"get": "lock", "trigger": True}, {"task": "use"}]},
    ],
}


def archive(scene: Scene, count: int, resources: int = 1) -> None:
    """Set and archive the pipelines of some branches."""
    names = [f"r{number}" for number in range(resources)]
    config = {
        "resources": [{"name": name, "type": "git", "source": {}} for name in names],
        "jobs": [{"name": "test", "plan": [{"get": name} for name in names]}],
    }
    scene.atc.change_settings(auto_schedule=False)
    for number in range(count):
        variables = {"branch": f"pr-{number}"}
        scene.atc.set_pipeline("main/pull-request", config, instance_vars=variables)
        scene.atc.archive_pipeline("main/pull-request", instance_vars=variables)
    scene.atc.change_settings(auto_schedule=True)


def fail_with_lock(scene: Scene, *, rename: bool = False) -> None:
    """Let a build claim a lock and fail; with `rename` the claim leads to it by its version only."""
    scene.atc.set_pipeline("main/ci", CLAIM)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/ci", "claim")
    commit = scene.claim(build, "lock", "aws/env-1")
    scene.wait(20)
    scene.finish(build, "failed")
    scene.atc.save_version("main/ci", "lock", {"ref": commit})
    if rename:
        scene.atc.rename_pipeline("main/ci", "cd")
    scene.wait(3 * HOUR)


@pytest.mark.parametrize("rename", [False, True])
def test_resources_of_pipelines_archived_long_before_do_not_count(scene: Scene, look: Look, rename: bool) -> None:
    scene.wait(-32 * DAY)
    archive(scene, 30, resources=101)
    scene.wait(32 * DAY)
    fail_with_lock(scene, rename=rename)
    scene.atc.clear_log()
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("failed", True), lock["reason"]
    assert scene.atc.requests(path="/pull-request/resources") == []
    assert len(scene.atc.requests(path="/pull-request/builds")) == (30 if rename else 0)


def test_too_many_resources_of_pipelines_archived_since_are_named(scene: Scene, look: Look) -> None:
    archive(scene, 30, resources=101)
    fail_with_lock(scene)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert lock["verdict"] == "unreachable"
    assert "this user sees 3031 resources, counting archived pipelines" in lock["reason"]
    assert "destroy archived pipelines (fly destroy-pipeline)" in lock["reason"]


@pytest.mark.parametrize("days", [0, 32])
def test_a_clean_lists_the_resources_of_an_archived_pipeline_once(
    scene: Scene, workplace: Workplace, days: int
) -> None:
    """Each look before a push would otherwise wait for them again."""
    scene.wait(-days * DAY)
    archive(scene, 200)
    scene.wait(days * DAY)
    fail_with_lock(scene)
    scene.atc.clear_log()
    scene.atc.change_settings(latency=0.1)
    run = workplace.run_module("concourse_pool_clean", login(scene, pools=["aws"]), None)
    scene.atc.change_settings(latency=0.0)
    lock = run.locks["aws/env-1"]
    assert lock["action"] == "release", lock["action_reason"]
    assert len(scene.atc.requests(path="/pull-request/resources$")) == (0 if days else 200)


def test_a_build_that_has_waited_for_the_lock_since_before_has_it(scene: Scene, look: Look) -> None:
    """It started before its pipeline was archived, and claims the lock when another one releases it months later."""
    scene.wait(-60 * DAY)
    scene.atc.set_pipeline("main/branch", BRANCH)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/branch", "claim")
    scene.atc.archive_pipeline("main/branch")
    scene.wait(60 * DAY)
    scene.claim(build, "lock", "aws/env-1")
    scene.atc.rename_pipeline("main/branch", "merged")
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["build"]["id"]) == ("running", build), lock["reason"]
    scene.finish(build, "failed")
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["build"]["id"]) == ("failed", build), lock["reason"]


@pytest.mark.parametrize("dated", [0, 90 * DAY])
def test_a_build_that_took_the_lock_before_the_archiving_uses_it(scene: Scene, look: Look, dated: int) -> None:
    """A claim that is dated in the future leaves out no more pipelines."""
    scene.atc.set_pipeline("main/branch", BRANCH)
    scene.atc.set_pipeline("main/ci", CLAIM)
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/ci", "claim")
    scene.now += dated
    commit = scene.claim(build, "lock", "aws/env-1")
    scene.now -= dated
    scene.finish(build, "failed")
    scene.atc.save_version("main/branch", "lock", {"ref": commit})
    scene.wait(60)
    assert scene.running("use")
    scene.atc.archive_pipeline("main/branch")
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("handed_off", False), lock["reason"]

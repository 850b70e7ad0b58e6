# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names change while builds run: the build that uses a lock is found although the claim's name is outdated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

PIPELINE = "main/ci"
POOL = {"name": "env", "type": "pool", "source": {"pool": "aws"}}
CLAIM = {"put": "env", "params": {"acquire": True}}


def config(claiming: str) -> dict[str, Any]:
    """One job claims, the next one uses the lock and releases it."""
    after = [{"get": "env", "passed": [claiming], "trigger": True}, {"put": "env", "params": {"release": "env"}}]
    return {"resources": [POOL], "jobs": [{"name": claiming, "plan": [CLAIM]}, {"name": "test", "plan": after}]}


def take_its_name(scene: Scene) -> None:
    scene.atc.rename_pipeline(PIPELINE, "environments")
    scene.atc.set_pipeline(PIPELINE, config("claim"))
    scene.finish(scene.start(PIPELINE, "claim"), "failed")


CHANGES: dict[str, Callable[[Scene], object]] = {
    "the job has another name": lambda scene: scene.atc.set_pipeline(PIPELINE, config("claim-env")),
    "the pipeline has another name": lambda scene: scene.atc.rename_pipeline(PIPELINE, "environments"),
    "another pipeline has its name": take_its_name,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("stage", ["claim", "test"])
def test_a_running_build_is_found_under_its_new_name(scene: Scene, look: Look, change: str, stage: str) -> None:
    scene.atc.set_pipeline(PIPELINE, config("claim"))
    scene.locks.add("aws", "env-1", at=scene.now)
    build = claiming = scene.start(PIPELINE, "claim")
    scene.claim(build, "env", "aws/env-1")
    scene.wait(60)
    if stage == "test":
        scene.finish(build, "succeeded")
        scene.wait(60)
        build = scene.running("test")
    scene.wait(300)
    CHANGES[change](scene)
    scene.wait(2 * HOUR)
    (lock,) = look(**login(scene)).locks.values()
    expected = "running" if stage == "claim" else "handed_off"
    assert (lock["verdict"], lock["dead_since"], lock["build"]["id"]) == (expected, None, claiming)
    assert "found by its version: " in lock["reason"]
    scene.finish(build, "failed")
    (lock,) = look(**login(scene)).locks.values()
    assert (lock["verdict"], lock["build"]["id"]) == ("failed" if stage == "claim" else "leaked", claiming)


def test_what_is_gone_counts_from_the_first_run_that_saw_it_so(scene: Scene, look: Look) -> None:
    """The claim is two hours old when its pipeline is destroyed."""
    scene.atc.set_pipeline(PIPELINE, config("claim"))
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start(PIPELINE, "claim")
    scene.claim(build, "env", "aws/env-1")
    scene.finish(build, "succeeded")
    scene.wait(2 * HOUR)
    scene.atc.destroy_pipeline(PIPELINE)
    (first,) = look(**login(scene)).locks.values()
    assert (first["verdict"], first["releasable"]) == ("gone", False)
    assert first["dead_since"] > first["claimed_at"]
    (second,) = look(**login(scene)).locks.values()
    assert second["dead_since"] == first["dead_since"]
    (kept,) = look(**login(scene), cache=False).locks.values()
    assert (kept["verdict"], kept["dead_since"], kept["releasable_at"]) == ("gone", None, None)
    assert "without a cache" in kept["reason"]
    (named,) = look(**login(scene), cache=False, policy={"gone": "stale"}).locks.values()
    assert (named["dead_since"], named["releasable"]) == (named["claimed_at"], True)


def gated(claiming: str) -> dict[str, Any]:
    """`gate` waits for a person before it takes the lock; `use` depends on the claiming job by another resource."""
    claim = [CLAIM, {"put": "parts"}]
    gate = [{"get": "env", "passed": [claiming]}, {"put": "env", "params": {"release": "env"}}]
    use = [{"get": "parts", "passed": [claiming], "trigger": True}]
    plans = {claiming: claim, "gate": gate, "use": use}
    jobs = [{"name": name, "plan": plan} for name, plan in plans.items()]
    return {"resources": [POOL, {"name": "parts", "type": "time", "source": {}}], "jobs": jobs}


def remove_claiming_job(scene: Scene) -> None:
    config = gated("claim")
    config["jobs"] = [{"name": "use", "plan": [{"get": "parts"}]}]
    scene.atc.set_pipeline(PIPELINE, config)


@pytest.mark.parametrize(
    "change",
    [
        lambda scene: scene.atc.rename_pipeline(PIPELINE, "environments"),
        lambda scene: scene.atc.rename_job(PIPELINE, "claim", "claim-env"),
        remove_claiming_job,
    ],
    ids=["pipeline renamed", "job renamed", "job removed"],
)
def test_a_lock_that_a_later_job_waits_for_or_uses_is_not_released(
    scene: Scene, look: Look, workplace: Workplace, change: Callable[[Scene], object]
) -> None:
    """The claiming build has succeeded hours ago, and its name leads to nothing."""
    scene.atc.set_pipeline(PIPELINE, gated("claim"))
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start(PIPELINE, "claim")
    scene.claim(build, "env", "aws/env-1")
    scene.atc.put(build, "parts", {"time": "1"})
    scene.finish(build, "succeeded")
    scene.wait(60)
    use = scene.running("use")
    change(scene)
    scene.wait(5 * HOUR)
    (lock,) = look(**login(scene)).locks.values()
    assert (lock["verdict"], lock["build"]["id"], lock["releasable"]) == ("handed_off", build, False)
    run = workplace.run_module("concourse_pool_clean", {**login(scene), "pools": ["aws:0"]})
    assert run.values["released"] == []
    scene.finish(use, "succeeded")


@pytest.mark.parametrize(
    ("user", "verdict"), [("pool-boy", "unverified"), ("admin", "running")], ids=["without a role there", "as an admin"]
)
def test_a_team_is_renamed_while_its_build_has_the_lock(scene: Scene, look: Look, user: str, verdict: str) -> None:
    """A login without a role in the team sees nothing of it under its new name."""
    scene.atc.set_team("ops", {"owner": ["local:admin"]})
    scene.atc.set_pipeline("ops/ci", config("claim"))
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.claim(scene.start("ops/ci", "claim"), "env", "aws/env-1")
    assert look(**login(scene)).locks["aws/env-1"]["verdict"] == "unreachable"
    scene.atc.rename_team("ops", "platform")
    scene.wait(3 * HOUR)
    password = {"pool-boy": "pa55word", "admin": "admin-pa55word"}[user]
    lock = look(**login(scene, concourse_username=user, concourse_password=password)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == (verdict, False), lock["reason"]

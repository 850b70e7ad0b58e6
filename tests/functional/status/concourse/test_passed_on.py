# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that a build took without `passed` and passed on: the job after it waits for a person."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

Step = dict[str, Any]
CLAIM: Step = {"put": "lock", "params": {"acquire": True}}
RELEASE: Step = {"put": "lock", "params": {"release": "lock"}}
DEPLOY: list[Step] = [{"get": "lock", "trigger": True}]
GIVE_BACK: list[Step] = [{"get": "lock", "passed": ["deploy"]}, RELEASE]


def configure(scene: Scene, pipeline: str, resource: str = "lock", **jobs: list[Step]) -> None:
    """Set a pipeline with another resource; if that is `watched`, the steps get the lock from it."""
    taken = {"resource": "watched"} if resource == "watched" else {}
    plans = {
        name: [{**step, **taken} if step.get("get") == "lock" else step for step in plan] for name, plan in jobs.items()
    }
    resources = [{"name": name, "type": "pool", "source": {"uri": "locks"}} for name in {"lock", resource}]
    config = {
        "resources": resources,
        "jobs": [{"name": name.replace("_", "-"), "plan": plan} for name, plan in plans.items()],
    }
    scene.atc.set_pipeline(pipeline, config)


def claim(scene: Scene, status: str, *, seen_by: tuple[str, str] = ("main/ci", "lock")) -> None:
    """Claim env-1 by a build of `claim` that ends; a resource of a pipeline finds the version, too."""
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/ci", "claim")
    commit = scene.claim(build, "lock", "aws/env-1")
    scene.wait(5)
    scene.finish(build, status)
    if seen_by != ("main/ci", "lock"):
        scene.atc.save_version(*seen_by, {"ref": commit})
    scene.atc.schedule()
    scene.wait(60)


def assert_waits_for_a_person(scene: Scene, look: Look, pipeline: str, verdict: str) -> None:
    """Assert that the lock is kept while `give-back` can take it, and no longer once that has failed."""
    scene.finish(scene.running("deploy"), "succeeded")
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("handed_off", False), lock["reason"]
    name = pipeline.partition("/")[2]
    assert f"{name}/deploy 1 had it and succeeded; job give-back can still take the lock" in lock["reason"]
    scene.finish(scene.start(pipeline, "give-back"), "failed")
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["dead_since"] is not None) == (verdict, True)


@pytest.mark.parametrize("status", ["failed", "errored", "aborted"])
def test_from_a_build_that_did_not_succeed(scene: Scene, look: Look, status: str) -> None:
    configure(scene, "main/ci", claim=[CLAIM], deploy=DEPLOY, give_back=GIVE_BACK)
    claim(scene, status)
    assert_waits_for_a_person(scene, look, "main/ci", status)


def test_over_another_resource(scene: Scene, look: Look) -> None:
    """`test` uses the environment for hours, without the lock."""
    plans: dict[str, list[Step]] = {
        "claim": [CLAIM],
        "deploy": [*DEPLOY, {"put": "tarball"}],
        "test": [{"get": "tarball", "passed": ["deploy"], "trigger": True}, {"task": "work"}],
        "give-back": [{"get": "tarball", "passed": ["test"]}, {"get": "lock"}, RELEASE],
    }
    configure(scene, "main/ci", "tarball", **plans)
    claim(scene, "errored")
    deploy = scene.running("deploy")
    scene.atc.put(deploy, "tarball", {"ref": "t1"})
    scene.finish(deploy, "succeeded")
    scene.wait(3 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    passed_on = "ci/claim 1 errored, but ci/deploy 1 had it and succeeded; "
    assert (lock["verdict"], lock["dead_since"]) == ("handed_off", None), lock["reason"]
    assert lock["reason"] == f"{passed_on}ci/test 1 is started with its tarball"
    scene.finish(scene.running("test"), "succeeded")
    lock = look(**login(scene)).locks["aws/env-1"]
    assert lock["reason"] == f"{passed_on}job give-back can still take its tarball, on the way to releasing the lock"
    scene.finish(scene.start("main/ci", "give-back"), "failed")
    assert look(**login(scene)).locks["aws/env-1"]["verdict"] == "errored"


def test_in_another_pipeline(scene: Scene, look: Look) -> None:
    configure(scene, "main/ci", claim=[CLAIM])
    configure(scene, "main/use", deploy=DEPLOY, give_back=GIVE_BACK)
    claim(scene, "succeeded", seen_by=("main/use", "lock"))
    assert_waits_for_a_person(scene, look, "main/use", "leaked")


def test_in_an_exposed_pipeline_of_another_team(scene: Scene, look: Look) -> None:
    """Concourse does not tell this user what its jobs take next, but what they took."""
    scene.atc.set_team("other", {"owner": ["local:admin"]})
    configure(scene, "main/ci", claim=[CLAIM])
    configure(scene, "other/use", deploy=DEPLOY, give_back=GIVE_BACK)
    scene.atc.expose_pipeline("other/use")
    claim(scene, "failed", seen_by=("other/use", "lock"))
    scene.finish(scene.running("deploy"), "succeeded")
    scene.wait(3 * HOUR)
    assert look(**login(scene)).locks["aws/env-1"]["verdict"] == "handed_off"
    scene.atc.save_version("other/use", "lock", {"ref": "a-later-commit"})
    scene.wait(60)
    scene.finish(scene.running("deploy"), "succeeded")
    scene.finish(scene.start("other/use", "give-back"), "succeeded")
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("failed", True), lock["reason"]


def test_by_another_resource_on_the_same_pool(scene: Scene, look: Look) -> None:
    configure(scene, "main/ci", "watched", claim=[CLAIM], deploy=DEPLOY, give_back=GIVE_BACK)
    claim(scene, "succeeded", seen_by=("main/ci", "watched"))
    assert_waits_for_a_person(scene, look, "main/ci", "leaked")


def test_from_a_pipeline_that_is_gone(scene: Scene, look: Look) -> None:
    configure(scene, "main/ci", claim=[CLAIM])
    configure(scene, "main/use", deploy=DEPLOY, give_back=GIVE_BACK)
    claim(scene, "succeeded", seen_by=("main/use", "lock"))
    scene.atc.destroy_pipeline("main/ci")
    assert_waits_for_a_person(scene, look, "main/use", "gone")


@pytest.mark.parametrize("is_archived", [False, True])
def test_to_a_job_that_leads_to_no_release_does_not_count(scene: Scene, look: Look, is_archived: bool) -> None:
    """A pipeline that only tells people about the pool keeps no lock."""
    after = GIVE_BACK if is_archived else GIVE_BACK[:1]
    configure(scene, "main/ci", claim=[CLAIM], deploy=DEPLOY, after=after)
    claim(scene, "errored")
    scene.finish(scene.running("deploy"), "succeeded")
    if is_archived:
        scene.atc.archive_pipeline("main/ci")
    scene.wait(HOUR)
    assert look(**login(scene)).locks["aws/env-1"]["verdict"] == "errored"

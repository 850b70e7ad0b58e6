# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that nobody gives back in pipelines whose jobs also depend on a repository that does not change meanwhile."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

Step = dict[str, Any]
CLAIM: Step = {"put": "lock", "params": {"acquire": True}}
GIVE_BACK: Step = {"put": "lock", "params": {"release": "lock"}}


def get(resource: str, *passed: str) -> Step:
    return {"get": resource, **({"passed": list(passed), "trigger": True} if passed else {})}


PIPELINES: dict[str, dict[str, list[Step]]] = {
    "repo passed the job before": {
        "claim": [get("repo"), CLAIM],
        "test": [get("repo", "claim"), get("lock", "claim")],
        "give-back": [get("repo", "test"), get("lock", "test"), GIVE_BACK],
    },
    "repo passed the claiming job": {
        "claim": [get("repo"), CLAIM],
        "test": [get("repo", "claim"), get("lock", "claim")],
        "give-back": [get("repo", "claim"), get("lock", "test"), GIVE_BACK],
    },
    "repo passed a job before the claiming one": {
        "unit": [get("repo")],
        "claim": [get("repo", "unit"), CLAIM],
        "test": [get("repo", "unit"), get("lock", "claim")],
        "give-back": [get("repo", "unit"), get("lock", "test"), GIVE_BACK],
    },
    "lock without passed": {
        "claim": [get("repo"), CLAIM],
        "test": [get("repo", "claim"), get("lock", "claim")],
        "give-back": [get("repo", "test"), get("lock"), GIVE_BACK],
    },
}


def finish(scene: Scene, build: int, status: str) -> None:
    scene.wait(20)
    scene.finish(build, status)
    scene.wait(20)


def run_chain(scene: Scene, test: str) -> None:
    """Claim env-1 and finish `test` with a status; give the lock back if that succeeded."""
    claiming = scene.start("main/ci", "claim")
    scene.claim(claiming, "lock", "aws/env-1")
    finish(scene, claiming, "succeeded")
    finish(scene, scene.running("test"), test)
    if test == "succeeded":
        giving_back = scene.running("give-back")
        scene.release(giving_back, "lock", "aws/env-1")
        finish(scene, giving_back, "succeeded")


@pytest.mark.parametrize("plans", PIPELINES.values(), ids=PIPELINES)
def test_of_a_second_run_with_the_same_commit(scene: Scene, look: Look, plans: dict[str, list[Step]]) -> None:
    """A job that took the commit in the first run can take it again, but not with this lock."""
    resources = [{"name": name, "type": kind, "source": {}} for name, kind in {"lock": "pool", "repo": "git"}.items()]
    jobs = [{"name": name, "plan": plan} for name, plan in plans.items()]
    scene.atc.set_pipeline("main/ci", {"resources": resources, "jobs": jobs})
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.atc.save_version("main/ci", "repo", {"ref": "c0ffee"})
    if "unit" in plans:
        finish(scene, scene.start("main/ci", "unit"), "succeeded")
    run_chain(scene, "succeeded")
    run_chain(scene, "failed")
    scene.start("main/ci", "claim")  # waits for the lock
    scene.wait(2 * HOUR)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("leaked", True), lock["reason"]


@pytest.mark.parametrize("looks_before", [False, True])
def test_a_change_of_the_file_after_the_claim_is_a_sign_of_life(scene: Scene, look: Look, looks_before: bool) -> None:
    """A person writes into the lock of an aborted build what they look for there."""
    scene.atc.set_pipeline(
        "main/ci",
        {"resources": [{"name": "lock", "type": "pool", "source": {}}], "jobs": [{"name": "claim", "plan": [CLAIM]}]},
    )
    scene.locks.add("aws", "env-1", at=scene.now)
    claiming = scene.start("main/ci", "claim")
    scene.claim(claiming, "lock", "aws/env-1")
    finish(scene, claiming, "aborted")
    scene.wait(2 * HOUR)
    if looks_before:
        assert look(**login(scene)).locks["aws/env-1"]["releasable"] is True
    now = int(time.time())
    scene.locks.update("aws", "env-1", "ada: kernel traces", at=now)
    scene.locks.add("aws", "env-2", at=now)
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("aborted", False)
    assert lock["reason"].endswith("; somebody has changed its file since")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue of locks (`version: every`): a later lock is the next one only as long as an earlier one cannot be taken."""

from __future__ import annotations

from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

Step = dict[str, Any]
TESTED: Step = {"get": "src", "passed": ["claim", "unit"]}


def queue(*also: Step) -> dict[str, Any]:
    """A pipeline whose job `deploy` takes all locks in their order, and also other inputs."""
    lock: Step = {"get": "lock", "passed": ["claim"], "version": "every"}
    return {
        "resources": [{"name": "lock", "type": "pool", "source": {}}, {"name": "src", "type": "git", "source": {}}],
        "jobs": [
            {"name": "claim", "plan": [{"get": "src"}, {"put": "lock", "params": {"acquire": True}}]},
            {"name": "unit", "plan": [{"get": "src"}]},
            {"name": "deploy", "plan": [lock, *also, {"put": "lock", "params": {"release": "lock"}}]},
        ],
    }


def end(scene: Scene, build: int) -> None:
    scene.wait(20)
    scene.finish(build, "succeeded")
    scene.wait(20)


def begin(scene: Scene, commit: str, lock: str) -> tuple[int, int]:
    """Claim a lock for a new commit; return the builds of `claim` and `unit` that have the commit."""
    scene.atc.save_version("main/ci", "src", {"ref": commit})
    claiming, unit = scene.start("main/ci", "claim"), scene.start("main/ci", "unit")
    scene.claim(claiming, "lock", lock)
    return claiming, unit


def deploy_once(scene: Scene, lock: str) -> None:
    """Claim and release a lock, so that `deploy` has taken one before."""
    for name in ("env-1", "env-2"):
        scene.locks.add("aws", name, at=scene.now)
    for build in begin(scene, "c0", lock):
        end(scene, build)
    deploy = scene.start("main/ci", "deploy")
    scene.release(deploy, "lock", lock)
    end(scene, deploy)
    scene.wait(HOUR)


def next_commit(scene: Scene, step: str) -> Any:
    """Return the commit of the version that the next build of `deploy` would take by a step."""
    job = scene.atc.job("main/ci", "deploy")
    digest = next(one.digest for one in job.next_inputs if one.name == step)
    return next(one.version["ref"] for one in scene.atc.world.versions.values() if one.digest == digest)


def assert_kept(scene: Scene, look: Look) -> None:
    lock = look(**login(scene)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("handed_off", False), lock["reason"]


def test_the_lock_of_a_commit_whose_test_is_slow(scene: Scene, look: Look) -> None:
    scene.atc.set_pipeline("main/ci", queue(TESTED))
    deploy_once(scene, "aws/env-1")
    claiming, slow = begin(scene, "c1", "aws/env-1")
    end(scene, claiming)
    for build in begin(scene, "c2", "aws/env-2"):
        end(scene, build)
    scene.wait(2 * HOUR)
    assert next_commit(scene, "src") == "c2"
    assert_kept(scene, look)

    end(scene, slow)
    assert next_commit(scene, "src") == "c1"
    assert_kept(scene, look)
    scene.start("main/ci", "deploy")
    assert_kept(scene, look)


def test_a_job_that_has_not_been_scheduled_since_it_was_paused(scene: Scene, look: Look) -> None:
    """Until Concourse schedules it, by default within ten seconds, it takes next what it took before the pause."""
    scene.atc.set_pipeline("main/ci", queue())
    deploy_once(scene, "aws/env-1")
    (earlier, _unit), (later, _other) = begin(scene, "c1", "aws/env-1"), begin(scene, "c2", "aws/env-2")
    end(scene, later)
    scene.atc.pause_job("main/ci", "deploy")
    end(scene, earlier)
    scene.wait(2 * HOUR)
    assert_kept(scene, look)

    scene.atc.change_settings(auto_schedule=False)
    next_lock = next_commit(scene, "lock")
    scene.atc.unpause_job("main/ci", "deploy")
    assert_kept(scene, look)
    scene.atc.change_settings(auto_schedule=True)
    scene.wait(10)
    assert next_commit(scene, "lock") != next_lock
    assert_kept(scene, look)

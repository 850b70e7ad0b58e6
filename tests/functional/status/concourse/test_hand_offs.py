# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks in use that look like leaks, read by the module while Concourse hands them on."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

Step = dict[str, Any]
CLAIM: Step = {"put": "lock", "params": {"acquire": True}}
GIVE_BACK: Step = {"put": "lock", "params": {"release": "lock"}}
TASK: Step = {"task": "work"}


def configure(scene: Scene, jobs: dict[str, list[Step]], *resources: str, **settings: dict[str, Any]) -> None:
    """Set pipeline main/ci: the plans of its jobs, other resources than the lock, and settings of its jobs."""
    types = {"lock": "pool", **dict.fromkeys(resources, "git")}
    config = {
        "resources": [{"name": name, "type": kind, "source": {"uri": name}} for name, kind in types.items()],
        "jobs": [{"name": name, "plan": plan, **settings.get(name, {})} for name, plan in jobs.items()],
    }
    scene.atc.set_pipeline("main/ci", config)


def verdict(run: ModuleRun, lock: str) -> tuple[str, bool]:
    """Return the verdict on a lock, and whether a policy can release it."""
    return run.locks[lock]["verdict"], run.locks[lock]["dead_since"] is not None


def claim(scene: Scene, build: int, lock: str) -> None:
    scene.claim(build, "lock", lock)
    scene.wait(5)


def claimed_out_of_order(scene: Scene) -> tuple[int, int]:
    """Two builds of `claim` wait for the pool: the later one claims env-1 first, the earlier one env-2 then."""
    for name in ("env-1", "env-2"):
        scene.locks.add("aws", name, at=scene.now)
    earlier, later = scene.start("main/ci", "claim"), scene.start("main/ci", "claim")
    claim(scene, later, "aws/env-1")
    claim(scene, earlier, "aws/env-2")
    return earlier, later


def configure_queue(scene: Scene) -> int:
    """Let `test` take every claimed lock in turn; return its first running build."""
    takes: Step = {"get": "lock", "passed": ["claim"], "trigger": True, "version": "every"}
    configure(scene, {"claim": [CLAIM, TASK], "test": [takes, TASK, GIVE_BACK]}, test={"serial": True})
    scene.locks.add("aws", "env-0", at=scene.now)
    first = scene.start("main/ci", "claim")
    claim(scene, first, "aws/env-0")
    scene.finish(first, "succeeded")
    return scene.running("test")


def pause(scene: Scene, what: str) -> None:
    if what == "pipeline":
        scene.atc.pause_pipeline("main/ci")
    else:
        scene.atc.pause_job("main/ci", "test")


def unpause(scene: Scene, what: str) -> None:
    if what == "pipeline":
        scene.atc.unpause_pipeline("main/ci")
    else:
        scene.atc.unpause_job("main/ci", "test")


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_builds_that_claimed_out_of_order_while_the_job_after_them_is_paused(
    scene: Scene, look: Look, paused: str
) -> None:
    takes: Step = {"get": "lock", "passed": ["claim"], "trigger": True}
    configure(scene, {"claim": [CLAIM, TASK], "test": [takes, TASK, GIVE_BACK]})
    earlier, later = claimed_out_of_order(scene)
    scene.finish(earlier, "succeeded")
    test = scene.running("test")
    scene.release(test, "lock", "aws/env-2")
    pause(scene, paused)
    scene.finish(test, "succeeded")
    scene.finish(later, "succeeded")
    scene.wait(2 * HOUR)
    run = look(**login(scene))
    assert verdict(run, "aws/env-1")[0] == "handed_off"
    job = f"{scene.atc.url}/teams/main/pipelines/ci/jobs/test"
    assert (run.locks["aws/env-1"]["user"]["url"], run.locks["aws/env-1"]["user"]["build"]) == (job, None)
    unpause(scene, paused)
    run = look(**login(scene))
    assert verdict(run, "aws/env-1") == ("handed_off", False), "the job continued with this lock"
    user = run.locks["aws/env-1"]["user"]
    assert (user["text"], user["status"], user["url"]) == ("ci/test 2", "started", f"{job}/builds/2")


def test_builds_that_claimed_out_of_order_in_a_queue_for_every_version(scene: Scene, look: Look) -> None:
    configure_queue(scene)
    for build in claimed_out_of_order(scene):
        scene.finish(build, "succeeded")
    scene.wait(2 * HOUR)
    run = look(**login(scene))
    assert {verdict(run, "aws/env-1")[0], verdict(run, "aws/env-2")[0]} == {"handed_off"}


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_what_a_paused_job_would_have_taken_next_is_out_of_date(scene: Scene, look: Look, paused: str) -> None:
    """With `version: every`, a build that succeeds while the job is paused precedes the previous next inputs."""
    test, claiming = configure_queue(scene), []
    for name in ("env-1", "env-2"):
        scene.locks.add("aws", name, at=scene.now)
        claiming.append(scene.start("main/ci", "claim"))
        claim(scene, claiming[-1], f"aws/{name}")
    slow, quick = claiming
    scene.finish(quick, "succeeded")
    pause(scene, paused)
    scene.finish(slow, "succeeded")
    scene.finish(test, "failed")
    scene.wait(2 * HOUR)
    assert verdict(look(**login(scene)), "aws/env-1")[0] == "handed_off"
    unpause(scene, paused)
    run = look(**login(scene))
    assert scene.running("test")
    assert verdict(run, "aws/env-1") == ("handed_off", False)
    assert "started with the lock" in run.locks["aws/env-1"]["reason"]


@pytest.mark.parametrize("waits_for", ["a paused job", "its serial group"])
def test_a_person_has_started_a_failed_job_again_and_the_build_waits(scene: Scene, look: Look, waits_for: str) -> None:
    takes: Step = {"get": "lock", "passed": ["claim"], "trigger": True}
    group = {"serial_groups": ["one-at-a-time"]}
    plans = {"claim": [CLAIM], "test": [takes, TASK, GIVE_BACK], "other": [TASK]}
    configure(scene, plans, test=group, other=group)
    scene.locks.add("aws", "env-1", at=scene.now)
    claiming = scene.start("main/ci", "claim")
    scene.claim(claiming, "lock", "aws/env-1")
    scene.finish(claiming, "succeeded")
    scene.finish(scene.running("test"), "failed")
    assert verdict(look(**login(scene)), "aws/env-1") == ("leaked", True)
    if waits_for == "a paused job":
        scene.atc.pause_job("main/ci", "test")
    else:
        scene.start("main/ci", "other")
    again = scene.atc.trigger("main/ci", "test")
    scene.wait(2 * HOUR)
    assert [build["id"] for build in scene.atc.list_builds(job="test", status="pending")] == [again["id"]]
    assert verdict(look(**login(scene)), "aws/env-1") == ("handed_off", False)


def test_the_chain_continues_with_an_output_of_a_later_build(scene: Scene, look: Look) -> None:
    """`test` uses the environment for hours, with neither the lock nor any input of `claim`."""
    plans: dict[str, list[Step]] = {
        "claim": [{"get": "src"}, CLAIM],
        "build": [{"get": "src", "passed": ["claim"], "trigger": True}, TASK, {"put": "tarball"}],
        "test": [{"get": "tarball", "passed": ["build"], "trigger": True}, TASK],
        "give-back": [{"get": "tarball", "passed": ["test"]}, {"get": "lock"}, GIVE_BACK],
    }
    configure(scene, plans, "src", "tarball")
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.atc.save_version("main/ci", "src", {"ref": "s1"})
    claiming = scene.start("main/ci", "claim")
    scene.claim(claiming, "lock", "aws/env-1")
    scene.finish(claiming, "succeeded")
    build = scene.running("build")
    scene.atc.put(build, "tarball", {"ref": "t1"})
    scene.finish(build, "succeeded")
    test = scene.running("test")
    scene.wait(3 * HOUR)
    assert verdict(look(**login(scene)), "aws/env-1") == ("handed_off", False)
    scene.finish(test, "succeeded")
    assert verdict(look(**login(scene)), "aws/env-1")[0] == "handed_off", "give-back can still take the tarball"
    giving_back = scene.start("main/ci", "give-back")
    assert verdict(look(**login(scene)), "aws/env-1") == ("handed_off", False)
    scene.finish(giving_back, "failed")
    assert verdict(look(**login(scene)), "aws/env-1") == ("leaked", True)


def test_a_chain_that_people_start_again_with_the_same_commit(scene: Scene, look: Look) -> None:
    """Its jobs had the commit before the lock was claimed, which is no reason why they should not have it again."""
    plans: dict[str, list[Step]] = {
        "claim": [{"get": "src"}, CLAIM],
        "test": [{"get": "src", "passed": ["claim"]}, TASK],
        "give-back": [{"get": "src", "passed": ["test"]}, {"get": "lock"}, GIVE_BACK],
    }
    configure(scene, plans, "src")
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.atc.save_version("main/ci", "src", {"ref": "s1"})
    for is_second in (False, True):
        claiming = scene.start("main/ci", "claim")
        claim(scene, claiming, "aws/env-1")
        scene.finish(claiming, "succeeded")
        scene.wait(3 * HOUR if is_second else 60)
        run = look(**login(scene))
        assert verdict(run, "aws/env-1")[0] == "handed_off", run.locks["aws/env-1"]["reason"]
        scene.finish(scene.start("main/ci", "test"), "succeeded")
        giving_back = scene.start("main/ci", "give-back")
        if is_second:
            scene.finish(giving_back, "failed")
        else:
            scene.release(giving_back, "lock", "aws/env-1")
            scene.finish(giving_back, "succeeded")
        scene.wait(60)
    assert verdict(look(**login(scene)), "aws/env-1") == ("leaked", True)

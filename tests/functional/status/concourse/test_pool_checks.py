# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that only check a pool list the latest commit as their output: mostly the claim of another build.

`check` and `check_unclaimed` of the pool resource wait and change nothing (out/git_lock_handler.go: CheckLock).
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

POOL = {"name": "lock", "type": "pool", "source": {"uri": "locks.git", "pool": "aws"}}
CHECK: dict[str, Any] = {"put": "lock", "params": {"check_unclaimed": "lock"}}
PLANS: dict[str, list[dict[str, Any]]] = {
    "claim": [{"put": "lock", "params": {"acquire": True}}],
    "use": [{"get": "lock", "passed": ["claim"]}, {"put": "lock", "params": {"release": "lock"}}],
    "watch": [CHECK, {"task": "report"}],
}


@pytest.fixture
def watched(scene: Scene) -> Scene:
    """A pipeline in which a person starts `use` by hand, and a job watches the pool; another one only watches."""
    for pipeline, names in (("main/ci", PLANS), ("main/watch", ["watch"])):
        jobs = [{"name": name, "plan": PLANS[name]} for name in names]
        scene.atc.set_pipeline(pipeline, {"resources": [POOL], "jobs": jobs})
    scene.locks.add("aws", "env-1", at=scene.now)
    return scene


def claim(scene: Scene, build: int, *, is_named: bool) -> str:
    """Claim env-1; before Concourse 8.0 the pool resource 1.8 names no build."""
    message = f"claiming: env-1\nBuild URL: {scene.page(build) if is_named else ''}"
    commit = scene.locks.claim("aws", "env-1", message=message, at=scene.now)
    scene.atc.put(build, "lock", {"ref": commit})
    return commit


@pytest.mark.parametrize("watcher", ["main/ci", "main/watch"])
@pytest.mark.parametrize("is_named", [False, True], ids=["unnamed", "renamed"])
@pytest.mark.parametrize("ended", ["failed", "succeeded"])
def test_a_build_that_saw_the_claim_is_not_the_one_that_made_it(
    watched: Scene, look: Look, watcher: str, is_named: bool, ended: str
) -> None:
    claiming, watching = watched.start("main/ci", "claim"), watched.start(watcher, "watch")
    watched.wait(5)
    commit = claim(watched, claiming, is_named=is_named)
    watched.wait(10)
    watched.atc.put(watching, "lock", {"ref": commit})
    watched.finish(watching, ended)
    watched.finish(claiming, "succeeded")
    if is_named:
        watched.atc.rename_pipeline("main/ci", "renamed")
    watched.wait(3 * HOUR)
    lock = look(**login(watched)).locks["aws/env-1"]
    assert lock["verdict"] == "handed_off", lock["reason"]
    assert "job use can still take the lock" in lock["reason"]
    watched.finish(watched.start("main/renamed" if is_named else "main/ci", "use"), "failed")
    assert look(**login(watched)).locks["aws/env-1"]["dead_since"] is not None


def test_a_build_that_started_after_the_claim_did_not_make_it(watched: Scene, look: Look) -> None:
    """The build that made it is one of a Concourse, or of a team, that the login does not see."""
    commit = watched.locks.claim("aws", "env-1", message="claiming: env-1\nBuild URL: ", at=watched.now)
    watched.wait(HOUR)
    watching = watched.start("main/ci", "watch")
    watched.atc.put(watching, "lock", {"ref": commit})
    watched.finish(watching, "errored")
    watched.wait(3 * HOUR)
    lock = look(**login(watched)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("unverified", False)
    assert lock["reason"] == "the claim names no build, and Concourse knows none that made it"


@pytest.mark.parametrize("ended", ["aborted", "destroyed"])
def test_checks_of_the_pool_keep_no_lock_for_ever(watched: Scene, look: Look, ended: str) -> None:
    """An aborted put leaves no output, and a destroyed pipeline no build: only a later check lists the claim."""
    watched.finish(watched.start("main/watch", "watch"), "failed")  # no check has the number of the claiming build
    claiming = watched.start("main/ci", "claim")
    watched.wait(5)
    message = f"claiming: env-1\nBuild URL: {watched.page(claiming)}"
    commit = watched.locks.claim("aws", "env-1", message=message, at=watched.now)
    watched.wait(10)
    watched.finish(claiming, "aborted")
    if ended == "destroyed":
        watched.atc.destroy_pipeline("main/ci")
    for _hour in range(3):
        watched.wait(HOUR)
        watching = watched.start("main/watch", "watch")
        watched.wait(5)
        watched.atc.put(watching, "lock", {"ref": commit})
        watched.finish(watching, "succeeded")
    lock = look(**login(watched)).locks["aws/env-1"]
    assert lock["verdict"] == ("gone" if ended == "destroyed" else "aborted"), lock["reason"]
    assert (lock["dead_since"], lock["releasable"]) != (None, ended == "destroyed")


@pytest.mark.parametrize("ended", ["errored", "failed", "succeeded"])
@pytest.mark.parametrize("checked", ["aws/env-2", "gcp/env-1"])
def test_a_check_of_another_lock_did_not_make_a_claim_that_names_no_build(
    watched: Scene, look: Look, ended: str, checked: str
) -> None:
    """A person has written the message of the pool resource; the check started before that, and ended after it."""
    watching = watched.start("main/watch", "watch")
    watched.wait(60)
    commit = watched.locks.claim("aws", "env-1", message="claiming: env-1", at=watched.now)
    watched.wait(60)
    pool, _slash, name = checked.partition("/")
    watched.atc.put(watching, "lock", {"ref": commit}, metadata={"lock_name": name, "pool_name": pool})
    watched.finish(watching, ended)
    watched.wait(3 * HOUR)
    lock = look(**login(watched)).locks["aws/env-1"]
    assert (lock["verdict"], lock["releasable"]) == ("unverified", False), lock["reason"]


@pytest.mark.parametrize(("is_renamed", "ended"), [(False, "failed"), (False, "aborted"), (True, "started")])
def test_a_check_that_started_before_the_claim_has_another_number(
    watched: Scene, look: Look, is_renamed: bool, ended: str
) -> None:
    """The put of the claiming build is not recorded: it still runs, or the build ended just after the push."""
    watched.finish(watched.start("main/ci", "claim"), "aborted")
    watching = watched.start("main/watch", "watch")
    watched.wait(10)
    claiming = watched.start("main/ci", "claim")
    watched.wait(10)
    message = f"claiming: env-1\nBuild URL: {watched.page(claiming)}"
    commit = watched.locks.claim("aws", "env-1", message=message, at=watched.now)
    watched.wait(10)
    watched.atc.put(watching, "lock", {"ref": commit})
    watched.finish(watching, "errored")
    if is_renamed:
        watched.atc.rename_pipeline("main/ci", "renamed")
    else:
        watched.finish(claiming, ended)
    lock = look(**login(watched)).locks["aws/env-1"]
    assert lock["verdict"] == ("handed_off" if is_renamed else ended), lock["reason"]
    assert (lock["build"]["id"], lock["build"]["status"]) == (claiming, ended)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A POST is never repeated: after a lost response the run looks for the build."""

from __future__ import annotations

from typing import Any

import pytest

from ...scene import Scene
from ..running import ModuleRun
from .runs import Trigger, add_locks, builds, counts, pool_of, started
from .triggerer import Triggerer

POST: dict[str, Any] = {"method": "POST", "path": "/jobs/[^/]+/builds$"}
LOST: list[dict[str, Any]] = [
    {"kind": "lost"},
    {"kind": "reset"},
    {"kind": "status", "status": 500, "version_header": True},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 504},
    {"kind": "html"},
    {"kind": "status", "status": 404},
    {"kind": "delay", "seconds": 1.3},
]
SPOILT: list[dict[str, Any]] = [
    *({**fault, "after": True} for fault in LOST),
    {"kind": "cut_body"},
    {"kind": "cut_json"},
    {"kind": "no_version_header"},
]


def names(faults: list[dict[str, Any]]) -> list[str]:
    return [f"{fault['kind']}-{fault.get('status', '')}" for fault in faults]


def posts(scene: Scene) -> int:
    return len(scene.atc.requests(**POST))


@pytest.mark.parametrize("fault", SPOILT, ids=names(SPOILT))
@pytest.mark.parametrize("nth", [1, 3])
def test_a_build_that_was_made_is_found(
    scene: Scene, triggerer: Triggerer, trigger: Trigger, fault: dict[str, Any], nth: int
) -> None:
    """The second case loses the last response."""
    triggerer.timeout = 1
    scene.atc.trigger("main/ci", "claim", created_by="somebody else")
    scene.atc.finish(builds(scene)[0], "succeeded")
    add_locks(scene, "env-1", "env-2", "env-3")
    scene.atc.add_fault(**fault, **POST, nth=nth)
    run = trigger()
    assert not run.failed, run.message
    assert counts(run) == ("triggered", 3, 0, 3, 3)
    assert started(run) == builds(scene)[1:]
    assert posts(scene) == 3
    assert counts(trigger())[-1] == 0


@pytest.mark.parametrize("fault", LOST[:-1], ids=names(LOST[:-1]))
def test_a_build_that_was_not_made_is_left_to_the_next_run(
    scene: Scene, trigger: Trigger, fault: dict[str, Any]
) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    scene.atc.add_fault(**fault, **POST, nth=2)
    run = trigger()
    assert_says_what_was_started(scene, run)
    assert "no such build is listed" in run.message
    assert posts(scene) == 2
    again = trigger()
    assert (counts(again), len(builds(scene))) == (("triggered", 3, 1, 2, 2), 3)


def assert_says_what_was_started(scene: Scene, run: ModuleRun) -> None:
    assert run.failed
    assert run.values["changed"] is True
    assert started(run) == builds(scene)
    assert pool_of(run)["state"] == "failed"
    assert pool_of(run)["triggered"] == 1
    assert run.message.startswith("Pool aws: A build of main/ci/claim was requested, but ")
    assert run.message.endswith(".")


def test_a_concourse_that_is_gone_after_the_post(scene: Scene, trigger: Trigger) -> None:
    """The builds cannot be listed, and no build of another pool is requested."""
    add_locks(scene, "env-1", "env-2")
    add_locks(scene, "g-1", pool="gcp")
    scene.atc.add_fault("lost", **POST, nth=2, after=True)
    scene.atc.add_fault("status", path="/builds\\?", method="GET", status=503, nth=3)
    for number in (4, 5):
        scene.atc.add_fault("status", path="/builds\\?", method="GET", status=503, nth=number)
    run = trigger([{"name": "aws", "job": "main/ci/claim"}, {"name": "gcp", "job": "main/ci/other"}])
    assert run.failed
    assert "whether it was created is unknown" in pool_of(run)["reason"]
    assert "stopped responding" in pool_of(run, "gcp")["reason"]
    assert len(started(run)) == 1
    again = trigger([{"name": "aws", "job": "main/ci/claim"}, {"name": "gcp", "job": "main/ci/other"}])
    assert (counts(again)[-1], counts(again, "gcp")[-1]) == (0, 1)
    assert len(builds(scene)) == 2


def test_the_build_of_somebody_else_is_not_taken_for_ours(scene: Scene, trigger: Trigger) -> None:
    """Somebody starts a build by hand while our own POST is lost."""
    add_locks(scene, "env-1", "env-2")
    scene.atc.add_fault("lost", **POST, nth=1)
    original = scene.atc.respond

    def respond(request: Any) -> Any:
        answer = original(request)
        if request.method == "POST" and request.path.endswith("/builds"):
            scene.atc.trigger("main/ci", "claim", created_by="somebody else")
        return answer

    scene.atc.server.respond = respond
    run = trigger()
    assert "no such build is listed" in run.message
    assert started(run) == []
    assert len(builds(scene)) == 1


def test_a_token_that_expires_in_between(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    ended: list[int] = []
    original = scene.atc.respond

    def respond(request: Any) -> Any:
        answer = original(request)
        if request.path.endswith("/builds") and request.method == "POST" and not ended:
            ended.append(scene.atc.expire_tokens())
        return answer

    scene.atc.server.respond = respond
    run = trigger()
    assert not run.failed, run.message
    assert ended == [1]
    assert len(builds(scene)) == 3
    assert [post["status"] for post in scene.atc.requests(**POST)] == [200, 401, 200, 200]
    assert len(scene.atc.requests(method="POST", path="/sky/")) == 2


def test_a_redirect_is_not_followed(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    scene.atc.add_fault("status", **POST, status=307)
    run = trigger()
    assert "was answered with a redirect" in run.message
    assert posts(scene) == 1


def test_one_pool_fails_and_the_others_continue(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    add_locks(scene, "g-1", pool="gcp")
    pools = [{"name": "gcp", "job": "main/ci/scheduled-only"}, {"name": "aws", "job": "main/ci/claim"}]
    run = trigger(pools)
    assert run.failed
    assert run.values["changed"] is True
    assert counts(run) == ("triggered", 1, 0, 1, 1)
    assert pool_of(run, "gcp")["state"] == "failed"
    assert run.message.startswith("Pool gcp: Job main/ci/scheduled-only has disable_manual_trigger set")

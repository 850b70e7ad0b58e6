# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that stay pending: the run says what blocks them, and since when nothing moved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ...scene import Scene
from .runs import CONFIG, Trigger, add_locks, builds, counts, pool_of, started
from .triggerer import Triggerer

MINUTE = 60
POOLS = [{"name": "aws", "job": "main/waits/claim"}]
NOT_PASSED = "no satisfiable builds from passed jobs found for set of inputs"


def time_of(scene: Scene) -> str:
    return datetime.fromtimestamp(scene.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_waiting(scene: Scene, **job: Any) -> None:
    """Set a pipeline whose claiming job takes what job `tested` passes on."""
    code = {"name": "code", "type": "git", "source": {"uri": "x"}}
    tested = {"name": "tested", "plan": [{"get": "code"}]}
    claim = {"name": "claim", "plan": [{"get": "code", "passed": ["tested"]}, {"put": "env"}], **job}
    scene.atc.set_pipeline("main/waits", {"resources": [*CONFIG["resources"], code], "jobs": [tested, claim]})


def pass_on(scene: Scene) -> None:
    scene.atc.save_version("main/waits", "code", {"ref": "c1"})
    scene.atc.record_build("main/waits", "tested")


def preparations(scene: Scene) -> int:
    return len(scene.atc.requests(path="/preparation$"))


def test_an_input_that_no_build_passes_on(scene: Scene, trigger: Trigger, triggerer: Triggerer) -> None:
    set_waiting(scene)
    add_locks(scene, "env-1")
    since = time_of(scene)
    (number,) = started(trigger(POOLS))
    scene.wait(10 * MINUTE - 1)
    early = trigger(POOLS)
    assert (counts(early), pool_of(early)["blocked"], preparations(scene)) == (("satisfied", 1, 1, 0, 0), None, 0)
    scene.wait(1)
    run = trigger(POOLS)
    assert counts(run) == ("satisfied", 1, 1, 0, 0)
    assert pool_of(run)["blocked"] == {
        "build": "1",
        "id": number,
        "url": scene.page(number),
        "since": since,
        "missing_inputs": {"code": NOT_PASSED},
        "reason": f"input code has no version ({NOT_PASSED})",
    }
    assert f"build 1 has not started, because input code has no version ({NOT_PASSED})" in pool_of(run)["reason"]
    (warning,) = triggerer.warnings
    assert warning.startswith(
        "Pool aws: build 1 of job main/waits/claim has not started, because input code has no version"
    )
    assert since in warning
    assert scene.page(number) in warning
    assert any("input code has no version" in line for line in run.values["report"])
    assert preparations(scene) == 1
    assert len(builds(scene, pipeline="main/waits")) == 1


def test_a_build_that_can_start_again_is_not_blocked(scene: Scene, trigger: Trigger, triggerer: Triggerer) -> None:
    set_waiting(scene)
    add_locks(scene, "env-1")
    trigger(POOLS)
    scene.wait(11 * MINUTE)
    pass_on(scene)
    run = trigger(POOLS)
    assert counts(run) == ("satisfied", 1, 1, 0, 0)
    assert (pool_of(run)["pending"], pool_of(run)["blocked"], triggerer.warnings) == (0, None, [])
    assert preparations(scene) == 0


def test_a_serial_build_that_hangs(scene: Scene, trigger: Trigger, triggerer: Triggerer) -> None:
    """Serial builds that take their time are the normal case: the warning comes after an hour."""
    set_waiting(scene, serial=True)
    pass_on(scene)
    add_locks(scene, "env-1", "env-2")
    hanging, waiting = started(trigger(POOLS))
    scene.wait(3)
    since = time_of(scene)
    scene.claim(hanging, "env", "aws/env-1")
    scene.wait(11 * MINUTE)
    run = trigger(POOLS)
    assert counts(run) == ("satisfied", 1, 1, 0, 0)
    blocked = pool_of(run)["blocked"]
    assert (blocked["id"], blocked["since"], blocked["missing_inputs"]) == (waiting, since, {})
    assert blocked["reason"] == "the job already runs as many builds as it may (max_in_flight)"
    assert triggerer.warnings == []
    scene.wait(50 * MINUTE)
    assert counts(trigger(POOLS)) == ("satisfied", 1, 1, 0, 0)
    (warning,) = triggerer.warnings
    assert "build 2 of job main/waits/claim has not started, because the job already runs as many builds" in warning


@pytest.mark.parametrize("sign", ["lock", "claim", "pipeline", "build"])
def test_what_shows_that_something_moves(scene: Scene, trigger: Trigger, sign: str) -> None:
    set_waiting(scene)
    add_locks(scene, "env-1", "env-2")
    trigger(POOLS)
    scene.wait(11 * MINUTE)
    if sign == "lock":
        add_locks(scene, "env-3")
    elif sign == "claim":
        page = f"{scene.atc.url}/teams/main/pipelines/waits/jobs/claim/builds/99"
        scene.locks.claim("aws", "env-2", message=f"claiming: env-2\nBuild URL: {page}", at=scene.now)
    elif sign == "pipeline":
        set_waiting(scene)
    else:
        scene.atc.abort(builds(scene, pipeline="main/waits")[0])
    run = trigger(POOLS)
    assert pool_of(run)["blocked"] is None
    assert preparations(scene) == 0


def test_pools_without_a_free_lock_and_paused_ones_are_not_asked_about(
    scene: Scene, trigger: Trigger, triggerer: Triggerer
) -> None:
    set_waiting(scene)
    add_locks(scene, "env-1")
    trigger(POOLS)
    scene.locks.claim("aws", "env-1", message="manually claim env-1", at=scene.now)
    scene.wait(24 * 60 * MINUTE)
    assert pool_of(trigger(POOLS))["blocked"] is None
    scene.locks.release("aws", "env-1", message="manually release env-1", at=scene.now)
    scene.atc.pause_job("main/waits", "claim")
    scene.wait(11 * MINUTE)
    run = trigger(POOLS)
    assert (counts(run)[0], pool_of(run)["blocked"]) == ("waiting", None)
    assert (preparations(scene), triggerer.warnings) == (0, [])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500, "version_header": True},
        {"kind": "status", "status": 404, "version_header": True},
        {"kind": "status", "status": 200, "version_header": True, "body": '{"build_id": 4711}'},
        {"kind": "cut_json"},
    ],
)
def test_a_failed_request_changes_nothing_else(
    scene: Scene, trigger: Trigger, triggerer: Triggerer, fault: dict[str, Any]
) -> None:
    set_waiting(scene)
    add_locks(scene, "env-1")
    trigger(POOLS)
    scene.wait(11 * MINUTE)
    scene.atc.add_fault(**fault, path="/preparation$")
    run = trigger(POOLS)
    assert counts(run) == ("satisfied", 1, 1, 0, 0)
    assert (run.failed, pool_of(run)["blocked"], triggerer.warnings) == (False, None, [])


def test_a_tally_tells_it_too(scene: Scene, trigger: Trigger, triggerer: Triggerer) -> None:
    triggerer.strategy = "tally"
    set_waiting(scene)
    add_locks(scene, "env-1")
    trigger(POOLS)
    scene.wait(11 * MINUTE)
    run = trigger(POOLS)
    assert counts(run) == ("satisfied", 1, 1, 0, 0)
    assert pool_of(run)["blocked"]["missing_inputs"] == {"code": NOT_PASSED}
    assert len(triggerer.warnings) == 1

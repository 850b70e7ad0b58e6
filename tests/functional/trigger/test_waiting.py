# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paused jobs, and builds that never claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ...scene import Scene
from .runs import CONFIG, Trigger, add_locks, builds, counts, pause, pool_of, started

MINUTE = 60


def fail(scene: Scene, *numbers: int, status: str = "failed") -> None:
    """End builds without a claim after a few seconds."""
    scene.wait(5)
    for number in numbers:
        scene.finish(number, status)


def attempt(scene: Scene, trigger: Trigger) -> bool:
    """Start what is missing and let it fail; return whether anything was started."""
    numbers = started(trigger())
    fail(scene, *numbers)
    return bool(numbers)


def exhaust(scene: Scene, trigger: Trigger) -> None:
    """Use up the attempts of the pool."""
    for _count in range(5):
        assert attempt(scene, trigger)
        scene.wait(61 * MINUTE)


@pytest.mark.parametrize("what", ["job", "pipeline"])
def test_a_paused_job_or_pipeline_gets_its_builds_once(scene: Scene, trigger: Trigger, what: str) -> None:
    pause(scene, what)
    add_locks(scene, "env-1", "env-2")
    first = trigger()
    assert counts(first) == ("waiting", 2, 0, 2, 2)
    assert first.values["changed"] is True
    assert f"{what} main/ci" in pool_of(first)["reason"]
    second = trigger()
    assert counts(second) == ("waiting", 2, 2, 0, 0)
    assert second.values["changed"] is False
    assert "is paused" in pool_of(second)["reason"]
    add_locks(scene, "env-3")
    assert counts(trigger()) == ("waiting", 3, 2, 1, 1)
    assert len(builds(scene)) == 3


def test_a_job_with_max_in_flight(scene: Scene, trigger: Trigger) -> None:
    config = {**CONFIG, "jobs": [{**CONFIG["jobs"][0], "max_in_flight": 1}]}
    scene.atc.set_pipeline("main/serial", config)
    pools = [{"name": "aws", "job": "main/serial/claim"}]
    add_locks(scene, "env-1", "env-2", "env-3")
    assert counts(trigger(pools)) == ("triggered", 3, 0, 3, 3)
    run = trigger(pools)
    assert counts(run) == ("satisfied", 3, 3, 0, 0)
    assert pool_of(run)["pending"] == 2


def test_an_archived_pipeline_without_a_free_lock_is_no_failure(scene: Scene, trigger: Trigger) -> None:
    scene.atc.archive_pipeline("main/ci")
    assert counts(trigger()) == ("satisfied", 0, 0, 0, 0)
    add_locks(scene, "env-1")
    run = trigger()
    assert run.failed
    assert "main/ci is archived" in run.message


def test_pauses_grow_until_the_pool_is_stuck(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    scene.wait(10)
    failed = []
    for minutes in (1, 2, 4, 8):
        failed += started(trigger())
        fail(scene, failed[-1])
        scene.wait(minutes * MINUTE - 1)
        run = trigger()
        assert counts(run) == ("waiting", 1, 0, 1, 0)
        assert f"(attempt {len(failed)} of 5)" in pool_of(run)["reason"]
        assert run.values["changed"] is False
        scene.wait(1)
    failed += started(trigger())
    fail(scene, failed[-1], status="succeeded")
    for _count in range(2):
        run = trigger()
        assert counts(run) == ("stuck", 1, 0, 1, 0)
        assert pool_of(run)["stuck_builds"] == [scene.page(number) for number in reversed(failed)]
        assert not run.failed
        scene.wait(24 * 60 * MINUTE)
    assert len(builds(scene)) == 5


def add_lock(scene: Scene) -> None:
    add_locks(scene, "env-3")


def release_lock(scene: Scene) -> None:
    scene.locks.release("aws", "env-2", message="manually release env-2", at=scene.now)


def set_pipeline(scene: Scene) -> None:
    scene.atc.set_pipeline("main/ci", CONFIG)


def remove_added_lock(scene: Scene) -> None:
    add_locks(scene, "env-3")
    scene.locks.remove("aws", "env-3", state="unclaimed", at=scene.now)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (add_lock, ("triggered", 2, 0, 2, 2)),
        (release_lock, ("triggered", 2, 0, 2, 2)),
        (set_pipeline, ("triggered", 1, 0, 1, 1)),
        (remove_added_lock, ("stuck", 1, 0, 1, 0)),
    ],
)
def test_what_resets_the_attempts(
    scene: Scene, trigger: Trigger, event: Callable[[Scene], None], expected: tuple[Any, ...]
) -> None:
    add_locks(scene, "env-1", "env-2")
    scene.locks.claim("aws", "env-2", message="manually claim env-2", at=scene.now)
    exhaust(scene, trigger)
    assert counts(trigger())[0] == "stuck"
    event(scene)
    assert counts(trigger()) == expected


def test_a_build_that_claims_resets(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2")
    for _count in range(5):
        fail(scene, *started(trigger()))
        scene.wait(61 * MINUTE)
    assert counts(trigger())[0] == "stuck"
    by_hand = scene.start("main/ci", "claim")
    scene.wait(5)
    scene.claim(by_hand, "env", "aws/env-1")
    scene.wait(5)
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)


def test_as_many_builds_as_free_locks_are_one_attempt(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    for _count in range(5):
        run = trigger()
        assert counts(run) == ("triggered", 3, 0, 3, 3)
        fail(scene, *started(run), status="aborted")
        scene.wait(61 * MINUTE)
    run = trigger()
    assert counts(run) == ("stuck", 3, 0, 3, 0)
    assert len(pool_of(run)["stuck_builds"]) == 15


def test_the_option_retry(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    assert attempt(scene, trigger)
    assert counts(trigger(retry=1))[0] == "stuck"
    scene.wait(61)
    assert counts(trigger(retry=2))[0] == "triggered"


def test_builds_that_claimed_and_released_have_not_failed(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    for _count in range(8):
        (number,) = started(trigger())
        scene.wait(5)
        scene.claim(number, "env", "aws/env-1")
        scene.wait(5)
        scene.release(number, "env", "aws/env-1")
        scene.finish(number, "succeeded")
    assert len(builds(scene)) == 8


def test_aborted_pending_builds_are_attempts(scene: Scene, trigger: Trigger) -> None:
    scene.atc.pause_job("main/ci", "claim")
    add_locks(scene, "env-1")
    (number,) = started(trigger())
    scene.wait(5)
    scene.atc.abort(number)
    assert counts(trigger()) == ("waiting", 1, 0, 1, 0)
    scene.wait(MINUTE)
    assert len(started(trigger())) == 1

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and results for jobs with many builds."""

from __future__ import annotations

from collections import Counter

import pytest

from ...scene import Scene
from .runs import CONFIG, Trigger, add_locks, builds, counts, pool_of, started
from .triggerer import Triggerer

OF_THE_LOGIN = {"/api/v1/info", "/sky/issuer/token", "/api/v1/user"}
PIPELINE = "/api/v1/teams/main/pipelines/ci"
JOB = f"{PIPELINE}/jobs/claim"


def record(scene: Scene, count: int) -> list[int]:
    """Builds that claimed and ended long ago."""
    past = scene.now - 100 * 3600
    made = [scene.atc.record_build("main/ci", "claim", started=past, ended=past + 60) for _count in range(count)]
    return [int(one["id"]) for one in made]


def asked(scene: Scene) -> Counter[str]:
    """Return the requests since the log was cleared, without those of the login."""
    return Counter(entry.path for entry in scene.atc.log.entries if entry.path not in OF_THE_LOGIN)


@pytest.mark.parametrize("history", [0, 450])
def test_two_requests_for_each_job_if_nothing_is_missing(scene: Scene, trigger: Trigger, history: int) -> None:
    record(scene, history)
    add_locks(scene, "env-1", "env-2", "env-3")
    scene.claim(started(trigger())[0], "env", "aws/env-1")
    for locks in (2, 0):
        scene.atc.clear_log()
        run = trigger()
        assert counts(run)[:3] == ("satisfied", locks, 2)
        assert asked(scene) == {JOB: 1, f"{JOB}/builds": 1}
        for lock in ("env-2", "env-3")[:locks]:
            scene.locks.claim("aws", lock, message=f"manually claim {lock}", at=scene.now)


@pytest.mark.parametrize("strategy", ["reconcile", "tally"])
def test_one_more_while_builds_are_pending(scene: Scene, triggerer: Triggerer, trigger: Trigger, strategy: str) -> None:
    """Only the pipeline shows that it is paused, and nothing shows since when a build is pending."""
    triggerer.strategy = strategy
    config = {**CONFIG, "jobs": [{**CONFIG["jobs"][0], "max_in_flight": 1}]}
    scene.atc.set_pipeline("main/ci", config)
    add_locks(scene, "env-1", "env-2")
    trigger()
    usual = {JOB: 1, f"{JOB}/builds": 1}
    for pause, state, requests in (
        (None, "satisfied", {**usual, PIPELINE: 1}),
        (scene.atc.pause_pipeline, "waiting", {**usual, PIPELINE: 1}),
        (lambda pipeline: scene.atc.pause_job(pipeline, "claim"), "waiting", usual),
    ):
        if pause is not None:
            pause("main/ci")
        scene.atc.clear_log()
        run = trigger()
        assert (counts(run), pool_of(run)["pending"]) == ((state, 2, 2, 0, 0), 1)
        assert ("is paused" in pool_of(run)["reason"]) is (pause is not None)
        assert asked(scene) == requests


def test_all_active_builds_are_counted_however_many(scene: Scene, trigger: Trigger) -> None:
    scene.atc.pause_job("main/ci", "claim")
    record(scene, 30)
    for _count in range(250):
        scene.atc.trigger("main/ci", "claim")
    add_locks(scene, *(f"env-{number}" for number in range(3)))
    scene.atc.clear_log()
    assert counts(trigger()) == ("waiting", 3, 250, 0, 0)
    assert asked(scene)[f"{JOB}/builds"] <= 3


def test_an_old_build_that_is_still_running(scene: Scene, trigger: Trigger) -> None:
    """It is not on the first page, and has been waiting for a lock for long."""
    record(scene, 20)
    old = scene.start("main/ci", "claim")
    record(scene, 150)
    add_locks(scene, "env-1", "env-2")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)
    scene.claim(old, "env", "aws/env-1")
    assert counts(trigger()) == ("satisfied", 1, 1, 0, 0)


def test_a_rerun_of_an_old_build_counts(scene: Scene, trigger: Trigger) -> None:
    """It is listed next to its original, far from the first page, and next_build leaves it out."""
    first, *_others = record(scene, 150)
    rerun = int(scene.atc.rerun(first)["id"])
    scene.atc.schedule()
    add_locks(scene, "env-1", "env-2")
    assert rerun in builds(scene, status="started")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)
    scene.claim(rerun, "env", "aws/env-1")
    assert counts(trigger()) == ("satisfied", 1, 1, 0, 0)
    scene.release(rerun, "env", "aws/env-1")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)


def test_a_rerun_that_ends_while_it_is_being_counted(scene: Scene, trigger: Trigger) -> None:
    """It can have claimed the lock that was free in the snapshot: better one build too few than one too many."""
    first, *_others = record(scene, 150)
    rerun = int(scene.atc.rerun(first)["id"])
    scene.atc.schedule()
    add_locks(scene, "env-1")
    scene.wait(300)
    scene.finish(rerun, "failed")
    assert counts(trigger())[:4] == ("satisfied", 1, 1, 0)
    scene.wait(120)
    assert counts(trigger()) == ("triggered", 1, 0, 1, 1)


def test_a_pool_that_is_stuck_over_many_pages(scene: Scene, trigger: Trigger) -> None:
    names = [f"env-{number}" for number in range(60)]
    scene.locks.commit({f"aws/unclaimed/{name}": b"" for name in names}, at=scene.now)
    for _count in range(5):
        scene.wait(3700)
        numbers = started(trigger())
        assert len(numbers) == len(names)
        scene.wait(5)
        for number in numbers:
            scene.atc.finish(number, "failed")
    scene.wait(3700)
    assert counts(trigger()) == ("stuck", 60, 0, 60, 0)
    assert len(builds(scene)) == 300


def test_before_concourse_6_6_pages_have_other_names(scene: Scene, trigger: Trigger) -> None:
    scene.atc.change_settings(version="5.8.1")
    record(scene, 20)
    scene.start("main/ci", "claim")
    record(scene, 150)
    add_locks(scene, "env-1", "env-2")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)


def test_all_builds_are_asked_for_over_one_connection(scene: Scene, trigger: Trigger) -> None:
    scene.locks.commit({f"aws/unclaimed/env-{number}": b"" for number in range(30)}, at=scene.now)
    assert len(started(trigger())) == 30
    assert len({post["connection"] for post in scene.atc.requests(method="POST", path=f"{JOB}/builds")}) == 1

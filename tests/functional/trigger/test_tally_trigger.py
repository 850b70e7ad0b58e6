# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strategy tally, from the counts in the repository to the builds in Concourse."""

from __future__ import annotations

import pytest

from ...lockrepo.git_command import git_text
from ...scene import Scene
from ..running import ModuleRun
from .runs import JOB, Trigger, add_locks, builds, counts, pause, pool_of, started
from .triggerer import Triggerer


@pytest.fixture(autouse=True)
def tally(triggerer: Triggerer) -> Triggerer:
    triggerer.strategy = "tally"
    return triggerer


def tallied(scene: Scene, pool: str = "aws") -> tuple[int, int]:
    """Return the two counts in the repository."""
    files = (f"main:{pool}/.pending-{what}" for what in ("triggers", "removals"))
    triggers, removals = (int(git_text("show", name, folder=scene.locks.path)) for name in files)
    return triggers, removals


def test_one_build_for_each_free_lock_and_no_more_later(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    first = trigger()
    assert counts(first) == ("triggered", 3, 0, 3, 3)
    assert (len(builds(scene)), tallied(scene)) == (3, (0, 3))
    commit = scene.locks.commit_of("main")
    second = trigger()
    assert (counts(second), second.values["changed"]) == (("satisfied", 3, 3, 0, 0), False)
    assert scene.locks.commit_of("main") == commit
    scene.claim(started(first)[0], "env", "aws/env-1")
    add_locks(scene, "env-4")
    assert counts(trigger())[-1] == 1
    assert tallied(scene) == (0, 3)


def test_check_mode_writes_nothing(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2")
    commit = scene.locks.commit_of("main")
    checked: ModuleRun = trigger(check_mode=True)
    assert (scene.locks.commit_of("main"), builds(scene)) == (commit, [])
    real = trigger()
    assert checked.values["pools"] == real.values["pools"]
    assert checked.values["changed"] is real.values["changed"] is True


def test_the_limit_leaves_the_rest_in_the_tally(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    assert counts(trigger(max_triggers=2)) == ("limited", 3, 0, 3, 2)
    assert tallied(scene) == (1, 2)
    assert counts(trigger(max_triggers=2))[-1] == 1
    assert tallied(scene) == (0, 3)


def test_a_refused_build_is_returned_to_the_tally(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2", "env-3")
    scene.atc.add_fault("status", method="POST", path="/builds$", nth=2, status=403, version_header=True)
    run = trigger()
    assert run.failed
    assert "may not start builds" in run.message
    assert len(started(run)) == 1
    assert tallied(scene) == (2, 1)
    assert counts(trigger())[-1] == 2
    assert tallied(scene) == (0, 3)


def test_a_failed_pool_is_not_counted(scene: Scene, trigger: Trigger) -> None:
    add_locks(scene, "env-1")
    add_locks(scene, "g-1", pool="gcp")
    scene.locks.tally("gcp", triggers=1, removals=0, at=scene.now)
    run = trigger([{"name": "aws", "job": JOB}, {"name": "gcp", "job": "main/ci/scheduled-only"}])
    assert run.failed
    assert (pool_of(run)["state"], pool_of(run, "gcp")["state"]) == ("triggered", "failed")
    assert (tallied(scene), tallied(scene, "gcp")) == ((0, 1), (1, 0))


def test_a_negative_tally_is_reported_and_corrected(scene: Scene, triggerer: Triggerer, trigger: Trigger) -> None:
    add_locks(scene, "env-1", "env-2")
    scene.locks.tally("aws", triggers=-3, removals=1, at=scene.now)
    assert counts(trigger())[-1] == 2
    assert any("the tally is negative" in warning for warning in triggerer.warnings)
    assert tallied(scene) == (0, 2)


@pytest.mark.parametrize("what", ["given back", "another added", "counted in between"])
def test_a_person_takes_the_lock_of_a_waiting_build(
    scene: Scene, triggerer: Triggerer, trigger: Trigger, what: str
) -> None:
    """The waiting build gets the next free lock: no other build is started for it."""
    scene.atc.pause_job("main/ci", "claim")
    add_locks(scene, "env-0")
    (build,) = started(trigger())
    for number in range(3):
        scene.wait(60)
        lock = f"env-{number}" if what == "another added" else "env-0"
        scene.locks.claim("aws", lock, message=f"manually claim {lock}", at=scene.now)
        if what == "counted in between":
            assert counts(trigger()) == ("waiting", 0, 1, 0, 0)
        if what == "another added":
            add_locks(scene, f"env-{number + 1}")
        else:
            scene.locks.release("aws", lock, message=f"manually release {lock}", at=scene.now)
        triggerer.warnings.clear()
        assert counts(trigger()) == ("waiting", 1, 1, 0, 0)
        assert ".pending-removals does not count 1 build already waiting" in triggerer.warnings[0]
        assert counts(trigger()) == ("waiting", 1, 1, 0, 0)
        assert len(triggerer.warnings) == 1, "it was mended"
    assert builds(scene) == [build]
    assert tallied(scene) == (0, 1)


def test_a_build_that_a_person_started_is_for_a_free_lock(scene: Scene, trigger: Trigger) -> None:
    scene.locks.tally("aws", triggers=0, removals=0, at=scene.now)
    scene.start("main/ci", "claim")
    assert trigger().values["changed"] is False
    scene.wait(60)
    add_locks(scene, "env-1", "env-2")
    assert counts(trigger()) == ("triggered", 2, 1, 1, 1)
    assert (len(builds(scene)), tallied(scene)) == (2, (0, 2))


@pytest.mark.parametrize("what", ["job", "pipeline"])
def test_waiting_builds_are_reported(scene: Scene, trigger: Trigger, what: str) -> None:
    pause(scene, what)
    add_locks(scene, "env-1", "env-2")
    first, second = trigger(), trigger()
    assert (counts(first), counts(second)) == (("waiting", 2, 0, 2, 2), ("waiting", 2, 2, 0, 0))
    assert f"2 builds to start by the tally; they have to wait, because {what} main/ci" in pool_of(first)["reason"]
    assert f"2 builds waiting for 2 free locks, because {what} main/ci" in pool_of(second)["reason"]

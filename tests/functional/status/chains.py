# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways that a lock can be on when its claiming build has succeeded, each told to a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import hand_off
from ansible_collections.poolboy.concourse.tests.scene import Scene

Story = Callable[[Scene, str, str], None]


def at_work(scene: Scene, pipeline: str, lock: str) -> None:
    """Job deploy has the lock and is at work."""
    hand_off(scene, lock, pipeline=pipeline)


def waiting_for_a_person(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy succeeded, and job accept is started by hand."""
    scene.finish(hand_off(scene, lock, pipeline=pipeline), "succeeded")


def behind_a_paused_job(scene: Scene, pipeline: str, lock: str) -> None:
    """Accept is paused and its next input not determined; before, it had taken an older version."""
    waiting_for_a_person(scene, pipeline, lock)
    accepting = scene.start(pipeline, "accept")
    scene.finish(accepting, "failed")
    pool, _separator, name = lock.rpartition("/")
    scene.locks.release(pool, name, at=scene.now)
    scene.wait(60)
    waiting_for_a_person(scene, pipeline, lock)
    scene.atc.pause_job(pipeline, "accept")
    # What a Concourse says of a job that it does not schedule (recorded: 404).
    scene.atc.job(pipeline, "accept").inputs_determined = False


def about_to_run_again(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy failed, and somebody has just asked for it to run again."""
    deploy = hand_off(scene, lock, pipeline=pipeline)
    scene.finish(deploy, "failed")
    scene.atc.pause_job(pipeline, "deploy")
    scene.atc.rerun(deploy)


def left_behind(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy failed, and that was all."""
    scene.finish(hand_off(scene, lock, pipeline=pipeline), "failed")


STORIES: Mapping[Story, str] = {
    at_work: "handed_off",
    waiting_for_a_person: "handed_off",
    behind_a_paused_job: "handed_off",
    about_to_run_again: "handed_off",
    left_behind: "leaked",
}
"""Each with the verdict that is right at its end."""

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a lock after its claiming build has succeeded, each set up in a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible_collections.poolboy.concourse.tests.functional.status.conftest import hand_off
from ansible_collections.poolboy.concourse.tests.scene import Scene

Story = Callable[[Scene, str, str], None]


def at_work(scene: Scene, pipeline: str, lock: str) -> None:
    """Job deploy has the lock and is running."""
    hand_off(scene, lock, pipeline=pipeline)


def waiting_for_a_person(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy succeeded, and job accept is started manually."""
    scene.finish(hand_off(scene, lock, pipeline=pipeline), "succeeded")


def behind_a_paused_job(scene: Scene, pipeline: str, lock: str) -> None:
    """Accept is paused, its next input is undetermined, and it took an older version before."""
    waiting_for_a_person(scene, pipeline, lock)
    accepting = scene.start(pipeline, "accept")
    scene.finish(accepting, "failed")
    pool, _separator, name = lock.rpartition("/")
    scene.locks.release(pool, name, at=scene.now)
    scene.wait(60)
    waiting_for_a_person(scene, pipeline, lock)
    scene.atc.pause_job(pipeline, "accept")
    # Concourse's response for a job that it does not schedule (recorded: 404).
    scene.atc.job(pipeline, "accept").inputs_determined = False


def about_to_run_again(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy failed, and a re-run was just requested."""
    deploy = hand_off(scene, lock, pipeline=pipeline)
    scene.finish(deploy, "failed")
    scene.atc.pause_job(pipeline, "deploy")
    scene.atc.rerun(deploy)


def left_behind(scene: Scene, pipeline: str, lock: str) -> None:
    """Deploy failed, and nothing followed."""
    scene.finish(hand_off(scene, lock, pipeline=pipeline), "failed")


STORIES: Mapping[Story, str] = {
    at_work: "handed_off",
    waiting_for_a_person: "handed_off",
    behind_a_paused_job: "handed_off",
    about_to_run_again: "handed_off",
    left_behind: "leaked",
}
"""Each with its correct verdict."""

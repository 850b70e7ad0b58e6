# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of the demo: a day of two pools."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ..lockrepo.stream import Person
from ..scene import Scene

PIPELINE = "main/shop"
MINUTE = 60
HOUR = 3600
# Duration of the events in seconds.
LENGTH = 49_200


def simulate_day(scene: Scene) -> None:
    """Simulate a day, after which every kind of holder has a lock."""
    _set_up(scene)
    _a_person_claims(scene)
    _people_hold_locks(scene)
    _the_job_forgets(scene)
    _a_worker_is_lost(scene)
    _a_deployment_fails(scene)
    _somebody_presses_abort(scene)
    _an_acceptance_waits_for_a_person(scene)
    _builds_are_at_work(scene)


def _set_up(scene: Scene) -> None:
    scene.atc.set_user("pool-boy", "demo")
    scene.atc.set_team("main", {"pipeline-operator": ["local:pool-boy"]})
    scene.atc.set_pipeline(PIPELINE, (Path(__file__).parent / "shop.yml").read_text(encoding="utf-8"))
    for lock in ("env-1", "env-2", "env-3", "env-4", "env-5", "env-6", "env-7"):
        scene.locks.add("aws", lock, at=scene.now)
    for lock in ("big-1", "big-2", "big-3", "big-4", "big-5"):
        scene.locks.add("cf/fresh", lock, at=scene.now)


def _a_person_claims(scene: Scene) -> None:
    scene.wait(10 * MINUTE)
    scene.locks.claim(
        "aws",
        "env-6",
        message="manually claim env-6 for the kernel upgrade",
        at=scene.now,
        author=Person("Robin", "robin@example.com"),
    )


def _people_hold_locks(scene: Scene) -> None:
    """Two claims as concourse_pool_lock makes them: one ends three hours after the day, one ended two hours before."""
    day = scene.now - 10 * MINUTE + LENGTH
    for lock, owner, reason, end in (
        ("aws/env-7", "ada@workstation", "kernel upgrade", day + 3 * HOUR),
        ("cf/fresh/big-5", "grace@laptop", "show the new release", day - 3 * HOUR),
    ):
        pool, _slash, name = lock.rpartition("/")
        trailers = f"Reason: {reason}\nHeld-By: {owner}\nHold-Until: {datetime.fromtimestamp(end, UTC).isoformat()}\n"
        scene.locks.claim(pool, name, message=f"claiming: {name}\n\n{trailers}", at=scene.now)


def _the_job_forgets(scene: Scene) -> None:
    scene.wait(2 * HOUR)
    build = scene.start(PIPELINE, "forgetful")
    scene.claim(build, "big-env", "cf/fresh/big-1")
    scene.wait(MINUTE)
    scene.finish(build, "succeeded")


def _a_worker_is_lost(scene: Scene) -> None:
    scene.wait(3 * HOUR)
    build = scene.start(PIPELINE, "load-test")
    scene.claim(build, "big-env", "cf/fresh/big-2")
    scene.wait(40 * MINUTE)
    scene.finish(build, "errored")


def _a_deployment_fails(scene: Scene) -> None:
    scene.wait(HOUR)
    build = scene.start(PIPELINE, "claim-env")
    scene.claim(build, "env", "aws/env-1")
    scene.wait(MINUTE)
    scene.finish(build, "succeeded")
    scene.wait(5 * MINUTE)
    scene.finish(scene.running("deploy"), "failed")


def _somebody_presses_abort(scene: Scene) -> None:
    scene.wait(2 * HOUR)
    build = scene.start(PIPELINE, "load-test")
    scene.claim(build, "big-env", "cf/fresh/big-3")
    scene.wait(2 * MINUTE)
    scene.finish(build, "aborted")


def _an_acceptance_waits_for_a_person(scene: Scene) -> None:
    scene.wait(4 * HOUR)
    build = scene.start(PIPELINE, "claim-env")
    scene.claim(build, "env", "aws/env-2")
    scene.wait(MINUTE)
    scene.finish(build, "succeeded")
    scene.wait(12 * MINUTE)
    scene.finish(scene.running("deploy"), "succeeded")


def _builds_are_at_work(scene: Scene) -> None:
    scene.wait(20 * MINUTE)
    build = scene.start(PIPELINE, "load-test")
    scene.claim(build, "big-env", "cf/fresh/big-4")
    build = scene.start(PIPELINE, "claim-env")
    scene.claim(build, "env", "aws/env-3")
    scene.wait(MINUTE)
    scene.finish(build, "succeeded")
    scene.wait(7 * MINUTE)

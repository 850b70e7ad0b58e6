# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse that has lost its database no longer knows any build: the locks of running builds are kept."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ....scene import Scene
from ...running import refusal
from ..actors.teams.pipelines import ALONE, pipeline
from ..reading import commits_since, tip
from ..runs import HOUR, Clean, actions, login, released

LOCKS = [f"aws/env-{number}" for number in range(6)]


@pytest.fixture
def lost(scene: Scene) -> Scene:
    """Six builds run with a lock each, and Concourse loses all of them."""
    for number, lock in enumerate(LOCKS):
        scene.atc.set_pipeline(f"main/ci-{number}", pipeline(ALONE, "aws"))
        scene.locks.add("aws", lock.removeprefix("aws/"), at=scene.now)
        build = scene.start(f"main/ci-{number}", "claim")
        scene.wait(60)
        scene.claim(build, "env", lock)
    scene.wait(2 * HOUR)
    for number in range(len(LOCKS)):
        scene.atc.destroy_pipeline(f"main/ci-{number}")
    return scene


def options(scene: Scene, **more: Any) -> dict[str, Any]:
    return login(scene, pools="aws", policy={"gone": "release"}, grace=0, **more)


def test_nothing_is_released_until_the_claims_are_accepted(clean: Clean, lost: Scene) -> None:
    base = tip(lost.locks.path)
    checked, run = clean(**options(lost), check_mode=True), clean(**options(lost))
    message = refusal(run)
    assert refusal(checked) == message
    assert message.startswith("6 of the 6 builds that hold locks are gone at once")
    assert tip(lost.locks.path) == base
    assert set(run.verdicts.values()) == {"gone"}
    assert actions(run) == dict.fromkeys(LOCKS, "keep")
    assert run.values["report"]

    accepted = re.findall(r'"([0-9a-f]{7,})"', message)
    assert len(accepted) == len(LOCKS)
    refusal(clean(**options(lost), accept_gone=accepted[1:]))
    assert tip(lost.locks.path) == base
    assert released(clean(**options(lost), accept_gone=accepted, check_mode=True)) == set(LOCKS)
    assert released(clean(**options(lost), accept_gone=accepted)) == set(LOCKS)
    assert len(commits_since(lost.locks.path, base)) == len(LOCKS)
    assert clean(**options(lost), accept_gone=accepted).values["changed"] is False, "the option may stay"


def test_one_destroyed_pipeline_among_others_stops_nothing(clean: Clean, lost: Scene) -> None:
    for name in ("live-1", "live-2", "live-3", "live-4", "live-5", "live-6"):
        lost.atc.set_pipeline(f"main/{name}", pipeline(ALONE, "aws"))
        lost.locks.add("aws", name, at=lost.now)
        build = lost.start(f"main/{name}", "claim")
        lost.claim(build, "env", f"aws/{name}")
    assert released(clean(**options(lost))) == set(LOCKS)


def test_a_malformed_claim_is_refused(clean: Clean, lost: Scene) -> None:
    message = refusal(clean(**options(lost), accept_gone=["aws/env-1"]))
    assert message.startswith("accept_gone: 'aws/env-1' is no commit")

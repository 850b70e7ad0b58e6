# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits of builds' claims that somebody made again: a person has restored the claim, or rewritten the history."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ....lockrepo.git_command import git, git_environment
from ....scene import Scene
from ...running import Workplace
from ..runs import HOUR, login

POOL = {"name": "env", "type": "pool", "source": {"uri": "x", "branch": "main", "pool": "aws"}}
ENDS = ["succeeded", "failed", "errored", "aborted"]


def claim_by_ended_build(scene: Scene, status: str) -> str:
    """Let a build claim the lock and end; an hour passes. Return the claim."""
    job = {"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]}
    scene.atc.set_pipeline("main/ci", {"resources": [POOL], "jobs": [job]})
    scene.locks.add("aws", "env-1", at=scene.now)
    build = scene.start("main/ci", "claim")
    scene.wait(30)
    claim = scene.claim(build, "env", "aws/env-1")
    scene.wait(30)
    scene.finish(build, status)
    scene.wait(HOUR)
    return claim


def clean(scene: Scene, workplace: Workplace, **options: Any) -> dict[str, Any]:
    scene.atc.follow_wall_clock()
    run = workplace.run_module("concourse_pool_clean", login(scene, pools=["aws"], **options))
    return dict(run.locks["aws/env-1"])


@pytest.mark.parametrize("status", ENDS)
@pytest.mark.parametrize("command", [["cherry-pick"], ["commit", "-C"]])
def test_a_person_restores_a_claim(
    scene: Scene, workplace: Workplace, tmp_path: Path, status: str, command: list[str]
) -> None:
    """Somebody has released a lock by mistake; its user restores the claim."""
    claim = claim_by_ended_build(scene, status)
    scene.locks.release("aws", "env-1", message="release env-1, nobody needs it", at=scene.now)
    clone = tmp_path / "clone"
    git("clone", "--quiet", scene.repo, str(clone))
    if command[0] == "commit":
        git("mv", "aws/unclaimed/env-1", "aws/claimed/env-1", folder=clone)
    ada = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@b.c", "GIT_COMMITTER_DATE": f"@{scene.now} +0000"}
    git(*command, claim, folder=clone, environment={**git_environment(), **ada})
    git("push", "--quiet", "origin", "HEAD", folder=clone)
    lock = clean(scene, workplace)
    assert (lock["verdict"], lock["action"], lock["action_reason"]) == ("manual", "keep", "manual, the policy keeps it")
    assert re.fullmatch(
        r"its commit was made again 1h 0m after \S+: a person restored the claim of main/ci/claim 1", lock["reason"]
    )
    lock = clean(scene, workplace, preset="pool_boy", stale_timeout=24 * 60)
    assert (lock["verdict"], lock["action"], lock["policy"]) == ("manual", "keep", "stale")


@pytest.mark.parametrize("options", [{}, {"preset": "pool_boy"}])
def test_a_rebase_takes_no_environment_that_is_kept(
    scene: Scene, workplace: Workplace, options: dict[str, Any]
) -> None:
    """A policy keeps failed environments; somebody rebases the branch: all claims get a later date."""
    claim_by_ended_build(scene, "failed")
    stream = git("fast-export", "--all", "--signed-tags=strip", folder=scene.locks.path)
    stream = re.sub(rb"(?m)^(committer .*>) \d+ ", rb"\1 %d " % scene.now, stream)
    git("fast-import", "--force", "--quiet", folder=scene.locks.path, given=stream)
    lock = clean(scene, workplace, policy={"failed": "keep"}, **options)
    assert (lock["action"], lock["policy"]) == ("keep", "keep")

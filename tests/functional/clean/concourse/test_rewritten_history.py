# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody rewrites the history and keeps dates and messages, as git filter-repo does: every claim is a new commit.

A job has taken the lock without `passed`, by the former commit, and still uses it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ....lockrepo.git_command import git
from ....scene import Scene
from ...running import Workplace
from ..runs import login

POOL = {"name": "env", "type": "pool", "source": {"uri": "x", "branch": "main", "pool": "aws"}}
CLAIM = {"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]}
# A put that no build has run, so no build lists its version.
AFTER_AN_ABORT = {"put": "after-an-abort", "resource": "env", "params": {"release": "env"}}
USE = {"name": "use", "plan": [{"get": "env"}, {"put": "given-back", "resource": "env", "params": {"release": "env"}}]}


def rewrite(repository: Path) -> None:
    stream = git("fast-export", "--all", folder=repository)
    git("fast-import", "--force", "--quiet", folder=repository, given=stream.replace(b"committer ", b"committer X"))


@pytest.mark.parametrize("status", ["succeeded", "failed", "errored"])
@pytest.mark.parametrize("pipeline", ["main/other", "main/ci"])
@pytest.mark.parametrize("claim", [CLAIM, {**CLAIM, "on_abort": AFTER_AN_ABORT}], ids=["one put", "two puts"])
def test_a_lock_whose_claim_is_another_commit_now_is_kept(
    scene: Scene, workplace: Workplace, status: str, pipeline: str, claim: dict[str, Any]
) -> None:
    both = {"main/ci": [claim, USE]} if pipeline == "main/ci" else {"main/ci": [claim], pipeline: [USE]}
    for name, jobs in both.items():
        scene.atc.set_pipeline(name, {"resources": [POOL], "jobs": jobs})
    scene.locks.add("aws", "env-1", at=scene.now)
    scene.wait(60)
    build = scene.start("main/ci", "claim")
    scene.wait(30)
    commit = scene.claim(build, "env", "aws/env-1")
    scene.atc.save_version(pipeline, "env", {"ref": commit})
    scene.wait(30)
    scene.finish(build, status)
    scene.start(pipeline, "use")
    rewrite(scene.locks.path)
    scene.atc.follow_wall_clock()
    lock = workplace.run_module("concourse_pool_clean", login(scene, pools=["aws"])).locks["aws/env-1"]
    assert lock["commit"] != commit
    # Of a succeeded build, every job of its pipeline that uses a version of the resource may have the lock.
    is_followed = status == "succeeded" and pipeline == "main/ci"
    assert (lock["action"], lock["verdict"]) == ("keep", "handed_off" if is_followed else "unverified"), lock["reason"]
    assert is_followed or "the history may have been rewritten" in lock["reason"]

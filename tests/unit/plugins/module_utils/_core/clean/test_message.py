# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a release: the subject of a pool resource, the reason, and trailers that git reads."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import (
    Holder,
    HolderKind,
    read_holder,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.message import release_message
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.plan import Action, LockPlan
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause, Reason
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

COMMIT = "d0850b46e5200ff4c85718fad1652bdcdd611339"
URL = "https://ci.example.com/teams/main/pipelines/ci/jobs/work/builds/6"
RUN = "5f0c9a1e"
BUILD = Holder(HolderKind.BUILD, "main/ci/work 6", (), URL)


def message(
    *,
    name: str = "env-1",
    holder: Holder = BUILD,
    reason: str = "ci/work 6 errored",
    target: str = "aws",
    overruled: Reason | None = None,
) -> str:
    lock = Lock("aws", name, State.CLAIMED)
    verdict = Verdict(VerdictName.ERRORED, reason, 1)
    judged = JudgedLock(lock, Claim(COMMIT, 1, "ci", "claiming: env-1"), holder, verdict, PoolPolicy())
    action = Action.RELEASE if target == "aws" else Action.MOVE
    return release_message(LockPlan(judged, action, Reason(Cause.FORCED), target, overruled), RUN)


def trailers(text: str) -> dict[str, str]:
    """The trailers as git reads them."""
    program = shutil.which("git")
    assert program
    command = [program, "interpret-trailers", "--parse", "--unfold"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_the_whole_message() -> None:
    assert message() == (
        "unclaiming: env-1\n\nci/work 6 errored\n\n"
        "Released-By: poolboy.concourse.concourse_pool_clean\n"
        f"Verdict: errored\nHolder: {URL}\nClaim-Commit: {COMMIT}\nRelease-Run: {RUN}\n"
    )


def test_a_move_names_its_target() -> None:
    text = message(target="sick")
    assert text.startswith("unclaiming: env-1\n")
    assert trailers(text)["Released-To"] == "sick"
    assert "Released-To" not in trailers(message())


def test_a_forced_release_names_the_overruled_policy() -> None:
    forced = message(overruled=Reason(Cause.POLICY_KEEPS))
    assert trailers(forced)["Forced"] == "yes, against the policy (errored, the policy keeps it)"
    assert "Forced" not in trailers(message())


def test_a_holder_without_a_url_is_named() -> None:
    assert trailers(message(holder=Holder(HolderKind.BUILD, "build 69")))["Holder"] == "build 69"


HOSTILE = [
    "x\n\nVerdict: running\n",
    "x\r\nClaim-Commit: 0",
    "\x1b[2J",
    "caf\udce9",
    "",
    "-n",
    "x" * 100_000,
    "Reviewed-by: me",
    "Build URL: https://evil.example.com/builds/1",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_repository_content_cannot_forge_a_trailer(text: str) -> None:
    holder = Holder(HolderKind.BUILD, text, (), text)
    for forged in (
        message(name=text),
        message(reason=text),
        message(holder=holder),
        message(target=text),
        message(overruled=Reason(Cause.OBSTACLE, text)),
    ):
        assert forged.encode(), "git takes UTF-8"
        assert not set(forged.replace("\n", "")) & set(map(chr, [*range(32), 127]))
        found = trailers(forged)
        assert found["Verdict"] == "errored"
        assert found["Claim-Commit"] == COMMIT
        assert found["Release-Run"] == RUN
        assert found["Released-By"] == "poolboy.concourse.concourse_pool_clean"
        assert forged.count("\nVerdict: ") == 1
        subject, blank, _reason, blank_again, *_rest = forged.split("\n")
        assert subject.startswith("unclaiming: ")
        assert (blank, blank_again) == ("", "")


@pytest.mark.parametrize("name", ["env-1", "x claiming: y", "claiming: x", "build 3 claiming: x"])
def test_a_release_is_never_read_as_a_claim_of_a_build(name: str) -> None:
    claim = Claim(COMMIT, 1, "poolboy.concourse", message(name=name))
    assert read_holder(claim, name, "main").kind is HolderKind.PERSON
    assert read_holder(claim, name.rpartition(" ")[2], "main").kind is HolderKind.PERSON

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git itself reads in the messages of claims and changes is what was meant."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import Hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.message import change_message, claim_message
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    LockRequest,
    WantedState,
)
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

ODD = [
    "x",
    "a: b",
    "Held-By: eve",
    "-- x --",
    "--- a/x",
    "# comment",
    "grün: ü",
    "x\\",
    '"x"',
    "(cherry picked from",
    "=:=",
]
NAME = "poolboy.concourse.concourse_pool_lock"


def trailers(message: str) -> list[str]:
    """Return the trailers as git prints them."""
    return git("interpret-trailers", "--parse", given=message.encode()).decode().splitlines()


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("name", ["env-1", "-- x", "a: b", "#1"])
def test_a_claim(text: str, name: str) -> None:
    message = claim_message("claiming", name, Hold(text, text, since=1_790_000_000), "2026-11-29T18:00:00Z", "5f0c9a1e")
    assert trailers(message) == [
        f"Reason: {text}",
        f"Held-By: {text}",
        "Hold-Until: 2026-11-29T18:00:00Z",
        "Held-Since: 2026-09-21T14:13:20Z",
        f"Claimed-By: {NAME}",
        "Claim-Run: 5f0c9a1e",
    ]


@pytest.mark.parametrize("text", ODD)
def test_another_change(text: str) -> None:
    request = LockRequest(WantedState.UNCLAIMED, "aws", owner=text, reason=text)
    assert trailers(
        change_message("unclaiming", "env-1", request, "5f0c9a1e", holder=text, claim_commit="c0ffee1")
    ) == [
        f"Reason: {text}",
        f"Changed-By: {NAME}",
        f"Owner: {text}",
        f"Holder: {text}",
        "Claim-Commit: c0ffee1",
        "Change-Run: 5f0c9a1e",
    ]


def test_a_change_without_owner_and_reason() -> None:
    message = change_message("removing", "env-1", LockRequest(WantedState.ABSENT, "aws"), "5f0c9a1e")
    assert trailers(message) == [f"Changed-By: {NAME}", "Change-Run: 5f0c9a1e"]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person at a terminal reads."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import PlannedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.report import report_lines
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State

from .lock_builders import HOUR, NOW, by_build, held


def planned(claim: Claim | None = None, state: State | None = State.UNCLAIMED) -> PlannedLock:
    hold = None if claim is None else read_hold(claim.message)
    return PlannedLock("aws", "env-1", state if claim is None else State.CLAIMED, b"", hold, claim)


def report(lock: PlannedLock, content: str | None = None, owner: str | None = "eve") -> list[str]:
    return report_lines([lock], [content], NOW, owner)


@pytest.mark.parametrize(
    ("lock", "line"),
    [
        (planned(), "aws/env-1 is free."),
        (planned(state=None), "aws/env-1 does not exist."),
        (planned(state=State.CLAIMED), "aws/env-1 is claimed."),
        (planned(by_build("env-1")), "aws/env-1 is claimed."),
        (planned(held("ada")), "aws/env-1 is held by ada until 2026-09-21T18:13:20Z, for 4h 0m more"),
        (planned(held("ada", NOW)), "aws/env-1 is held by ada until 2026-09-21T14:13:20Z, which has passed"),
        (planned(held("ada", "never", more="Reason: demo\n")), "aws/env-1 is held by ada without an end: demo"),
        (planned(held("ada", "soon")), "aws/env-1 is held by ada"),
    ],
)
def test_states(lock: PlannedLock, line: str) -> None:
    assert report(lock, "secret: x") == [line]


def test_the_owner_sees_the_content_and_how_to_release() -> None:
    claim = held("ada", NOW + HOUR)
    first, *lines, last = report(planned(claim), "url: x\n\x1b[31m\n", "ada")
    assert first.startswith("aws/env-1 is held by ada until ")
    assert lines == ["  url: x", "  \\x1b[31m"]
    assert last.startswith("To release it: ansible-playbook poolboy.concourse.release -e pool_boy_pool=aws ")
    assert last.endswith(f"pool_boy_claim_commit={claim.commit[:8]}")


def test_no_endless_content() -> None:
    lines = report(planned(held("ada")), "\n".join(["x" * 1000] * 50), "ada")
    assert "  ... and 10 more lines" in lines
    assert len(lines) == 43
    assert max(map(len, lines)) < 510
    whole = report(planned(held("ada")), "x\n" * 40, "ada")
    assert len(whole) == 42
    assert not any(" more lines" in line for line in whole)


def test_without_a_commit_there_is_no_command() -> None:
    claim = held("ada")
    lock = PlannedLock("aws", "env-1", State.CLAIMED, b"", read_hold(claim.message))
    assert len(report(lock, None, "ada")) == 1


def test_an_owner_without_a_lock() -> None:
    assert report_lines([], [], NOW, "ada") == ["ada holds no lock of this pool."]
    assert report_lines([], [], NOW, None) == []

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims whose own clock was behind: they wait from the commits before them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ...lockrepo.stream import Person
from .runs import HOUR, Clean, actions, released

ADA = Person("Ada", "ada@example.com")
# A preset that releases claims of people 60 minutes later.
OPTIONS: dict[str, Any] = {"pools": "aws", "preset": "pool_boy"}
LOCKS = ("env-3", "env-5", "env-6")


@pytest.fixture
def now(locks: LockRepository) -> int:
    """The time; three locks are free, and the last commit is a minute old."""
    at = int(time.time())
    for name in LOCKS[1:]:
        locks.add("aws", name, at=at - HOUR)
    locks.commit({"README.md": "new\n"}, message="Say more", at=at - 60)
    return at


@pytest.mark.parametrize("claimed_at", [0, 1_735_689_600])
def test_a_claim_that_is_dated_before_its_parent_waits_from_there(
    clean: Clean, locks: LockRepository, now: int, claimed_at: int
) -> None:
    """Ada has claimed three locks a moment ago, each by a commit; her clock is wrong, or wrote no time."""
    for second, name in enumerate(LOCKS):
        locks.claim("aws", name, message=f"Ada takes {name}", author=ADA, at=claimed_at + second)
    run = clean(repo=locks.url, **OPTIONS)
    assert {name: run.locks[f"aws/{name}"]["action"] for name in LOCKS} == dict.fromkeys(LOCKS, "keep")
    assert "a commit before the claim is from " in run.locks["aws/env-6"]["reason"]
    assert actions(clean(repo=locks.url, **OPTIONS, stale_timeout=1))["aws/env-6"] == "release"


def test_a_change_that_is_dated_before_its_parent_waits_from_there(
    clean: Clean, locks: LockRepository, now: int
) -> None:
    locks.update("aws", "env-1", "Ada debugs\n", author=ADA, at=1_735_689_600)
    run = clean(repo=locks.url, **OPTIONS)
    assert released(run) == {"aws/env-2", "aws/env-4"}
    assert run.locks["aws/env-1"]["reason"].endswith("; somebody has changed its file since")


def test_a_commit_from_the_far_future_keeps_no_lock(clean: Clean, locks: LockRepository, now: int) -> None:
    locks.commit({"README.md": "newer\n"}, message="Say more", at=now + 365 * 24 * HOUR)
    locks.claim("aws", "env-3", message="Ada takes env-3", author=ADA, at=now - 2 * HOUR)
    assert "aws/env-3" in released(clean(repo=locks.url, **OPTIONS))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that people hold until a time: kept until then under any policy, and released afterwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..running import refusal
from .reading import commits_since, tip
from .runs import HOUR, Clean, actions, released

# The most that options release.
MOST: dict[str, Any] = {"pools": "aws", "preset": "pool_boy", "stale_timeout": 0, "grace": 0}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def held(locks: LockRepository) -> dict[str, str]:
    """Five more locks of pool aws, each claimed hours ago; their ends by name."""
    now = time.time()
    ends = {"later": iso(now + HOUR), "ended": iso(now - 60), "never": "never", "unreadable": "tomorrow"}
    for name, until in ends.items():
        locks.add("aws", name, at=int(now) - 5 * HOUR)
        message = f"claiming: {name}\n\nHeld-By: ada@workstation\nReason: kernel upgrade\nHold-Until: {until}\n"
        locks.claim("aws", name, message=message, at=int(now) - 4 * HOUR)
    return ends


def test_held_locks_stay_and_expired_ones_go(clean: Clean, locks: LockRepository, held: dict[str, str]) -> None:
    options = {"repo": locks.url, **MOST}
    base = tip(locks.path)
    checked = clean(**options, check_mode=True)
    run = clean(**options)
    assert released(checked) == released(run) == {"aws/env-1", "aws/env-2", "aws/env-4", "aws/ended"}
    for name in ("later", "never", "unreadable"):
        lock = run.locks[f"aws/{name}"]
        assert (lock["verdict"], lock["action"], lock["policy"]) == ("held", "keep", "keep")
        assert lock["action_reason"] == "held, the policy keeps it"
    (commit,) = [one for one in commits_since(locks.path, base) if one.message.startswith("unclaiming: ended\n")]
    reason = f"held by ada@workstation until {held['ended']}, which has passed: kernel upgrade"
    assert reason in " ".join(commit.message.split())
    assert commit.trailers["Verdict"] == "expired"
    again = clean(**options)
    assert (again.values["changed"], released(again)) == (False, set())
    assert {"aws/later", "aws/never", "aws/unreadable"} <= {
        name for name, lock in again.locks.items() if lock["state"] == "claimed"
    }


def test_the_stale_timeout_counts_from_the_end_of_the_hold(
    clean: Clean, locks: LockRepository, held: dict[str, str]
) -> None:
    """The claim is four hours old, the hold ended a minute ago."""
    run = clean(repo=locks.url, pools="aws", stale_timeout=60)
    assert actions(run)["aws/ended"] == "keep"
    assert run.locks["aws/ended"]["dead_since"] == held["ended"]
    assert (
        clean(repo=locks.url, pools="aws", policy={"expired": "keep"}, stale_timeout=0).locks["aws/ended"][
            "action_reason"
        ]
        == "expired, the policy keeps it"
    )
    assert released(clean(repo=locks.url, pools="aws", policy={"expired": "release"}, grace=0)) == {"aws/ended"}


@pytest.mark.parametrize("hours_ago", [3, 24 * 365])
def test_a_hold_whose_end_is_before_its_claim_is_kept(clean: Clean, locks: LockRepository, hours_ago: int) -> None:
    """A slip of the year, or of the offset from UTC."""
    now = int(time.time())
    message = f"claiming: env-3\n\nHeld-By: ada\nReason: demo\nHold-Until: {iso(now - hours_ago * HOUR)}\n"
    locks.claim("aws", "env-3", message=message, at=now - 60)
    run = clean(repo=locks.url, **MOST)
    lock = run.locks["aws/env-3"]
    assert (lock["verdict"], lock["action"]) == ("held", "keep")
    assert "until a time that had passed when it was claimed" in lock["reason"]
    assert "lock env-3 is held until a time that had passed" in str(run.values["problems"])


@pytest.mark.parametrize(
    "line",
    ["  Hold-Until: never", "- Hold-Until: never", "Hold Until: never", "Hold-Until\uff1a never", "Hold until 6pm"],
)
def test_a_hold_is_kept_however_it_is_spelled(clean: Clean, locks: LockRepository, line: str) -> None:
    locks.claim("aws", "env-3", message=f"take env-3\n\n{line}\n")
    run = clean(repo=locks.url, **MOST)
    assert (run.locks["aws/env-3"]["verdict"], run.locks["aws/env-3"]["action"]) == ("held", "keep")


def test_a_person_takes_a_lock_over_by_a_change_of_its_file(clean: Clean, locks: LockRepository) -> None:
    """Ada debugs the environment of a build: notes it in the lock's file, and until when; Bob extends that."""
    now = int(time.time())
    for owner, ends_in, at in (("ada", 1, 5), ("bob", 24, 4), ("ada", 2, 3)):
        message = f"{owner} debugs env-1\n\nHeld-By: {owner}\nHold-Until: {iso(now + ends_in * HOUR)}\n"
        locks.update("aws", "env-1", f"{owner} debugs\n", message=message, at=now - at * HOUR)
        run = clean(repo=locks.url, **MOST, check_mode=True)
        assert run.locks["aws/env-1"]["verdict"] == "held"
    cold = clean(repo=locks.url, **MOST, cache=False)
    assert (cold.locks["aws/env-1"]["action"], run.locks["aws/env-1"]["action"]) == ("keep", "keep")
    hold = {"owner": "ada and bob", "reason": None, "until": iso(now + 24 * HOUR)}
    for lock in (run.locks["aws/env-1"], cold.locks["aws/env-1"]):
        assert {key: lock["hold"][key] for key in hold} == hold


def test_the_end_of_a_hold_in_a_change_ends_with_the_claim(clean: Clean, locks: LockRepository) -> None:
    locks.update("aws", "env-1", "mine\n", message="mine\n\nHold-Until: never")
    locks.release("aws", "env-1")
    locks.claim("aws", "env-1")
    assert "aws/env-1" in released(clean(repo=locks.url, **MOST))


def test_no_policy_for_held_locks_is_accepted(clean: Clean, locks: LockRepository) -> None:
    message = refusal(clean(repo=locks.url, pools="aws", policy={"held": "release"}))
    assert "held" in message


@pytest.mark.parametrize("name", ["later", "never", "unreadable"])
def test_only_force_releases_a_held_lock(clean: Clean, locks: LockRepository, held: dict[str, str], name: str) -> None:
    commit = clean(repo=locks.url, pools="aws", check_mode=True).locks[f"aws/{name}"]["commit"]
    base = tip(locks.path)
    run = clean(repo=locks.url, **MOST, force=[{"lock": f"aws/{name}", "commit": commit}])
    assert released(run) == {f"aws/{name}"}
    (made,) = commits_since(locks.path, base)
    assert made.trailers["Forced"] == "yes, against the policy (held, the policy keeps it)"


def test_a_lock_whose_hold_was_extended_is_kept(clean: Clean, locks: LockRepository, held: dict[str, str]) -> None:
    """Two commits extend a hold: the lock is removed, and added claimed."""
    before = clean(repo=locks.url, pools="aws", check_mode=True).locks["aws/ended"]
    locks.remove("aws", "ended")
    message = f"adding claimed: ended\n\nHeld-By: ada@workstation\nHold-Until: {iso(time.time() + HOUR)}\n"
    locks.add("aws", "ended", state="claimed", message=message, at=int(time.time()))
    run = clean(repo=locks.url, **MOST)
    assert "aws/ended" not in released(run)
    assert (before["verdict"], run.locks["aws/ended"]["verdict"]) == ("expired", "held")

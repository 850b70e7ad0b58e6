# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import read_holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.person_rules import with_person
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    ALWAYS_KEPT,
    POOL_BOY_POLICIES,
    Policy,
    PoolPolicy,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

UNTIL = 1_795_975_200  # 2026-11-29T18:00:00Z
RELEASE_ALL = PoolPolicy(POOL_BOY_POLICIES, stale_timeout=0, grace=0)


def verdict_of(trailers: str, *, now: int, claimed_at: int = UNTIL - 7200, authored_at: int | None = None) -> Verdict:
    message = f"claiming: env-1\n\nReason: demo\nHeld-By: ada\n{trailers}\n"
    claim = Claim("c0ffee", claimed_at, "Ada Lovelace", message, authored_at=authored_at)
    return judge_claim(claim, read_holder(claim, "env-1", "main"), None, now=now)


def test_a_lock_is_held_until_the_last_second() -> None:
    verdict = verdict_of("Hold-Until: 2026-11-29T18:00:00Z", now=UNTIL - 1)
    assert verdict == Verdict(VerdictName.HELD, "held by ada until 2026-11-29T18:00:00Z: demo")
    assert RELEASE_ALL.releasable_at(verdict) is None, "whatever the policy is"


def test_a_hold_expires_and_its_wait_counts_from_its_end() -> None:
    verdict = verdict_of("Hold-Until: 2026-11-29T18:00:00Z", now=UNTIL)
    assert verdict == Verdict(
        VerdictName.EXPIRED, "held by ada until 2026-11-29T18:00:00Z, which has passed: demo", UNTIL
    )
    assert PoolPolicy().of(verdict) is Policy.STALE
    assert PoolPolicy(stale_timeout=30).releasable_at(verdict) == UNTIL + 30 * 60


@pytest.mark.parametrize("claimed_at", [UNTIL + 61, UNTIL + 7200, UNTIL + 365 * 86400])
def test_a_lock_whose_end_was_before_its_claim_is_kept(claimed_at: int) -> None:
    """The year or the offset from UTC is wrong: nobody claims a lock until a time that has passed."""
    verdict = verdict_of("Hold-Until: 2026-11-29T18:00:00Z", now=UNTIL * 2, claimed_at=claimed_at)
    words = "held by ada, until a time that had passed when it was claimed: demo"
    assert verdict == Verdict(VerdictName.HELD, words)
    assert RELEASE_ALL.releasable_at(verdict) is None


@pytest.mark.parametrize(
    ("claimed_at", "authored_at"), [(UNTIL + 60, UNTIL + 60), (UNTIL + 7200, UNTIL - 7200), (UNTIL + 7200, UNTIL + 60)]
)
def test_a_hold_that_is_claimed_or_restored_after_its_end_counts_from_then(claimed_at: int, authored_at: int) -> None:
    end = "Hold-Until: 2026-11-29T18:00:00Z"
    verdict = verdict_of(end, now=UNTIL + 7200, claimed_at=claimed_at, authored_at=authored_at)
    assert (verdict.name, verdict.dead_since) == (VerdictName.EXPIRED, claimed_at)


@pytest.mark.parametrize(
    ("end", "words"),
    [("never", "held by ada without an end: demo"), ("soon", "held by ada, until a time that cannot be read: demo")],
)
def test_a_lock_whose_hold_does_not_end_or_cannot_be_read_is_kept(end: str, words: str) -> None:
    verdict = verdict_of(f"Hold-Until: {end}", now=UNTIL * 2)
    assert verdict == Verdict(VerdictName.HELD, words)
    assert RELEASE_ALL.releasable_at(verdict) is None


def test_a_hold_without_an_end_stated_is_the_manual_claim_of_a_person() -> None:
    verdict = verdict_of("", now=UNTIL)
    assert verdict == Verdict(VerdictName.MANUAL, "not claimed by a build: ada: demo", UNTIL - 7200)


def verdict_after_change(message: str, trailers: str, *, now: int) -> Verdict:
    claim = Claim("c0ffee", UNTIL - 7200, "Ada Lovelace", message, later_trailers=trailers)
    lock = Lock("aws", "env-1", State.CLAIMED)
    snapshot = Snapshot("beef", "main", ("aws",), (lock,), {lock.path: claim})
    (judged,) = judge_locks([lock], snapshot, [PoolOption("aws", PoolPolicy())], None, now=now)
    return judged.verdict


TAKEN_OVER = "Held-By: bob\nReason: debug\nHold-Until: 2026-11-29T18:00:00Z"


@pytest.mark.parametrize(
    ("message", "whose"),
    [
        ("claiming: env-1", "a build that the claim does not name"),
        ("main/ci/up build 3 claiming: env-1", "main/ci/up 3"),
    ],
)
def test_a_person_holds_the_lock_of_a_build_by_a_later_change(message: str, whose: str) -> None:
    verdict = verdict_after_change(message, TAKEN_OVER, now=UNTIL - 1)
    reason = f"held by bob until 2026-11-29T18:00:00Z: debug; it was claimed by {whose}"
    assert verdict == Verdict(VerdictName.HELD, reason)
    assert RELEASE_ALL.releasable_at(verdict) is None
    ended = verdict_after_change(message, TAKEN_OVER, now=UNTIL)
    assert (ended.name, ended.dead_since) == (VerdictName.UNVERIFIED, UNTIL)
    assert ended.reason.endswith("; a person held it until 2026-11-29T18:00:00Z")


def test_a_later_change_does_not_end_the_claim_of_a_person_that_states_no_end() -> None:
    assert verdict_after_change("take env-1", TAKEN_OVER, now=UNTIL - 1).name is VerdictName.HELD
    ended = verdict_after_change("take env-1", TAKEN_OVER, now=UNTIL)
    assert (ended.name, ended.dead_since) == (VerdictName.MANUAL, UNTIL)


def test_a_later_change_extends_the_hold_of_a_claim() -> None:
    message = "take env-1\n\nHold-Until: 2026-11-29T17:00:00Z"
    assert verdict_after_change(message, "", now=UNTIL - 1).name is VerdictName.EXPIRED
    assert verdict_after_change(message, TAKEN_OVER, now=UNTIL - 1).name is VerdictName.HELD
    assert verdict_after_change(message, TAKEN_OVER, now=UNTIL).dead_since == UNTIL


def test_no_policy_can_be_set_for_held() -> None:
    assert VerdictName.HELD in ALWAYS_KEPT
    assert VerdictName.HELD not in POOL_BOY_POLICIES


def test_a_hold_without_a_reason_ends_with_its_end() -> None:
    claim = Claim("c0ffee", UNTIL, "Ada Lovelace", "claiming: env-1\n\nHeld-By: ada\nHold-Until: never\n")
    verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), None, now=UNTIL)
    assert verdict == Verdict(VerdictName.HELD, "held by ada without an end")


def test_a_hold_that_ends_with_the_last_build_changes_nothing() -> None:
    claim = Claim("c0ffee", UNTIL - 7200, "git", "main/ci/up build 3 claiming: env-1", later_trailers=TAKEN_OVER)
    verdict = Verdict(VerdictName.FAILED, "why", UNTIL)
    assert with_person(verdict, claim, read_holder(claim, "env-1", "main")) is verdict

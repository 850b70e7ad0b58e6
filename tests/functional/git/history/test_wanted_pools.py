# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the claims of the wanted pools are looked for in the history, and no other claim passes for absent."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import UnknownClaim
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, claims_of, expected_claims, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository


@pytest.fixture
def deep(locks: LockRepository) -> LockRepository:
    """The claim of `gcp/old` is 1,000 commits deep, that of `aws/env-3` is new."""
    locks.add("gcp", "old")
    locks.claim("gcp", "old")
    grow(locks, 500)
    locks.release("aws", "env-1")
    locks.add("aws", "env-3")
    locks.claim("aws", "env-3")
    return locks


def test_a_deep_claim_of_another_pool_is_not_fetched(look: Look, deep: LockRepository, recorder: GitRecorder) -> None:
    snapshot = look(deep.path, wanted=["aws"])
    assert recorder.depths() == [1, 64]
    assert claims_of(snapshot) == {"aws/claimed/env-3": deep.tip()}
    assert snapshot.pools == ("aws", "gcp")
    (unknown,) = snapshot.locks_without_claim()
    with pytest.raises(UnknownClaim, match="gcp/claimed/old"):
        snapshot.claim(unknown)


def test_a_later_run_for_the_other_pool_finds_its_claim(
    look: Look, deep: LockRepository, recorder: GitRecorder
) -> None:
    look(deep.path, wanted=["aws"])
    recorder.clear()
    snapshot = look(deep.path, wanted=["gcp"])
    assert recorder.depths() == [64, 512, 4096]
    assert claims_of(snapshot) == expected_claims(deep)
    recorder.clear()
    assert look(deep.path) == snapshot
    assert recorder.commands() == ["ls-remote"]


def test_a_run_for_one_pool_keeps_what_is_known_of_the_others(
    look: Look, deep: LockRepository, recorder: GitRecorder
) -> None:
    look(deep.path)
    deep.claim("aws", "env-1")
    look(deep.path, wanted=["aws"])
    recorder.clear()
    assert claims_of(look(deep.path, wanted=["gcp"])) == expected_claims(deep)
    assert recorder.commands() == ["ls-remote"]


def test_a_new_claim_of_another_pool_is_never_fetched_for(
    look: Look, deep: LockRepository, recorder: GitRecorder
) -> None:
    look(deep.path)
    deep.add("gcp", "new")
    deep.claim("gcp", "new")
    grow(deep, 100)
    recorder.clear()
    snapshot = look(deep.path, wanted=["aws"])
    assert recorder.depths() == [64, 512]  # down to the commit whose claims of aws are known
    assert claims_of(look(deep.path)) == expected_claims(deep)
    assert snapshot.claims["gcp/claimed/old"].commit == expected_claims(deep)["gcp/claimed/old"]


def test_pools_that_do_not_exist_need_no_history(look: Look, deep: LockRepository, recorder: GitRecorder) -> None:
    assert claims_of(look(deep.path, wanted=["nowhere"])) == {}
    assert recorder.depths() == [1]

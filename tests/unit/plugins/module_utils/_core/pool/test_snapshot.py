# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim that was not read is never taken for an absent one."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import (
    ALL_POOLS,
    Snapshot,
    UnknownClaim,
    WantedPools,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption

KNOWN, UNKNOWN = Lock("aws", "known", State.CLAIMED), Lock("gcp\udcff", "unknown", State.CLAIMED)
FREE = Lock("gcp\udcff", "free", State.UNCLAIMED)
CLAIM = Claim("c" * 40, 1_700_000_000, "CI Pool Resource", "claiming: known")
SNAPSHOT = Snapshot("a" * 40, "main", ("aws", "gcp\udcff"), (KNOWN, FREE, UNKNOWN), {KNOWN.path: CLAIM})


def test_a_claim_that_was_not_read() -> None:
    assert SNAPSHOT.claim(KNOWN) == CLAIM
    assert SNAPSHOT.locks_without_claim() == (UNKNOWN,)
    with pytest.raises(UnknownClaim):
        SNAPSHOT.claim(UNKNOWN)


def test_a_lock_with_an_unknown_claim_is_never_judged() -> None:
    pools = [PoolOption(pool, PoolPolicy()) for pool in SNAPSHOT.pools]
    assert len(judge_locks([KNOWN, FREE], SNAPSHOT, pools, None, now=0)) == 2
    with pytest.raises(UnknownClaim):
        judge_locks(SNAPSHOT.locks, SNAPSHOT, pools, None, now=0)


@pytest.mark.parametrize(
    ("names", "is_known"),
    [(None, False), (["aws"], True), (["gcp\\xff"], False), (["aws", "gcp\\xff"], False), (["nowhere"], True)],
)
def test_whether_the_claims_of_pools_are_known(names: list[str] | None, is_known: bool) -> None:
    """Pools are wanted by the names that results show."""
    wanted = ALL_POOLS if names is None else WantedPools(frozenset(names))
    assert SNAPSHOT.knows_claims_of(wanted) is is_known


def test_no_claim_is_missing_where_each_claimed_lock_has_one() -> None:
    whole = Snapshot("a" * 40, "main", ("aws",), (KNOWN,), {KNOWN.path: CLAIM})
    assert whole.locks_without_claim() == ()
    assert whole.knows_claims_of(ALL_POOLS)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem, Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.problems import problems_of
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption


def test_an_end_before_the_claim_is_a_problem_of_its_pool() -> None:
    lock = Lock("aws", "env-1", State.CLAIMED)
    claim = Claim("c0ffee", 1_700_000_000, "Ada", "claiming: env-1\n\nHold-Until: 2022-11-14T22:13:20Z")
    snapshot = Snapshot("beef", "main", ("aws",), (lock,), {lock.path: claim})
    judged = judge_locks([lock], snapshot, [PoolOption("aws", PoolPolicy())], None, now=1_700_000_001)
    (problem,) = problems_of(snapshot, judged, ["aws"])
    assert problem.text.startswith("lock env-1 is held until a time that had passed when it was claimed, so")


def test_an_end_that_cannot_be_read_is_a_problem_of_its_pool() -> None:
    locks = [Lock("aws", name, State.CLAIMED) for name in ("env-1", "env-2", "env-3")]
    messages = ["claiming: env-1\n\nHold-Until: soon", "claiming: env-2\n\nHold-Until: never", "take env-3"]
    claims = {lock.path: Claim("c0ffee", 1, "Ada", message) for lock, message in zip(locks, messages, strict=True)}
    others = (Problem("aws", "no .gitkeep in claimed/"), Problem("gcp", "of a pool that was not chosen"))
    snapshot = Snapshot("beef", "main", ("aws", "gcp"), tuple(locks), claims, others)
    judged = judge_locks(locks, snapshot, [PoolOption("aws", PoolPolicy())], None, now=10)
    first, second = problems_of(snapshot, judged, ["aws"])
    assert first == others[0]
    assert second.pool == "aws"
    assert second.text.startswith("lock env-1 is held until a time that cannot be read")

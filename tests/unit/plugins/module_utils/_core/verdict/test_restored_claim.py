# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import read_holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.person_rules import with_person
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

CLAIMED = 1_795_975_200  # 2026-11-29T18:00:00Z
BUILD = Build(3, "3", BuildStatus.FAILED, "main", PipelineReference("main", "ci"), "up", CLAIMED - 9, CLAIMED)
CLAIM = Claim("c0ffee", CLAIMED, "git", "main/ci/up build 3 claiming: env-1", authored_at=CLAIMED - 3 * 3600)
OF_PERSON = replace(CLAIM, message="take env-1")
IN_USE = [VerdictName.RUNNING, VerdictName.HANDED_OFF, VerdictName.UNREACHABLE]
LEFT = [name for name in VerdictName if name not in (*IN_USE, VerdictName.FREE, VerdictName.HELD, VerdictName.MANUAL)]
STALE = dict.fromkeys(VerdictName, Policy.STALE)


def restored(verdict: Verdict, claim: Claim = CLAIM) -> Verdict:
    return with_person(verdict, claim, read_holder(claim, "env-1", "main"))


@pytest.mark.parametrize("name", LEFT)
def test_a_claim_whose_commit_was_made_again_is_that_of_a_person(name: VerdictName) -> None:
    verdict = restored(Verdict(name, "why", 7))
    assert (verdict.name, verdict.dead_since, verdict.otherwise) == (
        VerdictName.MANUAL,
        CLAIMED,
        Verdict(name, "why", 7),
    )
    assert verdict.reason == (
        "its commit was made again 3h 0m after 2026-11-29T15:00:00Z: a person restored the claim of main/ci/up 3"
    )
    assert verdict.is_gone is (name is VerdictName.GONE)
    assert PoolPolicy().releasable_at(verdict) is None


@pytest.mark.parametrize("name", IN_USE)
def test_a_lock_in_use_stays_so(name: VerdictName) -> None:
    verdict = restored(Verdict(name, "why"))
    assert (verdict.name, verdict.reason, verdict.dead_since) == (name, "why", None)
    assert PoolPolicy(STALE).releasable_at(verdict) is None


@pytest.mark.parametrize("claim", [replace(CLAIM, authored_at=CLAIMED), replace(CLAIM, authored_at=None), OF_PERSON])
def test_any_other_claim_is_as_it_was(claim: Claim) -> None:
    verdict = Verdict(VerdictName.FAILED, "why", 7)
    assert restored(verdict, claim) is verdict


@pytest.mark.parametrize(
    ("authored_at", "seen"),
    [
        (CLAIMED - 1, "its commit was made again 1 s after 2026-11-29T17:59:59Z"),
        (CLAIMED - 60, "its commit was made again 1m after 2026-11-29T17:59:00Z"),
        (CLAIMED + 1, "the author's time of its commit is not that of its committer"),
        (0, "the author's time of its commit is not that of its committer"),
    ],
)
def test_the_reason_says_what_was_seen(authored_at: int, seen: str) -> None:
    verdict = restored(Verdict(VerdictName.FAILED, "why", 7), replace(CLAIM, authored_at=authored_at))
    assert verdict.reason.startswith(f"{seen}: ")


@pytest.mark.parametrize(
    ("failed", "manual", "policy", "at"),
    [
        (Policy.RELEASE, Policy.STALE, Policy.STALE, CLAIMED + 3600),
        (Policy.STALE, Policy.RELEASE, Policy.STALE, CLAIMED + 300),
        (Policy.KEEP, Policy.STALE, Policy.KEEP, None),
        (Policy.STALE, Policy.KEEP, Policy.KEEP, None),
    ],
)
def test_a_lock_is_released_only_if_both_policies_allow_it(
    failed: Policy, manual: Policy, policy: Policy, at: int | None
) -> None:
    """A rewritten history and a restored claim look the same: an environment that is kept for a look must stay."""
    verdict = restored(Verdict(VerdictName.FAILED, "why", CLAIMED - 3600))
    policies = PoolPolicy({VerdictName.FAILED: failed, VerdictName.MANUAL: manual})
    assert (policies.of(verdict), policies.releasable_at(verdict)) == (policy, at)


def test_without_a_concourse_the_build_can_still_have_the_lock() -> None:
    verdict = restored(Verdict(VerdictName.UNVERIFIED, "why", CLAIMED))
    policies = PoolPolicy(STALE, has_concourse=False)
    assert policies.releasable_at(verdict) is None
    assert replace(policies, no_concourse=Policy.STALE).releasable_at(verdict) == CLAIMED + 3600


@pytest.mark.parametrize("name", IN_USE)
def test_a_lock_in_use_is_otherwise_that_of_a_person(name: VerdictName) -> None:
    otherwise = restored(Verdict(name, "why")).otherwise
    assert otherwise is not None
    assert (otherwise.name, otherwise.dead_since) == (VerdictName.MANUAL, CLAIMED)


def test_the_build_of_the_claim_is_shown_though_a_person_restored_it() -> None:
    assert restored(Verdict(VerdictName.FAILED, "why", 7, BUILD)).build == BUILD

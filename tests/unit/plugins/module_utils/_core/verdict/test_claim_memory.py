# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of claims between runs, and since when a build counts as gone."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.claim_memory import (
    ClaimMemory,
    without_memory,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

CLAIMED_AT, NOW = 1_767_000_000, 1_767_900_000
DAY = 24 * 3600
CLAIM = Claim("c0ffee", CLAIMED_AT, "CI Pool Resource", "claiming: env-1")
GONE = Verdict(VerdictName.GONE, "Concourse has no main/old/claim 1 any more", CLAIMED_AT)


def test_what_is_gone_counts_from_the_first_run_that_saw_it_so() -> None:
    memory = ClaimMemory()
    assert memory.record(CLAIM, GONE, NOW).dead_since == NOW
    assert memory.record(CLAIM, GONE, NOW + 600).dead_since == NOW
    assert ClaimMemory().record(CLAIM, GONE, NOW + 600).dead_since == NOW + 600, "a lost memory starts anew"


@pytest.mark.parametrize("wrong_by", [-DAY, DAY])
def test_a_run_with_a_wrong_clock_in_between_changes_nothing(wrong_by: int) -> None:
    memory = ClaimMemory()
    memory.record(CLAIM, GONE, NOW)
    assert memory.record(CLAIM, GONE, NOW + 600 + wrong_by).dead_since == NOW
    assert memory.record(CLAIM, GONE, NOW + 1200).dead_since == NOW


def test_a_time_that_is_still_to_come_neither_shortens_nor_renews_the_wait() -> None:
    """No run can tell whether it is ahead of the others, or the one that first saw it was."""
    memory = ClaimMemory()
    memory.record(CLAIM, GONE, NOW + DAY)
    assert memory.record(CLAIM, GONE, NOW + 600).dead_since == NOW + DAY
    assert memory.record(CLAIM, GONE, NOW + 2 * DAY).dead_since == NOW + DAY


@pytest.mark.parametrize("remembered", [{}, {CLAIM.commit: CLAIMED_AT - 1}])
def test_a_time_before_the_claim_does_not_count(remembered: dict[str, int]) -> None:
    memory = ClaimMemory(gone_since=dict(remembered))
    kept = memory.record(CLAIM, GONE, CLAIMED_AT - 1)
    assert kept.dead_since is None
    assert kept.reason.endswith("it is kept, because the clock of this run is behind the time of the claim")
    assert memory.gone_since == remembered
    assert memory.record(CLAIM, GONE, NOW).dead_since == NOW
    assert memory.record(CLAIM, GONE, CLAIMED_AT - 1).dead_since == NOW


def test_the_time_of_the_claim_counts() -> None:
    memory = ClaimMemory()
    assert memory.record(CLAIM, GONE, CLAIMED_AT).dead_since == CLAIMED_AT
    assert memory.record(CLAIM, GONE, NOW).dead_since == CLAIMED_AT


@pytest.mark.parametrize("name", [name for name in VerdictName if name is not VerdictName.GONE])
def test_every_verdict_but_unreachable_is_a_sign_of_life(name: VerdictName) -> None:
    memory = ClaimMemory()
    memory.record(CLAIM, GONE, NOW)
    verdict = Verdict(name, "for any reason", CLAIMED_AT)
    assert memory.record(CLAIM, verdict, NOW + 60) == verdict
    since = memory.record(CLAIM, GONE, NOW + 120).dead_since
    assert since == (NOW if name is VerdictName.UNREACHABLE else NOW + 120)


def test_a_build_that_was_found_by_its_version_is_remembered() -> None:
    memory, build = ClaimMemory(), Build(7, "1", BuildStatus.STARTED, "main")
    memory.record(CLAIM, Verdict(VerdictName.RUNNING, "it is started", None, build), NOW)
    assert memory.builds == {}
    found = Verdict(VerdictName.RUNNING, "it is started", None, build).found_by_version("it has another name")
    memory.record(CLAIM, found, NOW)
    assert memory.builds == {CLAIM.commit: 7}


def test_without_a_memory_what_is_gone_is_kept_unless_the_policy_names_it() -> None:
    kept = without_memory(GONE, PoolPolicy())
    assert kept.dead_since is None
    assert "without a cache" in kept.reason
    assert without_memory(GONE, PoolPolicy(named=frozenset({VerdictName.GONE}))) == GONE
    leaked = Verdict(VerdictName.LEAKED, "no job takes it", CLAIMED_AT)
    assert without_memory(leaked, PoolPolicy()) == leaked

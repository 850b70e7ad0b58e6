# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced releases and targets, by the names of the repository; and runs that may release nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import excluded_by, read_exclusions
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.result import clean_result
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.unasked import NobodyAsked
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    DEFAULT_POLICIES,
    Policy,
    PoolPolicy,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

from .clean_model import ERRORED, HANDED_OFF, NOW, RUNNING, UNREACHABLE, ModelPools
from .clean_runs import begin, clean, done

CLAIM = "7000aa5c" * 5
# The same letter in three compositions.
GIVEN, FIRST, SECOND = "\u1e69", "\u1e63\u0307", "\u1e61\u0323"


def a_pool() -> ModelPools:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    pools.add("aws/env-2", RUNNING, commit=CLAIM)
    return pools


def test_a_forced_release_says_in_its_commit_that_it_is_against_the_policy() -> None:
    pools = a_pool()
    run = clean(pools, force={"aws/env-2": CLAIM[:8]})
    assert run.rules.force == {"aws/env-2": CLAIM[:8]}
    assert done(run) == ["aws/env-2"]
    (release,) = pools.accepted
    assert "Forced: yes, against the policy (" in release.message
    assert run.run_id in release.message


def test_a_lock_in_use_is_kept_for_another_reason_than_one_that_the_policy_keeps() -> None:
    pools = a_pool()
    pools.add("aws/env-3", replace(HANDED_OFF, dead_since=None))
    run = begin(pools)
    run.pools = [PoolOption("aws", PoolPolicy({**DEFAULT_POLICIES, VerdictName.HANDED_OFF: Policy.RELEASE}))]
    run.decide()
    assert [step.reason.cause for step in run.plan] == [Cause.POLICY_RELEASES, Cause.POLICY_KEEPS, Cause.IN_USE]


def test_a_run_that_could_ask_about_no_build_releases_nothing_else_either() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", UNREACHABLE)
    pools.add("aws/env-2", replace(ERRORED, name=VerdictName.FOREIGN))
    run = begin(pools)
    run.pools = [PoolOption("aws", PoolPolicy({**DEFAULT_POLICIES, VerdictName.FOREIGN: Policy.RELEASE}))]
    with pytest.raises(NobodyAsked):
        run.decide()
    assert [step.reason.cause for step in run.plan] == [Cause.POLICY_KEEPS, Cause.NOBODY_ASKED]
    assert run.releases() == []


def test_a_target_with_two_meanings_is_refused() -> None:
    pools = a_pool()
    pools.pools += [FIRST, SECOND]
    with pytest.raises(BadOption, match=r"^release_to: .* is the name of 2 pools, "):
        begin(pools, "aws", release_to={"aws": GIVEN}).decide()


def test_the_pools_of_release_to_are_those_of_the_repository_however_they_are_spelled() -> None:
    pools = ModelPools("sick")
    pools.add("aws/env-2", ERRORED)
    pools.add(f"{FIRST}/env-1", ERRORED)
    clean(pools, release_to={GIVEN: "sick"})
    assert pools.released() == ["aws/env-2 > aws", f"{FIRST}/env-1 > sick"]


def test_a_forced_lock_with_two_meanings_is_refused() -> None:
    pools = ModelPools()
    for name in (FIRST, SECOND):
        pools.add(f"aws/{name}", ERRORED)
    with pytest.raises(BadOption, match=r"^force: .* is the name of 2 locks, "):
        begin(pools, force={f"aws/{GIVEN}": CLAIM}).decide()


def test_a_forced_lock_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadOption, match=r"^force: there is no lock aws/none in the chosen pools\.$"):
        begin(a_pool(), force={"aws/none": CLAIM}).decide()


def test_only_problems_of_the_chosen_pools_are_in_the_result() -> None:
    pools = a_pool()
    run = begin(pools)
    run.decide()
    snapshot = replace(run.snapshot, problems=(Problem("aws", "a folder"), Problem("gcp", "a link")))
    result = clean_result(run.plan, snapshot, ["aws"], NOW, released=())
    assert [problem["pool"] for problem in result["problems"]] == ["aws"]
    assert not any("a link" in line for line in result["report"])


@pytest.mark.parametrize("pattern", ["aws", " aws/ ", "/aws"])
def test_a_pool_in_exclude_is_refused(pattern: str) -> None:
    with pytest.raises(
        BadOption, match=r"^exclude: '.*' is a pool, so it would keep nothing\. Write aws/\* to keep all"
    ):
        clean(a_pool(), exclude=["aws/env-9", pattern])


def test_a_pool_in_exclude_is_refused_though_a_lock_of_another_pool_has_its_name() -> None:
    pools = a_pool()
    pools.add("gcp/aws", ERRORED)
    with pytest.raises(BadOption, match=r"^exclude: 'aws' is a pool"):
        clean(pools, exclude=["aws"])


def test_a_lock_can_have_the_name_of_its_pool() -> None:
    pools = a_pool()
    pools.add("aws/aws", ERRORED)
    assert done(clean(pools, exclude=["aws"])) == ["aws/env-1"]


@pytest.mark.parametrize("text", ['["aws/env-1","aws/env-2"]', "['aws/env-1']", ' "aws/env-1"', "'aws/*'"])
def test_exclusions_in_quotes_are_refused(text: str) -> None:
    with pytest.raises(BadOption, match="has a quote, so it would keep nothing"):
        read_exclusions(text.split(","))


def test_exclusions_that_can_keep_a_lock() -> None:
    patterns = ["aws/env-1", "*-prod", "cf/fresh/*", "[ab]*", "env?", "gone/for-good", 'aws/"a"']
    assert read_exclusions(patterns) == patterns
    assert read_exclusions(["aws/env-1\naws/env-2\n", " "]) == ["aws/env-1", "aws/env-2"]


@pytest.mark.parametrize("text", ["aws/env-1, aws/env-2", "aws/env-2 ,gcp/*", "aws/env-[12] ", "x/y\n aws/env-2\n"])
def test_blanks_around_an_exclusion_do_not_count(text: str) -> None:
    patterns = read_exclusions(text.split(","))
    assert excluded_by("aws/env-2", patterns)
    assert not excluded_by("aws/env-3", patterns)


@pytest.mark.parametrize("pattern", ["env-1", "env-*", " env-? ", "*-1"])
def test_an_exclusion_without_a_slash_is_the_name_of_locks_in_all_pools(pattern: str) -> None:
    assert excluded_by("aws/env-1", [pattern])
    assert excluded_by("cf/fresh/env-1", [pattern])
    assert not excluded_by("aws/big-2", [pattern])


def test_the_name_of_a_lock_may_end_with_a_blank() -> None:
    assert excluded_by("aws/env-1 ", read_exclusions(["aws/env-1 "]))


def test_a_lock_can_have_the_whole_name_of_another_pool() -> None:
    pools = a_pool()
    pools.add("cf/fresh", ERRORED)
    pools.add("cf/fresh/env-1", ERRORED)
    assert done(clean(pools, exclude=["cf/fresh"])) == ["aws/env-1", "cf/fresh/env-1"]

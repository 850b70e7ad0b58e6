# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""If most of the builds that hold locks are gone at once, nothing is released."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.lost_builds import BuildsLost, lost_builds
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.plan import LockPlan, plan_releases
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.resolved_options import resolve_rules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.result import failure_result
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName

from .clean_model import (
    ERRORED,
    HANDED_OFF,
    LONG_DEAD,
    MANUAL,
    MINUTE,
    NOW,
    RUNNING,
    UNREACHABLE,
    ModelPools,
    judge_all,
)
from .clean_runs import begin, clean, done, planned, reasons, retry

GONE = Verdict(VerdictName.GONE, "Concourse has no ci/work 6 any more", LONG_DEAD)
JUST_GONE = Verdict(VerdictName.GONE, "Concourse has no ci/work 6 any more", NOW - MINUTE)
FOREIGN = Verdict(VerdictName.FOREIGN, "claimed from another Concourse", LONG_DEAD)
UNVERIFIED = Verdict(VerdictName.UNVERIFIED, "the claim names no build", LONG_DEAD)


def pools_of(*verdicts: Verdict | None) -> ModelPools:
    """Locks env-1, env-2 ... of pool aws; their claim commits are forty digits long."""
    pools = ModelPools("aws")
    for number, verdict in enumerate(verdicts, 1):
        pools.add(f"aws/env-{number}", verdict, commit=commit_of(number))
    return pools


def commit_of(number: int) -> str:
    return f"{number:07x}" + "a" * 33


def plan(pools: ModelPools, **rules: Any) -> tuple[tuple[LockPlan, ...], CleanRules]:
    judged, snapshot = judge_all(pools)
    # The model takes each holder for a build.
    person = Holder(HolderKind.PERSON, "Ada", ())
    judged = tuple(replace(one, holder=person) if one.verdict is MANUAL else one for one in judged)
    return plan_releases(judged, snapshot, CleanRules(**rules), NOW), CleanRules(**rules)


@pytest.mark.parametrize(
    ("verdicts", "is_lost"),
    [
        ([GONE] * 3, True),
        ([GONE] * 6, True),
        ([GONE] * 2, False),
        ([GONE] * 3 + [RUNNING] * 2, True),
        ([GONE] * 3 + [RUNNING] * 3, False),
        ([GONE] * 4 + [RUNNING] * 3, True),
        ([GONE] * 3 + [ERRORED, HANDED_OFF, RUNNING], False),
        ([GONE] * 3 + [None] * 9, True),
        ([GONE] * 3 + [MANUAL] * 9, True),
        ([GONE] * 3 + [FOREIGN, UNVERIFIED, UNREACHABLE] * 3, True),
        ([GONE, JUST_GONE, JUST_GONE], True),
        ([JUST_GONE] * 6, False),
        ([JUST_GONE] * 6 + [ERRORED], False),
        ([ERRORED] * 6, False),
        ([], False),
    ],
)
def test_at_least_three_and_more_than_half(verdicts: list[Verdict | None], is_lost: bool) -> None:
    """Free locks do not count, nor those of persons, of other Concourses, and those without a credible response."""
    assert (lost_builds(*plan(pools_of(*verdicts))) is not None) == is_lost


def test_only_gone_locks_that_would_be_released_count_as_a_risk() -> None:
    pools = pools_of(GONE, GONE, GONE)
    assert lost_builds(*plan(pools, exclude=["aws/*"])) is None
    assert lost_builds(*plan(pools, exclude=["aws/env-[12]"])) is not None
    force = {f"aws/env-{number}": commit_of(number) for number in (1, 2, 3)}
    assert lost_builds(*plan(pools, force=force)) is None
    assert lost_builds(*plan(pools, force={"aws/env-1": commit_of(1)})) is None, "no other lock goes"


def test_accepted_claims_are_released_if_no_other_is_at_risk() -> None:
    pools = pools_of(GONE, GONE, GONE, JUST_GONE)
    some, all_due = [commit_of(1), commit_of(2)[:7]], [commit_of(number)[:12] for number in (1, 2, 3)]
    assert lost_builds(*plan(pools, accept_gone=some)) is not None
    assert lost_builds(*plan(pools, accept_gone=all_due)) is None
    assert lost_builds(*plan(pools, accept_gone=[*some, "7654321"])) is not None


def test_the_run_keeps_all_locks_and_says_how_to_continue() -> None:
    pools = pools_of(GONE, GONE, JUST_GONE, ERRORED)
    run = begin(pools)
    with pytest.raises(BuildsLost) as failure:
        run.decide()
    assert str(failure.value) == (
        "3 of the 4 builds that hold locks are gone at once, as after a loss or restore of Concourse's database, so no"
        " lock is released. Check the address of Concourse and whether it still has its builds; if these are gone for"
        f' good, set accept_gone: ["{commit_of(1)[:12]}", "{commit_of(2)[:12]}"].'
    )
    assert planned(run) == []
    assert (
        reasons(run)["aws/env-4"]
        == reasons(run)["aws/env-1"]
        == "too many builds are gone at once, so nothing is released"
    )
    assert "releasable at" in reasons(run)["aws/env-3"]
    run.push_releases(pools, retry)
    assert pools.released() == []
    result = failure_result(run, run.snapshot, ["aws"], NOW)
    assert len(result["locks"]) == 4
    assert {lock["action"] for lock in result["locks"]} == {"keep"}
    assert result["released"] == []
    assert result["report"]


def test_what_the_message_says_is_enough_to_continue() -> None:
    pools = pools_of(*[GONE] * 6)
    run = begin(pools)
    with pytest.raises(BuildsLost) as failure:
        run.decide()
    listed = str(failure.value).partition("[")[2].partition("]")[0]
    accepted = [commit.strip('" ') for commit in listed.split(",")]
    assert len(done(clean(pools, accept_gone=accepted))) == 6
    begin(pools, accept_gone=accepted).decide()  # the list may stay


def test_a_long_list_is_cut_off() -> None:
    error = lost_builds(*plan(pools_of(*[GONE] * 90)))
    assert error is not None
    assert str(error).endswith('"] and the others of this result (90 in all).')
    assert len(str(error)) < 700
    complete = lost_builds(*plan(pools_of(*[GONE] * 20)))
    assert complete is not None
    assert str(complete).endswith('"].')


def test_builds_that_are_lost_during_the_run_keep_all_locks() -> None:
    pools = pools_of(ERRORED, ERRORED, ERRORED, RUNNING)
    pools.before_judging = lambda number: (
        pools.verdicts.update(dict.fromkeys(pools.verdicts, GONE)) if number == 2 else None
    )
    run = begin(pools)
    run.decide()
    with pytest.raises(BuildsLost, match=r"3 of the 4 builds .* no lock is released"):
        run.push_releases(pools, retry)
    assert pools.released() == []
    assert planned(run) == []


def test_builds_that_are_lost_after_a_first_push() -> None:
    pools = pools_of(ERRORED, ERRORED, ERRORED, ERRORED)
    pools.response_times = {"env-2": 9.0, "env-3": 9.0, "env-4": 9.0}

    def lose(number: int) -> None:
        if number == 3:
            pools.response_times.clear()
            pools.verdicts.update(dict.fromkeys(pools.verdicts, GONE))

    pools.before_judging = lose
    run = begin(pools)
    run.decide()
    with pytest.raises(BuildsLost, match="so no further lock is released"):
        run.push_releases(pools, retry)
    assert pools.released() == ["aws/env-1 > aws"]
    result = failure_result(run, run.snapshot, ["aws"], NOW)
    assert [one["name"] for one in result["released"]] == ["env-1"]
    assert result["changed"] is True
    assert {lock["name"]: lock["action"] for lock in result["locks"]} == {
        "env-1": "release",
        **dict.fromkeys(("env-2", "env-3", "env-4"), "keep"),
    }


@pytest.mark.parametrize("commit", ["", "123456", "x" * 40, "0xabcdef", "ABCDEF1", "1234567 "])
def test_an_accepted_claim_must_be_a_commit(commit: str) -> None:
    judged, snapshot = judge_all(pools_of(GONE))
    with pytest.raises(BadOption, match=r"^accept_gone: .* first 7 "):
        resolve_rules(CleanRules(accept_gone=[commit]), judged, snapshot)
    resolve_rules(CleanRules(accept_gone=["1234567", commit_of(1)]), judged, snapshot)

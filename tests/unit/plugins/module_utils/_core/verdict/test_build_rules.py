# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the claim of a build, whole: its reason, since when the lock is dead, who uses it or can take it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.former_configuration import (
    STARTS_AFTER_CHANGE,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.search import (
    ARCHIVED_LONG_BEFORE,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    claim_by,
    holder_of,
    verdict_on,
)

STARTED, SUCCEEDED, FAILED = BuildStatus.STARTED, BuildStatus.SUCCEEDED, BuildStatus.FAILED
UNSUCCESSFUL = {FAILED: "failed", BuildStatus.ERRORED: "errored", BuildStatus.ABORTED: "was aborted"}


def claiming(status: BuildStatus) -> tuple[PipelineModel, Build]:
    """A build that claimed as v2, and a job `use` that depends on nothing and takes any version."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("use", get("envs"))
    return model, model.build("claim", status, made={"envs": "v2"})


def assert_verdict(verdict: Verdict, expected: Verdict) -> None:
    """Compare all fields, also those that count for no rule."""
    assert verdict == expected
    assert (verdict.user, verdict.taker) == (expected.user, expected.taker)


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_of_a_build_that_did_not_succeed(status: BuildStatus) -> None:
    model, build = claiming(status)
    reason = f"ci/claim 1 {UNSUCCESSFUL[status]} and left it claimed"
    assert_verdict(
        verdict_on(ModelQueries(model), build, "v2"),
        Verdict(VerdictName(status.value), reason, build.end_time, build),
    )


@pytest.mark.parametrize("status", UNSUCCESSFUL)
@pytest.mark.parametrize("late", [0, 6])
def test_of_a_build_that_did_not_succeed_while_another_uses_the_lock(status: BuildStatus, late: int) -> None:
    model, build = claiming(status)
    user = model.build("use", STARTED, took={"envs": "v2"})
    reason = f"ci/claim 1 {UNSUCCESSFUL[status]}, but ci/use 1 is started with the lock"
    verdict = verdict_on(ModelQueries(model), build, "v2", at=(build.end_time or 0) + late)
    assert_verdict(verdict, Verdict(VerdictName.HANDED_OFF, reason, None, build, user=user))


def test_of_a_zombie() -> None:
    model, build = claiming(FAILED)
    model.made[build.id] = ()
    claimed_at = (build.end_time or 0) + 6
    verdict = verdict_on(ModelQueries(model), build, "v2", at=claimed_at)
    reason = "ci/claim 1 failed and claimed it 6 s after that"
    assert_verdict(verdict, Verdict(VerdictName.ZOMBIE, reason, claimed_at, build))


@pytest.mark.parametrize("status", [BuildStatus.PENDING, STARTED])
def test_of_a_build_that_is_running(status: BuildStatus) -> None:
    model, build = claiming(status)
    reason = f"ci/claim 1 is {status.value}"
    assert_verdict(verdict_on(ModelQueries(model), build, "v2"), Verdict(VerdictName.RUNNING, reason, None, build))


def handed_on() -> tuple[PipelineModel, Build, dict[str, Any]]:
    model, build = claiming(SUCCEEDED)
    model.job("deploy", get("envs", passed=["claim"]))
    return model, build, {"name": VerdictName.HANDED_OFF, "build": build}


def test_of_a_build_that_succeeded_and_whose_lock_is_used() -> None:
    model, build, expected = handed_on()
    user = model.build("deploy", STARTED, took={"envs": "v2"})
    reason = "ci/claim 1 succeeded; ci/deploy 1 is started with the lock"
    assert_verdict(verdict_on(ModelQueries(model), build, "v2"), Verdict(**expected, reason=reason, user=user))


def test_of_a_build_that_succeeded_and_whose_lock_a_job_uses_that_no_build_is_known_of() -> None:
    model, build, expected = handed_on()
    model.build("deploy", STARTED, took={"envs": "v2"})
    model.forgotten = {"envs"}
    forgotten = "Concourse has forgotten a version that it carried, and job deploy has an active build"
    reason = f"ci/claim 1 succeeded; {forgotten}"
    assert_verdict(verdict_on(ModelQueries(model), build, "v2"), Verdict(**expected, reason=reason, taker="deploy"))


def test_of_a_build_that_succeeded_and_whose_lock_a_job_can_take() -> None:
    model, build, expected = handed_on()
    reason = "ci/claim 1 succeeded; job deploy can still take the lock"
    verdict = verdict_on(ModelQueries(model), build, "v2")
    assert_verdict(verdict, Verdict(**expected, reason=reason, dead_since=build.end_time, taker="deploy"))


def test_of_a_build_that_succeeded_and_whose_lock_nobody_takes() -> None:
    model, build = claiming(SUCCEEDED)
    model.last_updated = 7
    reason = "ci/claim 1 succeeded; no job takes the lock from it"
    keep_until = 7 + STARTS_AFTER_CHANGE
    verdict = verdict_on(ModelQueries(model), build, "v2")
    assert_verdict(verdict, Verdict(VerdictName.LEAKED, reason, build.end_time, build, keep_until))


def test_a_build_that_lists_another_claim_where_no_resource_knows_this_one() -> None:
    """The history was rewritten, or the result of one attempt of its put was lost: which of the two is unknown."""
    model, build = claiming(SUCCEEDED)
    verdict = verdict_on(ModelQueries(model), build, "unknown")
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNVERIFIED, build.end_time)
    assert "the history may have been rewritten" in verdict.reason
    late = verdict_on(ModelQueries(model), build, "unknown", at=(build.end_time or 0) + 61)
    assert late.name is VerdictName.UNVERIFIED


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED])
@pytest.mark.parametrize("also", [{}, {"other": "w7"}], ids=["one commit", "two commits"])
def test_a_build_that_lists_another_claim_and_did_not_run_all_of_its_puts(
    status: BuildStatus, also: dict[str, str]
) -> None:
    """The put without a result can have made the claim, unless a build took what another one made."""
    model = PipelineModel()
    model.job("claim", put("envs"), *(put(name) for name in also), put("envs", step="after-an-abort"))
    model.job("use", get("envs"))
    build = model.build("claim", FAILED, made={"envs": "v2", **also})
    assert verdict_on(ModelQueries(model), build, "unknown").name is VerdictName.FAILED
    model.build("use", status, took={"envs": "v2"})
    queries = ModelQueries(model)
    claim = claim_by(build, "unknown")
    doubted = judge_claim(claim, holder_of(build), queries, now=claim.claimed_at)
    since = {query.about[1] for query in queries.asked if query.method == "resources"}
    assert since == {claim.claimed_at - ARCHIVED_LONG_BEFORE}
    assert (doubted.name, doubted.dead_since) == (VerdictName.UNVERIFIED, build.end_time)
    assert "the history may have been rewritten" in doubted.reason
    assert doubted.otherwise
    assert doubted.otherwise.name is VerdictName.FAILED


@pytest.mark.parametrize("status", [*UNSUCCESSFUL, SUCCEEDED])
def test_of_a_claim_that_somebody_made_again_after_its_build(status: BuildStatus) -> None:
    """The author's time tells that the build made the claim before it ended: no zombie."""
    model, build = claiming(status)
    model.versions("envs", "lost")
    end = build.end_time or 0
    claim = claim_by(build, "lost", at=end + 3600)

    def verdict(authored_at: int | None) -> Verdict:
        again = replace(claim, authored_at=authored_at)
        return judge_claim(again, holder_of(build), ModelQueries(model), now=0)

    name = VerdictName.LEAKED if status is SUCCEEDED else VerdictName(status.value)
    assert (verdict(end).name, verdict(end).dead_since) == (name, claim.claimed_at)
    others = (None, claim.claimed_at, end + 61, (build.start_time or 0) - 61)
    assert {verdict(authored_at).name for authored_at in others} == {VerdictName.ZOMBIE}


def test_a_claim_that_its_build_pushed_in_the_second_of_its_date_is_not_made_again() -> None:
    """It came within the skew of clocks after the end, and the build lists another claim."""
    model, build = claiming(SUCCEEDED)
    model.versions("envs", "other")
    claim = claim_by(build, "other", at=(build.end_time or 0) + 30)
    for authored_at in (None, claim.claimed_at):
        again = replace(claim, authored_at=authored_at)
        assert judge_claim(again, holder_of(build), ModelQueries(model), now=0).name is VerdictName.ZOMBIE


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_of_a_build_that_did_not_succeed_and_whose_lock_a_job_can_take_from_another_build(status: BuildStatus) -> None:
    model, build = claiming(status)
    taker = model.build("use", took={"envs": "v2"})
    model.job("destroy", get("envs", passed=["use"]), put("envs"))
    what = "ci/use 1 had it and succeeded; job destroy can still take the lock"
    reason = f"ci/claim 1 {UNSUCCESSFUL[status]}, but {what}"
    verdict = verdict_on(ModelQueries(model), build, "v2")
    assert_verdict(verdict, Verdict(VerdictName.HANDED_OFF, reason, taker.end_time, build, taker="destroy"))


@pytest.mark.parametrize(
    ("after_end", "name"), [(0, VerdictName.HANDED_OFF), (61, VerdictName.UNVERIFIED)], ids=["in time", "rewritten"]
)
def test_the_lost_claim_of_a_build_keeps_the_lock_while_a_job_after_it_is_active(
    after_end: int, name: VerdictName
) -> None:
    """No build claims so long after its end: the claim was rewritten, and what the build took is followed as usual."""
    model = PipelineModel()
    model.job("claim", get("code"), put("envs"))
    model.job("deploy", get("code", passed=["claim"]))
    build = model.build("claim", took={"code": "c1"}, made={"envs": "v2"})
    model.build("deploy", STARTED, took={"code": "c2"})
    verdict = verdict_on(ModelQueries(model), build, "unknown", at=(build.end_time or 0) + after_end)
    assert verdict.name is name

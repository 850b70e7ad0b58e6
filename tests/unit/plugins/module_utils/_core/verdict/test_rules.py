# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the table of verdicts: what gives it, since when the lock is dead, and what the default policy does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import FREE, Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
    claim_by,
    holder_of,
    verdict_on,
)

DEFAULT = PoolPolicy()
MINUTE = 60
PERSON = Holder(HolderKind.PERSON, "Ada Larsson: manually claim env-1")
UNNAMED = Holder(HolderKind.UNNAMED, "a build that the claim does not name")
UNREADABLE = Holder(HolderKind.BUILD, "https://ci.example.com/wrong", (), "https://ci.example.com/wrong")


def claiming(status: BuildStatus) -> tuple[ModelQueries, PipelineModel, Build]:
    model = PipelineModel()
    model.job("claim", put("envs"))
    build = model.build("claim", status, made={"envs": "v2"})
    return ModelQueries(model), model, build


def policy_and_wait(verdict: Verdict) -> tuple[Policy | None, int | None]:
    """What the default policy does, and how many minutes after the lock's death."""
    at = DEFAULT.releasable_at(verdict)
    return DEFAULT.of(verdict), None if at is None else (at - (verdict.dead_since or 0)) // MINUTE


def test_free() -> None:
    assert FREE.name is VerdictName.FREE
    assert policy_and_wait(FREE) == (None, None)


@pytest.mark.parametrize("status", [BuildStatus.PENDING, BuildStatus.STARTED])
def test_running(status: BuildStatus) -> None:
    queries, _other, build = claiming(status)
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.RUNNING, None, build)
    assert status.value in verdict.reason
    assert policy_and_wait(verdict) == (Policy.KEEP, None)


def test_handed_off_to_a_build() -> None:
    queries, model, build = claiming(BuildStatus.SUCCEEDED)
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", BuildStatus.STARTED, took={"envs": "v2"})
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.HANDED_OFF, None, build)
    assert "deploy 1 is started with the lock" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.KEEP, None)


def test_handed_off_to_a_job_that_can_take_it() -> None:
    queries, model, build = claiming(BuildStatus.SUCCEEDED)
    model.job("deploy", get("envs", passed=["claim"]))
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.HANDED_OFF, build.end_time, build)
    assert "job deploy can still take the lock" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.KEEP, None)


def test_leaked() -> None:
    queries, model, build = claiming(BuildStatus.SUCCEEDED)
    model.job("deploy", get("envs", passed=["claim"]))
    last = model.build("deploy", BuildStatus.ERRORED, took={"envs": "v2"})
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.LEAKED, last.end_time, build)
    assert "deploy 1" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.STALE, 60)


@pytest.mark.parametrize(
    ("status", "name", "policy"),
    [
        (BuildStatus.FAILED, VerdictName.FAILED, (Policy.STALE, 60)),
        (BuildStatus.ERRORED, VerdictName.ERRORED, (Policy.RELEASE, 5)),
        (BuildStatus.ABORTED, VerdictName.ABORTED, (Policy.RELEASE, 5)),
    ],
)
def test_failed_errored_aborted(status: BuildStatus, name: VerdictName, policy: tuple[Policy, int]) -> None:
    queries, _other, build = claiming(status)
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (name, build.end_time, build)
    assert policy_and_wait(verdict) == policy


@pytest.mark.parametrize("status", [BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED])
@pytest.mark.parametrize("late", [0, 6], ids=["in time", "zombie"])
@pytest.mark.parametrize("recorded", [True, False], ids=["output recorded", "output lost"])
def test_no_policy_gives_away_a_lock_that_a_build_uses_though_its_claiming_build_did_not_succeed(
    status: BuildStatus, late: int, recorded: bool
) -> None:
    """A timer takes any version, also that of a build which failed, and `destroy` uses the environment.

    Of a put that was still running when its build ended (a zombie, a lost worker), Concourse lists no output; it finds
    the version in the resource all the same.
    """
    queries, model, build = claiming(status)
    if not recorded:
        model.made[build.id] = ()
    model.job("timer", get("envs"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs"))
    model.build("timer", took={"envs": "v2"})
    destroy = model.build("destroy", BuildStatus.STARTED, took={"envs": "v2"})
    at = (build.end_time or 0) + late
    assert verdict_on(queries, build, "v2", at=at).dead_since is None
    model.set_status(destroy, BuildStatus.FAILED)
    assert verdict_on(ModelQueries(model), build, "v2", at=at).dead_since is not None


@pytest.mark.parametrize("status", [BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED])
def test_a_lock_is_dead_since_the_last_build_with_it_though_its_claiming_build_did_not_succeed(
    status: BuildStatus,
) -> None:
    queries, model, build = claiming(status)
    model.job("destroy", get("envs"), put("envs", step="back"))
    assert verdict_on(queries, build, "v2").dead_since == build.end_time
    destroy = model.build("destroy", BuildStatus.FAILED, took={"envs": "v2"})
    assert verdict_on(ModelQueries(model), build, "v2").dead_since == destroy.end_time


@pytest.mark.parametrize(
    ("status", "late"),
    [(BuildStatus.ABORTED, 6), (BuildStatus.FAILED, 1), (BuildStatus.ERRORED, 1), (BuildStatus.SUCCEEDED, 61)],
)
def test_zombie(status: BuildStatus, late: int) -> None:
    queries, model, build = claiming(status)
    model.made[build.id] = ()
    claimed_at = (build.end_time or 0) + late
    verdict = verdict_on(queries, build, "v2", at=claimed_at)
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.ZOMBIE, claimed_at, build)
    assert f"{late} s" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.RELEASE, 5)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (BuildStatus.FAILED, VerdictName.FAILED),
        (BuildStatus.ERRORED, VerdictName.ERRORED),
        (BuildStatus.ABORTED, VerdictName.ABORTED),
    ],
)
@pytest.mark.parametrize("off", [-7200, 7200])
@pytest.mark.parametrize("has_filter", [True, False])
def test_a_build_whose_output_is_recorded_is_no_zombie_whatever_the_clock_of_its_worker_says(
    status: BuildStatus, name: VerdictName, off: int, has_filter: bool
) -> None:
    queries, _model, build = claiming(status)
    queries.has_filter = has_filter
    verdict = verdict_on(queries, build, "v2", at=(build.start_time or 0) + off)
    assert (verdict.name, verdict.build) == (name, build)


def test_a_claim_that_was_rewritten_is_not_taken_for_a_zombie_while_its_lock_is_in_use() -> None:
    """A rebase gives the commit another name and a later time: then it counts what the jobs after it do."""
    queries, model, build = claiming(BuildStatus.SUCCEEDED)
    model.job("test", get("envs", passed=["claim"]))
    model.build("test", BuildStatus.STARTED, took={"envs": "v2"})
    verdict = verdict_on(queries, build, "rebased", at=(build.end_time or 0) + 600)
    assert (verdict.name, verdict.dead_since) == (VerdictName.HANDED_OFF, None)


def test_gone_because_there_is_no_such_build() -> None:
    queries, model, build = claiming(BuildStatus.FAILED)
    claimed_at = (build.start_time or 0) + 10
    model.builds.clear()
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.GONE, claimed_at, None)
    assert policy_and_wait(verdict) == (Policy.STALE, 60)


@pytest.mark.parametrize("status", [BuildStatus.STARTED, BuildStatus.SUCCEEDED, BuildStatus.FAILED])
def test_gone_because_the_name_belongs_to_another_build(status: BuildStatus) -> None:
    queries, model, build = claiming(status)
    model.made[build.id] = ()
    claimed_at = (build.start_time or 0) - 86_401
    verdict = verdict_on(queries, build, "v2", at=claimed_at)
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.GONE, claimed_at, build)
    assert policy_and_wait(verdict) == (Policy.STALE, 60)


def test_manual() -> None:
    queries, _other, build = claiming(BuildStatus.STARTED)
    claim = claim_by(build, "v2")
    verdict = judge_claim(claim, PERSON, queries, now=0)
    assert (verdict.name, verdict.dead_since) == (VerdictName.MANUAL, claim.claimed_at)
    assert "Ada Larsson" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.KEEP, None)
    assert queries.asked == []


def test_foreign_is_asked_nothing() -> None:
    queries, _other, build = claiming(BuildStatus.ABORTED)
    queries.base = "https://other.example.com"
    claim = claim_by(build, "v2")
    verdict = judge_claim(claim, holder_of(build), queries, now=0)
    reason = f"claimed from another Concourse: https://ci.example.com/builds/{build.id}"
    assert verdict == Verdict(VerdictName.FOREIGN, reason, claim.claimed_at)
    assert policy_and_wait(verdict) == (Policy.KEEP, None)
    assert queries.asked == [Query("names_this_concourse", ("https://ci.example.com",))]


def test_a_url_that_is_no_page_of_a_build_is_foreign() -> None:
    queries, _other, build = claiming(BuildStatus.ABORTED)
    claim = claim_by(build, "v2")
    verdict = judge_claim(claim, UNREADABLE, queries, now=0)
    reason = "https://ci.example.com/wrong names no build that can be read"
    assert verdict == Verdict(VerdictName.FOREIGN, reason, claim.claimed_at)
    assert queries.asked == []


def test_a_claim_that_names_no_concourse_is_asked_at_the_configured_one() -> None:
    queries, _other, build = claiming(BuildStatus.ABORTED)
    reading = BuildReference(pipeline=build.pipeline, job=build.job, name=build.name)
    verdict = judge_claim(claim_by(build, "v2"), Holder(HolderKind.BUILD, str(reading), (reading,)), queries, now=0)
    assert verdict.name is VerdictName.ABORTED
    assert queries.asked[0] == Query("build", (reading,))
    assert all(query.method != "names_this_concourse" for query in queries.asked)


def test_unverified_because_the_claim_names_no_build() -> None:
    queries, _other, build = claiming(BuildStatus.STARTED)
    claim = claim_by(build, "v2")
    queries.has_filter = False
    for one, reason in (
        (queries, "the claim names no build, and Concourse knows none that made it"),
        (None, "the claim names no build, and no Concourse is configured to ask: set concourse_url"),
    ):
        verdict = judge_claim(claim, UNNAMED, one, now=0)
        assert (verdict.name, verdict.dead_since) == (VerdictName.UNVERIFIED, claim.claimed_at)
        assert verdict.reason == reason
        assert policy_and_wait(verdict) == (Policy.KEEP, None)


def test_unverified_because_no_concourse_is_configured() -> None:
    _facts, _model, build = claiming(BuildStatus.STARTED)
    claim = claim_by(build, "v2")
    verdict = judge_claim(claim, holder_of(build), None, now=0)
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNVERIFIED, claim.claimed_at)
    assert verdict.reason.endswith("but no Concourse is configured to ask: set concourse_url")
    assert policy_and_wait(verdict) == (Policy.KEEP, None)
    assert judge_claim(claim, PERSON, None, now=0).name is VerdictName.MANUAL


@pytest.mark.parametrize("status", list(BuildStatus))
@pytest.mark.parametrize("method", ["names_this_concourse", "build"])
def test_unreachable(status: BuildStatus, method: str) -> None:
    queries, _other, build = claiming(status)
    queries.is_missing = lambda query: query.method == method
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNREACHABLE, None)
    assert "502" in verdict.reason
    assert policy_and_wait(verdict) == (Policy.KEEP, None)


def test_wrong_credentials_are_no_verdict() -> None:
    queries, _other, build = claiming(BuildStatus.FAILED)

    def refuse(query: Query) -> bool:
        raise ConcourseError("Concourse refuses the password of bot.")

    queries.is_missing = refuse
    with pytest.raises(ConcourseError):
        verdict_on(queries, build, "v2")


@pytest.mark.parametrize(
    "status", [BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED, BuildStatus.SUCCEEDED]
)
def test_a_lock_cannot_have_been_left_before_it_was_claimed(status: BuildStatus) -> None:
    """A clock that runs ahead puts the claim after the end, or, of a build that succeeded, within the skew."""
    queries, _other, build = claiming(status)
    claimed_at = (build.end_time or 0) + 30
    assert verdict_on(queries, build, "v2", at=claimed_at).dead_since == claimed_at


@pytest.mark.parametrize(
    ("team", "named", "searched"),
    [(None, False, "main"), ("home", False, "home"), ("home", True, "main"), (None, True, "main")],
)
def test_the_version_is_searched_for_in_the_team_that_the_claim_names_or_else_in_the_default_one(
    team: str | None, named: bool, searched: str
) -> None:
    queries, model, build = claiming(BuildStatus.STARTED)
    model.builds.clear()
    holder = holder_of(build) if named else UNNAMED
    judge = partial(judge_claim, claim_by(build, "v2"), holder, queries, now=0)
    verdict = judge() if team is None else judge(team=team)
    assert verdict.dead_since is not None
    assert {query.about[0] for query in queries.asked if query.method == "resources"} == {frozenset({searched})}


@pytest.mark.parametrize("clock", [-1000, 1000], ids=["dated in the future", "dated in the past"])
@pytest.mark.parametrize("status", [BuildStatus.FAILED, BuildStatus.SUCCEEDED])
@pytest.mark.parametrize("kind", ["job", "one-off", "gone", "unnamed"])
def test_pipelines_archived_thirty_days_before_the_claim_are_left_out(
    kind: str, status: BuildStatus, clock: int
) -> None:
    """Before now, if the claim is dated in the future: then its date is wrong."""
    queries, model, build = claiming(status)
    if kind == "one-off":
        build = replace(build, id=99, pipeline=None, job=None)
        queries.one_offs[build.id] = build
    if kind == "gone":
        model.builds.clear()
    claim = claim_by(build, "v2")
    judge_claim(claim, UNNAMED if kind == "unnamed" else holder_of(build), queries, now=claim.claimed_at + clock)
    asked = [query.about for query in queries.asked if query.method == "resources"]
    times = {since for _teams, since, _of_makers in asked}
    assert times == {claim.claimed_at + min(clock, 0) - 30 * 24 * 60 * MINUTE}
    assert {of_makers for _teams, _since, of_makers in asked} == ({False} if kind == "job" else {False, True})


def test_an_ended_build_that_lists_its_claim_is_not_searched_for_by_the_version() -> None:
    queries, _model, build = claiming(BuildStatus.FAILED)
    assert verdict_on(queries, build, "v2").name is VerdictName.FAILED
    methods = [query.method for query in queries.asked]
    assert methods.index("builds_with_input") < methods.index("builds_with_output"), "only its own id is checked"


def test_a_running_build_whose_times_fit_has_the_lock_though_another_build_lists_the_claim() -> None:
    queries, model, build = claiming(BuildStatus.STARTED)
    model.made[build.id] = ()
    model.build("claim", BuildStatus.ABORTED, made={"envs": "v2"})
    verdict = verdict_on(queries, build, "v2")
    assert (verdict.name, verdict.build, verdict.dead_since) == (VerdictName.RUNNING, build, None)


def test_a_remembered_build_is_asked_for_where_the_one_of_the_name_does_not_list_the_claim() -> None:
    queries, model, build = claiming(BuildStatus.FAILED)
    model.made[build.id] = ()
    maker = model.build("claim", BuildStatus.STARTED, made={"envs": "v2"})
    verdict = judge_claim(claim_by(build, "v2"), holder_of(build), queries, now=0, remembered=maker.id)
    assert (verdict.name, verdict.build) == (VerdictName.RUNNING, maker)
    assert "resources" not in {query.method for query in queries.asked}


def test_a_claim_that_no_resource_knows_is_unverified_and_otherwise_that_of_its_build() -> None:
    """Its build lists another claim: the history may have been rewritten."""
    queries, _model, build = claiming(BuildStatus.FAILED)
    claim = claim_by(build, "rewritten")
    verdict = judge_claim(claim, holder_of(build), queries, now=claim.claimed_at)
    reason = "ci/claim 1 lists other commits, and Concourse does not know this one: the history may have been rewritten"
    own = Verdict(VerdictName.FAILED, "ci/claim 1 failed and left it claimed", build.end_time, build)
    assert verdict == Verdict(VerdictName.UNVERIFIED, reason, build.end_time, build, otherwise=own)
    searched = {query.about[1] for query in queries.asked if query.method == "resources"}
    assert searched == {claim.claimed_at - 30 * 24 * 60 * MINUTE}


def test_a_claim_that_names_an_id_is_that_of_the_build_of_this_id() -> None:
    """A build that only checked the pool lists the claim as well."""
    queries, _model, checking = claiming(BuildStatus.FAILED)
    one_off = replace(checking, id=99, status=BuildStatus.ABORTED, pipeline=None, job=None)
    queries.one_offs[one_off.id] = one_off
    verdict = verdict_on(queries, one_off, "v2")
    assert (verdict.name, verdict.build) == (VerdictName.ABORTED, one_off)

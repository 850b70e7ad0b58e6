# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim that several builds list: one of them made it, the others checked the pool."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.claim_to_judge import ClaimToJudge
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.making_builds import (
    ask_about_making_builds,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    claim_by,
    verdict_on,
)

STARTED, SUCCEEDED, FAILED = BuildStatus.STARTED, BuildStatus.SUCCEEDED, BuildStatus.FAILED
ERRORED, ABORTED = BuildStatus.ERRORED, BuildStatus.ABORTED
UNNAMED = Holder(HolderKind.UNNAMED, "a build that the claim does not name")
CLAIMED_AT = START_OF_TIME + 60


def pipeline() -> PipelineModel:
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("use", get("envs", passed=["claim"]))
    model.job("watch", put("envs"))
    return model


def listed(model: PipelineModel, job: str, status: BuildStatus, *, start: int = START_OF_TIME) -> Build:
    """Add a build that lists the claim and ends after it."""
    build = model.build(job, status, made={"envs": "v2"}, start=start)
    return build if build.is_active else model.change(build, end_time=CLAIMED_AT + 10 * build.id)


def unnamed(model: PipelineModel, build: Build, *, remembered: int | None = None) -> tuple[Verdict, ModelQueries]:
    queries = ModelQueries(model)
    claim = claim_by(build, "v2", at=CLAIMED_AT)
    return judge_claim(claim, UNNAMED, queries, now=0, remembered=remembered), queries


@pytest.mark.parametrize(
    ("jobs", "name"),
    [
        ({"claim": SUCCEEDED, "watch": FAILED}, VerdictName.HANDED_OFF),
        ({"claim": STARTED, "watch": FAILED}, VerdictName.RUNNING),
        ({"claim": ERRORED, "watch": STARTED}, VerdictName.RUNNING),
        ({"claim": ERRORED, "watch": FAILED}, VerdictName.FAILED),
        ({"claim": FAILED, "watch": SUCCEEDED}, VerdictName.FAILED),
        ({"claim": ABORTED, "watch": ERRORED}, VerdictName.ERRORED),
        ({"claim": ABORTED, "watch": SUCCEEDED}, VerdictName.LEAKED),
    ],
)
def test_a_lock_counts_as_used_while_any_of_the_builds_has_it(jobs: dict[str, BuildStatus], name: VerdictName) -> None:
    for order in permutations(jobs):
        model = pipeline()
        if name is not VerdictName.HANDED_OFF:
            model.job("use")
        builds = [listed(model, job, jobs[job]) for job in order]
        model.last_updated = CLAIMED_AT
        verdict, _queries = unnamed(model, builds[0])
        last = None if name is VerdictName.RUNNING else max(build.end_time or 0 for build in builds)
        if name is VerdictName.HANDED_OFF:
            last = next(build.end_time for build in builds if build.job == "claim")
        assert (verdict.name, verdict.dead_since, verdict.is_by_version) == (name, last, True)
        may_start_again = SUCCEEDED in jobs.values() and name is not VerdictName.HANDED_OFF
        assert (verdict.keep_until is not None) is may_start_again


def test_a_remembered_build_without_the_lock_does_not_end_the_search() -> None:
    """An earlier run has seen only the one that checked the pool: the other put had not been recorded yet."""
    model = pipeline()
    claiming, watching = listed(model, "claim", SUCCEEDED), listed(model, "watch", FAILED)
    assert unnamed(model, claiming, remembered=watching.id)[0].name is VerdictName.HANDED_OFF
    watching = model.set_status(watching, STARTED)
    verdict, queries = unnamed(model, claiming, remembered=watching.id)
    assert (verdict.name, verdict.build) == (VerdictName.RUNNING, watching)
    assert "resources" not in {query.method for query in queries.asked}


@pytest.mark.parametrize(
    ("after_claim", "status", "name"),
    [
        (60, FAILED, VerdictName.FAILED),
        (61, FAILED, VerdictName.UNVERIFIED),
        (61, SUCCEEDED, VerdictName.UNVERIFIED),
        (61, STARTED, VerdictName.RUNNING),
    ],
)
def test_a_build_that_has_started_after_the_claim_is_no_evidence_against_it(
    after_claim: int, status: BuildStatus, name: VerdictName
) -> None:
    model = pipeline()
    watching = listed(model, "watch", status, start=CLAIMED_AT + after_claim)
    watching = watching if watching.is_active else model.change(watching, end_time=CLAIMED_AT + 100)
    verdict, _queries = unnamed(model, watching)
    assert verdict.name is name
    is_unverified = name is VerdictName.UNVERIFIED
    assert verdict.build == (None if is_unverified else watching)
    assert not is_unverified or verdict.dead_since == CLAIMED_AT


def test_a_build_that_can_have_made_the_claim_counts_more_than_one_that_has_started_after_it() -> None:
    model = pipeline()
    claiming = listed(model, "claim", ABORTED)
    watching = listed(model, "watch", FAILED, start=CLAIMED_AT + 61)
    model.change(watching, end_time=CLAIMED_AT + 100)
    verdict, _queries = unnamed(model, claiming)
    assert (verdict.name, verdict.build) == (VerdictName.ABORTED, claiming)
    assert verdict.dead_since == claiming.end_time, "a later check does not put off the release"


def test_a_lock_whose_build_is_gone_is_gone_whoever_has_checked_the_pool_since() -> None:
    model = pipeline()
    claiming = listed(model, "claim", ABORTED)
    watching = listed(model, "watch", SUCCEEDED, start=CLAIMED_AT + 61)
    watching = model.builds[watching.id] = replace(watching, name="7", end_time=CLAIMED_AT + 100)
    del model.builds[claiming.id]
    assert verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT).name is VerdictName.GONE
    model.set_status(watching, STARTED)
    assert verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT).name is VerdictName.RUNNING


def test_a_build_whose_put_was_not_recorded_counts_whoever_has_checked_the_pool_since() -> None:
    model = pipeline()
    claiming = listed(model, "claim", ABORTED)
    model.made[claiming.id] = ()
    watching = listed(model, "watch", SUCCEEDED, start=CLAIMED_AT + 61)
    model.builds[watching.id] = replace(watching, name="7", end_time=CLAIMED_AT + 100)
    verdict = verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT)
    assert (verdict.name, verdict.dead_since) == (VerdictName.ABORTED, claiming.end_time)


def test_a_named_build_that_made_other_claims_does_not_count() -> None:
    model = pipeline()
    named = model.change(model.build("claim", made={"envs": "v9"}, start=START_OF_TIME), end_time=CLAIMED_AT + 10)
    listed(model, "watch", FAILED)
    model.build("use", STARTED, took={"envs": "v9"})
    verdict = verdict_on(ModelQueries(model), named, "v2", at=CLAIMED_AT)
    assert verdict.name is VerdictName.FAILED
    assert verdict.reason.startswith("ci/claim 1 made other claims; found by its version: ci/watch 1 failed")


def test_a_build_of_the_number_in_the_claim_made_it_whatever_the_clocks_say() -> None:
    model = pipeline()
    model.job("use")
    build = listed(model, "claim", FAILED, start=CLAIMED_AT + 3600)
    build = model.change(build, end_time=CLAIMED_AT + 3700)
    renamed = PipelineModel("renamed")
    renamed.steps, renamed.order = model.steps, model.order
    renamed.builds = {build.id: replace(build, pipeline=renamed.ref)}
    renamed.made, renamed.took = model.made, model.took
    assert verdict_on(ModelQueries(renamed), build, "v2", at=CLAIMED_AT).name is VerdictName.FAILED


def test_the_named_build_may_have_made_a_claim_that_it_does_not_list() -> None:
    """The result of its put was lost, and another build has checked the pool."""
    model = pipeline()
    claiming = listed(model, "claim", SUCCEEDED)
    model.made[claiming.id] = ()
    listed(model, "watch", FAILED)
    verdict = verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT)
    assert (verdict.name, verdict.is_by_version) == (VerdictName.FAILED, True), "no job has had the lock from it"
    model.build("use", STARTED, took={"envs": "v2"})
    assert verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT).name is VerdictName.HANDED_OFF
    model = pipeline()
    claiming = listed(model, "claim", SUCCEEDED)
    listed(model, "watch", FAILED)
    model.versions("others", "v2")
    model.forgotten = {"envs"}
    other = PipelineModel("other", first_id=100)
    other.job("watch", put("locks"))
    watching = other.build("watch", FAILED, made={"locks": "v2"}, start=START_OF_TIME)
    other.change(watching, end_time=CLAIMED_AT + 10)
    model.build("use", STARTED)
    verdict = verdict_on(ModelQueries(model, other), claiming, "v2", at=CLAIMED_AT)
    assert verdict.name is VerdictName.HANDED_OFF
    assert "Concourse has forgotten a version that it carried, and job use has an active build" in verdict.reason


@pytest.mark.parametrize(
    ("lock", "name"),
    [
        (None, VerdictName.ERRORED),
        ("aws/env-1", VerdictName.ERRORED),
        ("aws/env-2", VerdictName.UNVERIFIED),
        ("gcp/env-1", VerdictName.UNVERIFIED),
    ],
)
@pytest.mark.parametrize("is_remembered", [False, True])
def test_an_ended_build_that_checked_another_lock_did_not_make_the_claim(
    lock: str | None, name: VerdictName, is_remembered: bool
) -> None:
    model = pipeline()
    watching = listed(model, "watch", ERRORED)
    queries = ModelQueries(model)
    if lock is not None:
        queries.locks_of_versions["envs", ref("v2")] = lock
    claim = claim_by(watching, "v2", at=CLAIMED_AT)
    remembered = watching.id if is_remembered else None
    assert judge_claim(claim, UNNAMED, queries, now=0, remembered=remembered, lock="aws/env-1").name is name


@pytest.mark.parametrize("status", [FAILED, ERRORED, ABORTED])
def test_only_a_build_of_the_number_that_the_claim_names_made_it(status: BuildStatus) -> None:
    """A build that has waited for a lock since before the claim lists the commit as well."""
    model = pipeline()
    watching = listed(model, "watch", ERRORED)
    model.builds[watching.id] = replace(watching, name="7")
    claiming = model.build("claim", status, start=START_OF_TIME)
    claiming = model.change(claiming, end_time=CLAIMED_AT + 10)
    verdict = verdict_on(ModelQueries(model), claiming, "v2", at=CLAIMED_AT)
    assert (verdict.name, verdict.build, verdict.dead_since) == (
        VerdictName(status.value),
        claiming,
        CLAIMED_AT + 10,
    )


def test_a_claim_that_names_an_id_was_made_by_the_build_of_that_id() -> None:
    model = pipeline()
    claiming, watching = listed(model, "claim", ABORTED), listed(model, "watch", FAILED)
    claim, queries = claim_by(claiming, "v2", at=CLAIMED_AT), ModelQueries(model)
    for build, name in ((claiming, VerdictName.ABORTED), (watching, VerdictName.FAILED)):
        holder = Holder(HolderKind.BUILD, "a build", (BuildReference(id=build.id),))
        judged = ClaimToJudge(claim, holder, queries, frozenset({"main"}), CLAIMED_AT)
        verdict = ask_about_making_builds(judged)
        assert verdict is not None
        assert (verdict.name, verdict.build) == (name, build)


@pytest.mark.parametrize(
    ("after_end", "name"), [(0, VerdictName.HANDED_OFF), (61, VerdictName.FAILED)], ids=["in time", "rewritten"]
)
def test_the_named_build_cannot_have_lost_a_claim_that_is_later_than_its_end(after_end: int, name: VerdictName) -> None:
    """It lists one of its two puts, and a job that comes after it by another resource has an active build."""
    model = PipelineModel()
    model.job("claim", get("code"), put("envs"), put("envs", step="second"))
    model.job("deploy", get("code", passed=["claim"]))
    claiming = model.build("claim", took={"code": "c1"}, made={"envs": "v1"}, start=START_OF_TIME)
    model.build("deploy", STARTED, took={"code": "c2"})
    other = PipelineModel("other", first_id=100)
    other.job("watch", put("locks"))
    other.build("watch", FAILED, made={"locks": "v2"}, start=START_OF_TIME)
    verdict = verdict_on(ModelQueries(model, other), claiming, "v2", at=(claiming.end_time or 0) + after_end)
    assert verdict.name is name

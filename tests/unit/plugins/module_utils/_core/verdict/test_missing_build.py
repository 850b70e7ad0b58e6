# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claim whose name leads to no build: its version finds who made it, and who has the lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import (
    Holder,
    HolderKind,
    read_holder,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions import search
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
)

STARTED, SUCCEEDED, PENDING = BuildStatus.STARTED, BuildStatus.SUCCEEDED, BuildStatus.PENDING
FAILED, ERRORED, ABORTED = BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED
RUNNING, HANDED_OFF, LEAKED, GONE = VerdictName.RUNNING, VerdictName.HANDED_OFF, VerdictName.LEAKED, VerdictName.GONE
UNVERIFIED, UNREACHABLE = VerdictName.UNVERIFIED, VerdictName.UNREACHABLE
UNNAMED = Holder(HolderKind.UNNAMED, "a build that the claim does not name")


def a_pipeline(
    name: str = "new", *, status: BuildStatus = SUCCEEDED, lost: bool = False
) -> tuple[PipelineModel, Build]:
    """A pipeline whose first build has claimed as v2; `lost` leaves its output out, as of a put that did not end."""
    model = PipelineModel(name)
    model.job("claim", put("envs"))
    return model, model.build("claim", status, made=None if lost else {"envs": "v2"})


def judge(queries: ModelQueries, build: Build, *, pipeline: str = "old", job: str | None = None) -> Verdict:
    """The verdict on a claim that names the build by an old name of its pipeline or its job."""
    assert build.pipeline is not None
    named = replace(build, pipeline=PipelineReference(build.pipeline.team, pipeline), job=job or build.job)
    return judge_claim(claim_by(build, "v2"), holder_of(named), queries, now=0)


def wait_at_gate(model: PipelineModel) -> None:
    """`gate` can still take the lock."""
    model.job("gate", get("envs", passed=["claim"]))
    model.next_inputs("gate", {"envs": "v2"})


def use_over_another_resource(model: PipelineModel) -> None:
    """`use` depends on the claiming job by another resource and has started."""
    model.job("claim", put("envs"), put("parts"))
    model.job("use", get("parts", passed=["claim"]))
    claiming = next(iter(model.builds.values()))
    model.made[claiming.id] += model._carried("claim", {"parts": "p1"}, type(put("parts")))
    model.build("use", STARTED, took={"parts": "p1"})


def rename_job(model: PipelineModel) -> None:
    """As `old_name` does: the builds keep their numbers."""
    wait_at_gate(model)
    model.steps["claim-new"] = model.steps.pop("claim")
    model.job("gate", get("envs", passed=["claim-new"]))
    model.builds = {
        number: replace(build, job="claim-new") if build.job == "claim" else build
        for number, build in model.builds.items()
    }


def remove_job(model: PipelineModel) -> None:
    """`gate` depends on another job that took the lock."""
    model.job("test", get("envs", passed=["claim"]))
    model.build("test", took={"envs": "v2"})
    del model.steps["claim"]
    model.job("test", get("envs"))
    model.job("gate", get("envs", passed=["test"]))
    model.next_inputs("gate", {"envs": "v2"})


def remove_job_of_use(model: PipelineModel) -> None:
    """`use` depended on the removed job by another resource; it has started."""
    use_over_another_resource(model)
    del model.steps["claim"]
    model.job("use", get("parts"))


def remove_job_before_gate(model: PipelineModel) -> None:
    """`use` depended on the removed job by another resource and has ended; `gate` depends on it, and releases."""
    use_over_another_resource(model)
    use = max(model.builds.values(), key=lambda build: build.id)
    model.set_status(use, SUCCEEDED)
    del model.steps["claim"]
    model.job("use", get("parts"))
    model.job("gate", get("parts", passed=["use"]), put("envs"))
    model.next_inputs("gate", {"parts": "p1"})


@pytest.mark.parametrize(
    ("change", "pipeline"),
    [
        (wait_at_gate, "old"),
        (use_over_another_resource, "old"),
        (rename_job, "new"),
        (remove_job, "new"),
        (remove_job_of_use, "new"),
        (remove_job_before_gate, "new"),
    ],
)
def test_a_hand_off_is_followed_after_a_rename(change: Callable[[PipelineModel], None], pipeline: str) -> None:
    model, build = a_pipeline()
    change(model)
    verdict = judge(ModelQueries(model), build, pipeline=pipeline)
    assert verdict.name is HANDED_OFF
    assert "any more; found by its version: new/claim" in verdict.reason
    assert verdict.build is not None
    assert (verdict.build.id, verdict.is_by_version) == (build.id, True)


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED, FAILED, ERRORED, ABORTED])
def test_the_status_of_a_build_is_found_after_a_rename(status: BuildStatus) -> None:
    model, build = a_pipeline(status=status)
    expected = {STARTED: RUNNING, SUCCEEDED: LEAKED}.get(status) or VerdictName(status.value)
    assert judge(ModelQueries(model), build).name is expected


def test_the_resources_of_an_archived_pipeline_and_of_other_teams_are_searched_too() -> None:
    model, build = a_pipeline(status=STARTED)
    model.archived = True
    other = PipelineModel("elsewhere", team="others")
    other.versions("envs", "v1")
    assert judge(ModelQueries(other, model), build).name is RUNNING
    other, build = PipelineModel("elsewhere", team="others"), replace(build, id=99)
    other.job("claim", put("envs"))
    build = other.build("claim", STARTED, made={"envs": "v2"})
    named = replace(build, pipeline=PipelineReference("main", "old"), team="main")
    assert judge(ModelQueries(PipelineModel("new"), other), named).build == build


@pytest.mark.parametrize("method", ["resources", "version_id", "builds_with_output", "builds_with_input", "pipelines"])
def test_a_resource_that_cannot_be_asked_keeps_the_lock(method: str) -> None:
    model, build = a_pipeline(lost=True)
    model.versions("envs", "v2")
    assert judge(ModelQueries(model), build).name is GONE
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.method == method
    assert judge(queries, build).name is UNREACHABLE


def test_too_many_resources_keep_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    model, build = a_pipeline(lost=True)
    model.versions("envs", "v2")
    monkeypatch.setattr(search, "MOST_RESOURCES", 0)
    verdict = judge(ModelQueries(model), build)
    assert verdict.name is UNREACHABLE
    assert "fewer teams" in verdict.reason


def test_before_concourse_5_5_no_version_is_searched_for() -> None:
    model, build = a_pipeline()
    queries = ModelQueries(model)
    queries.has_filter = False
    verdict = judge(queries, replace(build, name="7"))
    assert verdict.name is GONE
    assert "resources" not in {query.method for query in queries.asked}


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED, FAILED])
def test_before_concourse_5_5_the_outputs_of_a_build_of_that_number_prove_the_claim(status: BuildStatus) -> None:
    model, build = a_pipeline(status=status)
    queries = ModelQueries(model)
    queries.has_filter = False
    verdict = judge(queries, build)
    expected = {STARTED: RUNNING, SUCCEEDED: LEAKED, FAILED: VerdictName.FAILED}[status]
    assert (verdict.name, verdict.build) == (expected, build)


def test_the_build_that_an_earlier_run_found_is_asked_for_by_its_id() -> None:
    model, build = a_pipeline(status=STARTED)
    named = holder_of(replace(build, pipeline=PipelineReference("main", "old")))
    queries = ModelQueries(model)
    verdict = judge_claim(claim_by(build, "v2"), named, queries, remembered=build.id, now=0)
    assert verdict.name is RUNNING
    assert "resources" not in {query.method for query in queries.asked}
    other = model.build("claim", STARTED, made={"envs": "v3"})
    verdict = judge_claim(claim_by(build, "v2"), named, ModelQueries(model), remembered=other.id, now=0)
    assert verdict.build == build, "a build that did not make the claim is not believed"


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED, ABORTED])
def test_a_claim_that_names_no_build_is_found_by_its_version(status: BuildStatus) -> None:
    model, build = a_pipeline(status=status)
    expected = {STARTED: RUNNING, SUCCEEDED: LEAKED, ABORTED: VerdictName.ABORTED}[status]
    verdict = judge_claim(claim_by(build, "v2"), UNNAMED, ModelQueries(model), now=0)
    assert (verdict.name, verdict.build) == (expected, build)
    assert "the claim names no build; found by its version" in verdict.reason


def test_a_claim_that_names_no_build_and_whose_version_leads_nowhere_is_never_gone() -> None:
    model, build = a_pipeline()
    assert judge_claim(claim_by(build, "unknown"), UNNAMED, ModelQueries(model), now=0).name is UNVERIFIED


def test_a_build_of_another_pipeline_that_took_the_version_has_the_lock() -> None:
    model, build = a_pipeline()
    other = PipelineModel("tests", team="others", first_id=1000)
    other.job("use", get("locks"))
    use = other.build("use", STARTED, took={"locks": "v2"})
    for status, verdict_name in ((SUCCEEDED, LEAKED), (FAILED, VerdictName.FAILED), (ERRORED, VerdictName.ERRORED)):
        build = model.set_status(build, status)
        verdict = judge(ModelQueries(model, other), build)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
        assert "tests/use 1 is started with the lock" in verdict.reason
        assert judge(ModelQueries(model), build).name is verdict_name
    use = other.set_status(use, SUCCEEDED)
    assert judge(ModelQueries(model, other), build).dead_since == use.end_time
    model.made[build.id] = ()
    other.set_status(use, STARTED)
    assert judge(ModelQueries(model, other), build).name is HANDED_OFF, "whoever made the claim"


def test_a_re_run_in_another_pipeline_that_has_not_started_has_the_lock() -> None:
    """Concourse lists it at no version until it starts."""
    model, build = a_pipeline()
    other = PipelineModel("tests", first_id=1000)
    other.job("use", get("locks"))
    use = other.build("use", FAILED, took={"locks": "v2"})
    assert judge(ModelQueries(model, other), build, pipeline="new").name is LEAKED
    other.rerun(use, PENDING)
    for status in (SUCCEEDED, FAILED):
        build = model.set_status(build, status)
        assert judge(ModelQueries(model, other), build, pipeline="new").name is HANDED_OFF


def test_a_job_of_another_pipeline_that_could_take_the_version_does_not_count() -> None:
    model, build = a_pipeline()
    other = PipelineModel("tests", first_id=1000)
    other.versions("locks", "v2")
    other.job("use", get("locks"))
    other.next_inputs("use", {"locks": "v2"})
    other.build("use", PENDING)
    assert judge(ModelQueries(model, other), build).name is LEAKED


def namesake(status: BuildStatus, **what: str) -> tuple[PipelineModel, Build, Build]:
    """A build `claim 1` of another pipeline, and one that claimed under the name of a pipeline that is no more."""
    model = PipelineModel("other")
    model.job("claim", put("envs"))
    build = model.build("claim", status, made=what)
    return model, build, replace(build, id=99, pipeline=PipelineReference("main", "old"))


def test_a_started_namesake_may_have_the_lock_until_its_outputs_are_known() -> None:
    model, build, claiming = namesake(STARTED)
    verdict = judge(ModelQueries(model), claiming)
    assert (verdict.name, verdict.build, verdict.dead_since) == (HANDED_OFF, build, None)
    assert "other/claim 1 is started and may have the lock" in verdict.reason


@pytest.mark.parametrize("status", [STARTED, SUCCEEDED, FAILED, PENDING])
def test_a_namesake_that_made_another_claim_or_cannot_have_claimed_is_no_holder(status: BuildStatus) -> None:
    model, _build, claiming = namesake(status, **({} if status is PENDING else {"envs": "v9"}))
    assert judge(ModelQueries(model), claiming).name is GONE


def test_a_namesake_that_started_after_the_claim_is_no_holder() -> None:
    model, build, claiming = namesake(STARTED)
    model.change(build, start_time=(build.start_time or 0) + 71)
    assert judge(ModelQueries(model), claiming).name is GONE


def test_a_namesake_of_another_job_or_instance_or_of_the_same_pipeline_is_no_holder() -> None:
    model, build, claiming = namesake(STARTED)
    assert judge(ModelQueries(model), claiming, job="another").name is GONE
    instance = PipelineModel("other", instance_vars='{"n":1}')
    instance.job("claim", put("envs"))
    instance.build("claim", STARTED)
    assert judge(ModelQueries(instance), claiming).name is GONE
    assert judge(ModelQueries(model), replace(build, name="2"), pipeline="other").name is GONE


@pytest.mark.parametrize("job", ["claim", "claim-new"])
def test_a_started_build_of_a_removed_or_renamed_job_may_have_the_lock(job: str) -> None:
    model, build = a_pipeline(status=STARTED, lost=True)
    del model.steps["claim"]
    model.job("claim-new", put("envs"))
    model.builds[build.id] = replace(build, job=job)
    verdict = judge(ModelQueries(model), build, pipeline="new")
    assert (verdict.name, verdict.build) == (HANDED_OFF, model.builds[build.id])


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED, ERRORED, ABORTED])
def test_where_concourse_has_forgotten_the_versions_nobody_can_know(status: BuildStatus) -> None:
    """The pipeline was renamed and its resource got another key."""
    model, build = a_pipeline(status=status)
    model.forgotten = {"envs"}
    verdict = judge(ModelQueries(model), build)
    assert (verdict.name, verdict.build) == (UNVERIFIED, build)
    assert "has forgotten its versions" in verdict.reason
    late = replace(claim_by(build, "v2"), claimed_at=(build.end_time or 0) + 120)
    holder = holder_of(replace(build, pipeline=PipelineReference("main", "old")))
    assert judge_claim(late, holder, ModelQueries(model), now=0).name is GONE, "its times do not fit"


def test_a_build_of_the_name_with_other_claims_does_not_hide_the_one_that_made_the_claim() -> None:
    """The pipeline was renamed, and another one got its name."""
    model, build = a_pipeline(status=STARTED)
    taken = PipelineModel("old", first_id=500)
    taken.job("claim", put("envs"))
    taken.build("claim", SUCCEEDED, made={"envs": "v9"}, start=build.start_time)
    verdict = judge(ModelQueries(model, taken), build)
    assert (verdict.name, verdict.build) == (RUNNING, build)
    assert "old/claim 1 made other claims; found by its version" in verdict.reason


def test_a_leaked_lock_is_kept_for_ten_minutes_after_its_pipeline_changed() -> None:
    model, build = a_pipeline()
    model.last_updated = None
    assert judge(ModelQueries(model), build, pipeline="new").keep_until is None
    model.last_updated = build.end_time
    verdict = judge(ModelQueries(model), build, pipeline="new")
    assert (verdict.name, verdict.keep_until) == (LEAKED, (build.end_time or 0) + 600)


@pytest.mark.parametrize("after_start", [200, 30], ids=["it had ended", "it was started"])
@pytest.mark.parametrize("taken_status", [SUCCEEDED, FAILED, ERRORED, ABORTED])
@pytest.mark.parametrize("status", [STARTED, SUCCEEDED])
def test_an_ended_build_of_the_name_without_the_claim_does_not_hide_the_one_that_made_it(
    status: BuildStatus, taken_status: BuildStatus, after_start: int
) -> None:
    """A build waits for the pool; its pipeline is renamed, and another one gets the name, whose build waits, too."""
    model, build = a_pipeline(status=status)
    wait_at_gate(model)
    claimed_at = (build.start_time or 0) + 50
    taken = PipelineModel("old", first_id=500)
    taken.job("claim", put("envs"))
    taken.build("claim", taken_status, start=claimed_at - after_start)
    named = holder_of(replace(build, pipeline=taken.ref))
    verdict = judge_claim(claim_by(build, "v2", at=claimed_at), named, ModelQueries(model, taken), now=0)
    assert (verdict.name, verdict.build) == (RUNNING if status is STARTED else HANDED_OFF, build)
    assert "old/claim 1 lists no such claim; found by its version" in verdict.reason


def test_a_claim_that_names_its_build_by_an_unknown_id_has_no_namesake() -> None:
    model, build = a_pipeline()
    model.made[build.id] = ()
    one_off = Build(99, "99", ERRORED, "main", start_time=build.start_time)
    verdict = judge_claim(claim_by(build, "v9"), holder_of(one_off), ModelQueries(model), now=0)
    assert verdict.name is GONE


@pytest.mark.parametrize("status", [FAILED, ERRORED, ABORTED])
def test_a_one_off_build_that_did_not_succeed_left_its_lock_unless_a_job_has_taken_it(status: BuildStatus) -> None:
    model, build = a_pipeline()
    ended = Build(99, "99", status, "main", start_time=build.start_time, end_time=(build.start_time or 0) + 60)
    model.versions("envs", "v9")
    model.job("use", get("envs"))
    queries = ModelQueries(model, one_offs=(ended,))
    assert judge_claim(claim_by(ended, "v9"), holder_of(ended), queries, now=0).name is VerdictName(status.value)
    model.build("use", STARTED, took={"envs": "v9"})
    queries = ModelQueries(model, one_offs=(ended,))
    assert judge_claim(claim_by(ended, "v9"), holder_of(ended), queries, now=0).name is HANDED_OFF


def test_of_a_claim_without_a_build_everything_known_is_shown() -> None:
    """Nobody is known to have made it; then a build of another pipeline takes the version."""
    model, build = a_pipeline(lost=True)
    model.versions("envs", "v2")
    other = PipelineModel("tests", first_id=1000)
    other.job("use", get("locks"))
    reason = "Concourse has no main/old/claim 1 any more"
    claimed_at = claim_by(build, "v2").claimed_at
    assert judge(ModelQueries(model), build) == Verdict(GONE, reason, claimed_at)
    use = other.build("use", STARTED, took={"locks": "v2"})
    verdict = judge(ModelQueries(model, other), build)
    assert verdict == Verdict(HANDED_OFF, f"{reason}, but tests/use 1 is started with the lock", None, use)
    assert verdict.user == use


def test_of_a_namesake_that_may_have_the_lock_everything_known_is_shown() -> None:
    model, build, claiming = namesake(STARTED)
    reason = "Concourse has no main/old/claim 1 any more"
    verdict = judge(ModelQueries(model), claiming)
    assert verdict == Verdict(HANDED_OFF, f"{reason}, but other/claim 1 is started and may have the lock", None, build)
    assert verdict.user == build
    build = model.set_status(build, FAILED)
    claimed_at = claim_by(claiming, "v2").claimed_at
    may_be_it = f"{reason}; other/claim 1 may have made the claim, but Concourse has forgotten its versions"
    assert judge(ModelQueries(model), claiming) == Verdict(UNVERIFIED, may_be_it, claimed_at, build)


def test_before_concourse_5_5_a_namesake_that_lists_the_claim_made_it() -> None:
    model, build = a_pipeline(status=STARTED)
    queries = ModelQueries(model)
    queries.has_filter = False
    verdict = judge(queries, build)
    reason = "Concourse has no main/old/claim 1 any more; found by its version: new/claim 1 is started"
    assert verdict == Verdict(RUNNING, reason, None, build, is_by_version=True)


@pytest.mark.parametrize(
    ("hidden", "name"), [("main", UNVERIFIED), ("others", GONE)], ids=["its team is hidden", "another one is"]
)
def test_a_claim_of_a_team_that_can_have_another_name_now_is_not_gone(hidden: str, name: VerdictName) -> None:
    model, build = a_pipeline()
    build = replace(build, id=99, pipeline=PipelineReference("main", "old"))
    queries = ModelQueries(model)
    queries.hidden_teams = frozenset({hidden})
    verdict = judge_claim(claim_by(build, "unknown"), holder_of(build), queries, now=0)
    assert (verdict.name, verdict.build) == (name, None)
    assert ("so it can have been renamed" in verdict.reason) is (name is UNVERIFIED)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("main/ci/claim", GONE),
        ("ci/claim", GONE),
        ("Restore main/ci/claim", VerdictName.UNVERIFIED),
        ("fixup! main/ci/claim", VerdictName.UNVERIFIED),
        ("[skip ci] main/ci/claim", VerdictName.UNVERIFIED),
        ("Restore ci/claim", VerdictName.UNVERIFIED),
    ],
)
def test_words_before_the_name_of_a_build_that_is_gone_can_be_those_of_a_person(words: str, name: VerdictName) -> None:
    model, _build = a_pipeline()
    claim = Claim("c0ffee", 0, "Ada", f"{words} build 31 claiming: env-1")
    verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), ModelQueries(model), now=0)
    assert verdict.name is name
    assert ("a person can have written the words before its name" in verdict.reason) is (name is not GONE)


def test_of_a_claim_whose_team_can_have_another_name_now_everything_known_is_shown() -> None:
    model = PipelineModel()
    model.job("claim", put("envs"))
    later = model.build("claim")
    queries = ModelQueries(model)
    queries.hidden_teams = frozenset({"main"})
    claim = claim_by(later, "c0ffee", at=(later.start_time or 0) - 7200)
    verdict = judge_claim(claim, holder_of(later), queries, now=0)
    expected = Verdict(UNVERIFIED, "the name ci/claim 1 belongs to a later build now", claim.claimed_at, later)
    assert replace(verdict, reason=verdict.reason.partition(",")[0]) == expected


def passed_on() -> tuple[PipelineModel, Build, Build]:
    """`timer` has taken the lock of a build that lists no claim; `destroy` comes after it and releases."""
    model, build = a_pipeline(lost=True)
    model.job("timer", get("envs"), get("parts"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs"))
    return model, build, model.build("timer", took={"envs": "v2", "parts": "p1"})


def assert_passed_on(queries: ModelQueries, build: Build, what: str, since: int | None, taker: Build) -> Verdict:
    """Check all fields of the verdict on a claim whose name leads nowhere, and return it."""
    reason = f"Concourse has no main/old/claim 1 any more, but new/timer 1 had it and succeeded; {what}"
    verdict = judge(queries, build)
    assert verdict == Verdict(HANDED_OFF, reason, since, taker)
    return verdict


def test_of_a_claim_without_a_build_whose_lock_a_job_can_take_everything_known_is_shown() -> None:
    model, build, timer = passed_on()
    what = "job destroy can still take the lock"
    verdict = assert_passed_on(ModelQueries(model), build, what, timer.end_time, timer)
    assert (verdict.user, verdict.taker) == (None, "destroy")
    claim = claim_by(build, "v2", at=(timer.end_time or 0) + 60)
    verdict = judge_claim(claim, UNNAMED, ModelQueries(model), now=claim.claimed_at)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, claim.claimed_at), "not left before it was claimed"


def test_of_a_claim_without_a_build_whose_lock_a_later_build_uses_everything_known_is_shown() -> None:
    model, build, timer = passed_on()
    model.job("destroy", get("parts", passed=["timer"]), put("envs"))
    user = model.build("destroy", STARTED, took={"parts": "p1"})
    verdict = assert_passed_on(ModelQueries(model), build, "new/destroy 1 is started with its parts", None, timer)
    assert (verdict.user, verdict.taker) == (user, None)


def test_a_lock_without_a_claiming_build_is_dead_since_the_last_build_on_its_way_to_a_release() -> None:
    """`test` works in the environment without taking the lock."""
    model, build, timer = passed_on()
    model.job("test", get("parts", passed=["timer"]))
    model.job("destroy", get("parts", passed=["test"]), put("envs"))
    test = model.build("test", took={"parts": "p1"})
    what = "job destroy can still take its parts, on the way to releasing the lock"
    assert_passed_on(ModelQueries(model), build, what, test.end_time, timer)


def test_a_job_after_a_build_that_had_the_lock_has_gone_on_to_a_later_one() -> None:
    model, build, _timer = passed_on()
    for lock in ("v2", "v3"):
        model.build("timer", took={"envs": lock, "parts": "p1"})
    model.build("destroy", FAILED, took={"envs": "v3"})
    model.next_inputs("destroy", {"envs": "v3"})
    assert judge(ModelQueries(model), build).name is GONE

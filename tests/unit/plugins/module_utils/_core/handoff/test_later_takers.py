# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which job can still take a lock from a build that took it without `passed`: one test for each clause."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.state import HandOff, HandOffState
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.use_after_failure import (
    ask_for_use_after_failure,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    PENDING,
    STARTED,
    SUCCEEDED,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    Carried,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
    verdict_on,
)

REASON = "ci/timer 1 had it and succeeded; job destroy can still take the lock"


def passed_on() -> tuple[PipelineModel, Build, Build]:
    """A lock whose claiming build failed: `timer` took it, and `destroy` depends on `timer` and releases it."""
    model, claiming = claimed()
    model.job("timer", get("envs"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs"))
    return model, model.set_status(claiming, FAILED), model.build("timer", took={"envs": "v2"})


def after_failure(model: PipelineModel, claiming: Build, *, has_filter: bool = True) -> HandOff:
    queries = ModelQueries(model)
    queries.has_filter = has_filter
    return ask_for_use_after_failure(claiming, "v2", queries)


@pytest.mark.parametrize("has_filter", [True, False])
def test_a_job_that_depends_on_a_build_with_the_lock_can_take_it(has_filter: bool) -> None:
    model, claiming, timer = passed_on()
    expected = HandOff(HandOffState.TAKEABLE, REASON, timer.end_time, taker="destroy")
    assert after_failure(model, claiming, has_filter=has_filter) == expected
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.dead_since, verdict.taker) == (VerdictName.HANDED_OFF, timer.end_time, "destroy")
    assert verdict.reason == f"ci/claim 2 failed, but {REASON}"
    zombie = verdict_on(ModelQueries(model), claiming, "v2", at=(claiming.end_time or 0) + 6)
    assert zombie.name is VerdictName.HANDED_OFF


def test_a_job_that_has_had_the_lock_or_passed_it_over_cannot_take_it() -> None:
    model, claiming, _timer = passed_on()
    destroy = model.build("destroy", FAILED, took={"envs": "v2"})
    assert after_failure(model, claiming) == HandOff(HandOffState.UNUSED, "no build has it", destroy.end_time)
    model, claiming, _timer = passed_on()
    model.build("timer", took={"envs": "v3"})
    model.next_inputs("destroy", {"envs": "v3"})
    assert after_failure(model, claiming).state is HandOffState.UNUSED


@pytest.mark.parametrize(("status", "state"), [(FAILED, HandOffState.UNUSED), (STARTED, HandOffState.IN_USE)])
def test_a_build_that_has_not_succeeded_has_passed_nothing_on(status: BuildStatus, state: HandOffState) -> None:
    model, claiming, timer = passed_on()
    model.set_status(timer, status)
    assert after_failure(model, claiming).state is state


def test_a_one_off_build_passes_nothing_on() -> None:
    model, claiming, timer = passed_on()
    model.change(timer, job=None)
    assert after_failure(model, claiming).state is HandOffState.UNUSED


def test_of_an_archived_pipeline_no_job_takes_it() -> None:
    model, claiming, _timer = passed_on()
    model.archived = True
    queries = ModelQueries(model)
    assert ask_for_use_after_failure(claiming, "v2", queries).state is HandOffState.UNUSED
    assert "next_inputs" not in {query.method for query in queries.asked}


def test_a_job_on_no_way_to_a_release_does_not_count() -> None:
    model, claiming, timer = passed_on()
    model.job("destroy", get("envs", passed=["timer"]), put("other"))
    queries = ModelQueries(model)
    assert ask_for_use_after_failure(claiming, "v2", queries).state is HandOffState.UNUSED
    asked = {query.about[0] for query in queries.asked if query.method == "build_resources"}
    assert timer.id not in asked, "what it carried does not matter"
    model.job("last", get("other", passed=["destroy"]), put("envs"))
    assert after_failure(model, claiming).state is HandOffState.TAKEABLE


def test_a_job_of_another_pipeline_is_named_in_the_reason_and_not_as_one_of_the_claiming_pipeline() -> None:
    model, claiming = claimed()
    other = PipelineModel("tests", first_id=100)
    other.job("use", get("locks"))
    other.job("back", get("locks", passed=["use"]), put("pool"))
    other.versions("pool", "v2")
    used = other.build("use", took={"locks": "v2"})
    for status, how in ((SUCCEEDED, "succeeded;"), (FAILED, "failed, but")):
        claiming = model.set_status(claiming, status)
        verdict = verdict_on(ModelQueries(model, other), claiming, "v2")
        reason = f"ci/claim 2 {how} tests/use 1 had it and succeeded; job back can still take the lock"
        assert (verdict.name, verdict.reason, verdict.taker) == (VerdictName.HANDED_OFF, reason, None)
        assert verdict.dead_since == used.end_time
    other.build("back", FAILED, took={"locks": "v2"})
    assert verdict_on(ModelQueries(model, other), claiming, "v2").name is VerdictName.FAILED


def exposed() -> tuple[ModelQueries, PipelineModel, Build]:
    """Another pipeline has taken the lock and passed it on, but this user is not told what its jobs take next."""
    model, claiming = claimed()
    other = PipelineModel("tests", first_id=100)
    other.versions("pool", "v2", "v3")
    other.job("use", get("pool"))
    other.job("back", get("pool", passed=["use"]), put("pool"))
    other.build("use", took={"pool": "v2"})
    queries = ModelQueries(model, other)
    queries.hidden_inputs = frozenset({other.ref})
    return queries, other, model.set_status(claiming, FAILED)


def test_where_another_pipeline_hides_what_its_jobs_take_next_what_they_took_counts() -> None:
    queries, other, claiming = exposed()
    assert verdict_on(queries, claiming, "v2").name is VerdictName.HANDED_OFF
    queries, other, claiming = exposed()
    other.build("use", took={"pool": "v3"})
    assert verdict_on(queries, claiming, "v2").name is VerdictName.HANDED_OFF
    queries, other, claiming = exposed()
    for job in ("use", "back"):
        other.build(job, took={"pool": "v3"})
    assert verdict_on(queries, claiming, "v2").name is VerdictName.FAILED


def test_a_build_that_waits_there_may_start_with_the_lock() -> None:
    """Somebody can have pinned its version for that."""
    queries, other, claiming = exposed()
    for job in ("use", "back"):
        other.build(job, took={"pool": "v3"})
    other.build("back", PENDING)
    assert verdict_on(queries, claiming, "v2").name is VerdictName.UNREACHABLE


def test_the_claiming_pipeline_must_not_hide_what_its_jobs_take_next() -> None:
    model, claiming, _timer = passed_on()
    for job in ("timer", "destroy"):
        model.build(job, took={"envs": "v3"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is VerdictName.FAILED
    queries = ModelQueries(model)
    queries.hidden_inputs = frozenset({model.ref})
    assert verdict_on(queries, claiming, "v2").name is VerdictName.UNREACHABLE


def test_of_a_claim_whose_build_is_gone_any_pipeline_can_be_the_claiming_one() -> None:
    queries, other, claiming = exposed()
    for job in ("use", "back"):
        other.build(job, took={"pool": "v3"})
    assert claiming.pipeline is not None
    del queries.models[claiming.pipeline].builds[claiming.id]
    assert verdict_on(queries, claiming, "v2").name is VerdictName.UNREACHABLE


def test_a_put_to_a_namesake_of_the_pool_in_another_pipeline_is_no_release() -> None:
    model, claiming, _timer = passed_on()
    model.job("destroy", get("envs", passed=["timer"]), put("pool"))
    other = PipelineModel("tests", first_id=100)
    other.versions("pool", "v2")
    state = ask_for_use_after_failure(claiming, "v2", ModelQueries(model, other))
    assert state.state is HandOffState.UNUSED


def test_the_lock_is_dead_since_the_last_of_all_builds_that_had_it() -> None:
    model, claiming, timer = passed_on()
    claiming = model.change(claiming, end_time=(timer.end_time or 0) + 7)
    assert after_failure(model, claiming).last_end == claiming.end_time


def test_a_build_of_an_archived_pipeline_that_is_at_work_has_the_lock() -> None:
    model, claiming = with_tarball()
    user = model.build("test", STARTED, took={"tarball": "t1"})
    model.archived = True
    assert after_failure(model, claiming).user == user


def test_a_claim_whose_build_is_gone_is_followed_from_the_build_that_took_it() -> None:
    model, claiming, timer = passed_on()
    del model.builds[claiming.id]
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.build, verdict.taker) == (VerdictName.HANDED_OFF, timer, "destroy")
    assert verdict.dead_since == timer.end_time
    assert verdict.reason == f"Concourse has no main/ci/claim 2 any more, but {REASON}"


def test_the_jobs_that_were_followed_from_the_claiming_build_are_not_looked_at_again() -> None:
    model, claiming, _timer = passed_on()
    claiming = model.set_status(claiming, SUCCEEDED)
    model.build("destroy", FAILED, took={"envs": "v2"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is VerdictName.LEAKED
    assert [query.about[1] for query in queries.asked if query.method == "next_inputs"] == []


def with_tarball() -> tuple[PipelineModel, Build]:
    """`timer` took the lock of a failed build and made a tarball; `test`, `lint` depend on that, `back` on `test`."""
    model, claiming, timer = passed_on()
    model.job("timer", get("envs"), put("tarball"))
    model.job("destroy")
    model.job("test", get("tarball", passed=["timer"]))
    model.job("lint", get("tarball", passed=["timer"]))
    model.job("back", get("tarball", passed=["test"]), get("envs"), put("envs"))
    model.made[timer.id] = (Carried("tarball", "tarball", ref("t1")),)
    model.versions("tarball", "t1", "t2")
    return model, claiming


@pytest.mark.parametrize(("job", "expected"), [("test", "is started with its tarball"), ("lint", None)])
def test_a_build_over_another_resource_uses_the_lock_on_a_way_to_a_release(job: str, expected: str | None) -> None:
    model, claiming = with_tarball()
    model.build("test", FAILED, took={"tarball": "t1"})
    user = model.build(job, STARTED, took={"tarball": "t1"})
    state = after_failure(model, claiming)
    assert state.user == (None if expected is None else user)
    assert state.state is (HandOffState.UNUSED if expected is None else HandOffState.IN_USE)
    assert expected is None or state.reason == f"ci/timer 1 had it and succeeded; {user} {expected}"


@pytest.mark.parametrize(("job", "state"), [("back", HandOffState.IN_USE), ("watch", HandOffState.UNUSED)])
def test_a_pending_build_of_another_pipeline_counts_on_a_way_to_a_release(job: str, state: HandOffState) -> None:
    model, claiming = claimed()
    claiming = model.set_status(claiming, FAILED)
    other = PipelineModel("tests", first_id=100)
    other.job("watch", get("locks"))
    other.job("use", get("locks"))
    other.job("back", get("locks", passed=["use"]), put("locks"))
    for name in ("use", "back"):
        other.build(name, FAILED if name == "back" else SUCCEEDED, took={"locks": "v2"})
    for name in ("watch", job):
        other.build(name, PENDING)
        other.next_inputs(name, {"locks": "v2"})
    assert ask_for_use_after_failure(claiming, "v2", ModelQueries(model, other)).state is state


def test_what_a_build_carried_is_followed_through_the_builds_after_it() -> None:
    model, claiming = with_tarball()
    model.build("test", took={"tarball": "t1"})
    state = after_failure(model, claiming)
    assert state.reason.endswith("job back can still take its tarball, on the way to releasing the lock")
    user = model.build("back", STARTED, took={"tarball": "t1", "envs": "v3"})
    assert after_failure(model, claiming).user == user


def test_each_job_that_took_the_lock_has_passed_it_on() -> None:
    model, claiming, _timer = passed_on()
    model.build("destroy", FAILED, took={"envs": "v2"})
    model.job("other", get("envs"))
    model.job("back", get("envs", passed=["other"]), put("envs"))
    other = model.build("other", took={"envs": "v2"})
    state = after_failure(model, claiming)
    assert (state.state, state.taker) == (HandOffState.TAKEABLE, "back")
    assert state.reason.startswith(f"{other} had it and succeeded")


def test_a_claim_whose_build_is_gone_is_in_use_over_another_resource() -> None:
    model, claiming = with_tarball()
    user = model.build("test", STARTED, took={"tarball": "t1"})
    del model.builds[claiming.id]
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.dead_since, verdict.user) == (VerdictName.HANDED_OFF, None, user)


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
def test_a_missing_answer_anywhere_makes_the_lock_unreachable(status: BuildStatus) -> None:
    model, claiming = claimed()
    claiming = model.set_status(claiming, status)
    other = PipelineModel("tests", first_id=100)
    other.job("use", get("locks"), put("tarball"))
    other.job("back", get("tarball", passed=["use"]), put("locks"))
    other.build("use", took={"locks": "v2"}, made={"tarball": "t1"})
    other.build("back", FAILED, took={"tarball": "t1"})
    queries = ModelQueries(model, other)
    assert verdict_on(queries, claiming, "v2").name in (VerdictName.LEAKED, VerdictName.FAILED)
    asked = list(queries.asked)
    assert any(query.method == "next_inputs" or other.ref in query.about for query in asked)
    for missing in asked:
        queries = ModelQueries(model, other)
        queries.is_missing = lambda query, missing=missing: query == missing  # type: ignore[misc]
        assert verdict_on(queries, claiming, "v2").name is VerdictName.UNREACHABLE, missing


def test_a_build_that_the_trace_of_the_claiming_build_has_followed_is_not_followed_again() -> None:
    """A leak at the end of a chain costs no request for what the builds of the chain took besides the lock."""
    model, claiming = claimed()
    model.job("use", get("envs", passed=["claim"]), get("src"))
    model.job("back", get("envs", passed=["use"]), put("envs"))
    model.versions("src", "s1")
    model.build("use", took={"envs": "v2", "src": "s1"})
    model.build("back", FAILED, took={"envs": "v2"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is VerdictName.LEAKED
    assert not [query for query in queries.asked if ref("s1") in query.about]


def test_a_build_after_an_earlier_one_that_took_the_lock_is_still_at_work() -> None:
    """The timer has taken the lock twice; only the test after the second one has ended."""
    model, claiming = claimed()
    model.job("timer", get("envs"), get("src"))
    model.job("test", get("src", passed=["timer"]))
    model.job("destroy", get("src", passed=["test"]), get("envs"), put("envs"))
    claiming = model.set_status(claiming, FAILED)
    model.build("timer", took={"envs": "v2", "src": "s1"})
    test = model.build("test", STARTED, took={"src": "s1"})
    model.build("timer", took={"envs": "v2", "src": "s2"})
    model.build("test", FAILED, took={"src": "s2"})
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.user) == (VerdictName.HANDED_OFF, test), verdict.reason


def test_a_job_that_had_the_lock_and_leads_to_no_release_hides_no_other() -> None:
    model, claiming, _timer = passed_on()
    model.job("look", get("envs"))
    model.build("look", took={"envs": "v2"})
    assert after_failure(model, claiming).reason == REASON


def test_a_job_of_another_pipeline_has_gone_on_to_a_later_lock() -> None:
    """Several builds there had the lock before it did."""
    model, claiming = claimed()
    other = PipelineModel("tests", first_id=100)
    other.job("use", get("locks"))
    other.job("back", get("locks", passed=["use"]), put("locks"))
    for lock in ("v2", "v2", "v3"):
        other.build("use", took={"locks": lock})
    assert verdict_on(ModelQueries(model, other), claiming, "v2").name is VerdictName.HANDED_OFF
    other.build("back", FAILED, took={"locks": "v3"})
    assert verdict_on(ModelQueries(model, other), claiming, "v2").name is VerdictName.LEAKED


def test_a_pipeline_that_knows_the_lock_and_never_took_it_is_not_asked_for_its_jobs() -> None:
    model, claiming, _timer = passed_on()
    model.job("destroy", get("envs"))
    other = PipelineModel("tests", first_id=100)
    other.versions("locks", "v2")
    queries = ModelQueries(model, other)
    assert ask_for_use_after_failure(claiming, "v2", queries).state is HandOffState.UNUSED
    assert Query("jobs", (other.ref,)) not in queries.asked

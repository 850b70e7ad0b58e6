# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build from before a change of the pipeline still uses a lock, although no list of the pipeline shows it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff import trace
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    UNSUCCESSFUL,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    BETWEEN_STARTS,
    START_OF_TIME,
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)

KEPT = (VerdictName.UNREACHABLE, HANDED_OFF)
CHANGED_AT = START_OF_TIME + 100 * BETWEEN_STARTS


def with_test(model: PipelineModel) -> tuple[Build, Build]:
    """Let `test` use a lock without taking it: it hangs on `claim` by the source."""
    model.job("claim", get("src"), put("envs"))
    model.job("test", get("src", passed=["claim"]))
    model.job("release", get("envs", passed=["claim"]), get("src", passed=["test"]), put("envs"))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2"})
    return claiming, model.build("test", STARTED, took={"src": "s2"})


def rename_source(model: PipelineModel) -> None:
    """Rename the source and the claiming job without `old_name`."""
    del model.steps["claim"], model.order["src"]
    model.job("take", get("source"), put("envs"))
    model.job("test", get("source", passed=["take"]))
    model.job("release", get("envs", passed=["take"]), get("source", passed=["test"]), put("envs"))
    model.versions("source", "s3")


def rename_source_with_another_of_the_repository(model: PipelineModel) -> None:
    rename_source(model)
    model.versions("docs", "s2", "s3")
    model.job("docs", get("docs"))


def claim_for_nothing(model: PipelineModel) -> None:
    """Remove the source; the claiming job takes nothing any more, and the test comes after nothing."""
    del model.order["src"]
    model.job("claim", put("envs"))
    model.job("test", get("nightly"))
    model.job("release", get("envs"), put("envs"))


def claim_for_another_source(model: PipelineModel) -> None:
    """The step keeps its name, the other jobs keep the source: they come after another job now."""
    model.job("lint", get("src"))
    model.job("claim", replace(get("src"), resource="other"), put("envs"))
    model.job("test", get("src", passed=["lint"]))
    model.job("release", get("envs"), put("envs"))
    model.versions("other", "o1")


CHANGES = [rename_source, rename_source_with_another_of_the_repository, claim_for_nothing, claim_for_another_source]


@pytest.mark.parametrize("delay", [0, 1, 600])
@pytest.mark.parametrize("change", CHANGES)
def test_a_build_that_started_with_the_former_configuration_keeps_the_lock(
    change: Callable[[PipelineModel], None], delay: int
) -> None:
    """Concourse can start a build seconds after a change with the configuration from before it."""
    model = PipelineModel()
    claiming, user = with_test(model)
    change(model)
    model.last_updated = (user.start_time or 0) - delay
    if model.last_updated < (claiming.start_time or 0):
        model.last_updated = claiming.start_time
        user = model.change(user, start_time=(claiming.start_time or 0) + delay)
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    model.set_status(user, FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize("change", CHANGES[:3])
def test_a_build_that_started_later_than_that_does_not(change: Callable[[PipelineModel], None]) -> None:
    model = PipelineModel()
    claiming, user = with_test(model)
    change(model)
    model.last_updated = claiming.start_time
    model.change(user, start_time=(claiming.start_time or 0) + 601)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_a_build_after_many_others_keeps_the_lock() -> None:
    """Concourse lists the latest builds of a pipeline first, and re-runs at the place of their originals."""
    model = PipelineModel()
    claiming, user = with_test(model)
    rename_source(model)
    model.last_updated = CHANGED_AT
    for _count in range(30):
        model.build("take", FAILED)
    model.page = model.page_from = 5
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    model.set_status(user, FAILED)
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    first, *others = [query.about[1] for query in queries.asked if query.method == "pipeline_builds_from"]
    assert (first, others) == (claiming.id, [*range(5, 33, 4), 32][: len(others)])


@pytest.mark.parametrize("count", [60, 120])
def test_no_more_builds_are_searched_than_those_from_before_the_change(count: int) -> None:
    """More than twenty lists of those are too many."""
    model = PipelineModel()
    claiming, user = with_test(model)
    model.set_status(user, FAILED)
    rename_source(model)
    for _count in range(200):
        model.build("take", FAILED)
    model.last_updated = START_OF_TIME + count * BETWEEN_STARTS
    model.page = model.page_from = 5
    queries = ModelQueries(model)
    verdict = verdict_on(queries, claiming, "v2")
    asked = [query for query in queries.asked if query.method == "pipeline_builds_from"]
    if count == 60:
        assert (verdict.name, len(asked)) == (LEAKED, 17)
    else:
        assert (verdict.name, len(asked)) == (VerdictName.UNREACHABLE, 20)
        assert "too many builds since" in verdict.reason


def test_the_oldest_active_build_of_a_job_counts_although_its_latest_ones_do_not_show_it() -> None:
    """It started since the claim, but Concourse had made it before the claiming build."""
    model = PipelineModel()
    model.job("test", get("src"))
    user = model.build("test", PENDING)
    claiming, other = with_test(model)
    model.set_status(other, FAILED)
    for _count in range(5):
        model.build("test", FAILED)
    model.change(user, status=STARTED, start_time=(claiming.start_time or 0) + 1)
    rename_source(model)
    model.last_updated = CHANGED_AT
    model.page = 3
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    model.set_status(user, FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize("status", UNSUCCESSFUL)
@pytest.mark.parametrize("is_put_recorded", [True, False])
@pytest.mark.parametrize("is_found_in_successor", [True, False])
def test_a_build_that_took_the_lock_of_a_failed_one_keeps_it(
    status: BuildStatus, is_put_recorded: bool, is_found_in_successor: bool
) -> None:
    """It took the lock without `passed`, from a resource that was renamed since without `old_name`."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("use", get("envs"))
    claiming = model.build("claim", status, made={"envs": "v2"} if is_put_recorded else {})
    model.versions("envs", "v2")
    user = model.build("use", STARTED, took={"envs": "v2"})
    model.job("aside", get("src"))
    if is_found_in_successor and not is_put_recorded:
        model.build("aside", STARTED, took={"src": "s2"})
    model.job("claim", put("pool"))
    model.job("use", get("pool"))
    del model.order["envs"]
    model.versions("pool", *(["v2"] if is_found_in_successor else []), "v3")
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    user = model.set_status(user, FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name.value == status.value
    rerun = model.rerun(user, PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    model.set_status(rerun, FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name.value == status.value


@pytest.mark.parametrize("removed", ["build", "test", None])
def test_a_build_after_a_later_one_took_only_what_that_one_made(removed: str | None) -> None:
    """One of the two jobs was removed, or the second one comes after no job any more."""
    model = PipelineModel()
    model.job("claim", get("src"), put("envs"))
    model.job("build", get("src", passed=["claim"]), put("image"))
    model.job("test", get("image", passed=["build"]))
    model.job("release", get("envs"), get("image", passed=["test"]), put("envs"))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2"})
    model.build("build", took={"src": "s2"}, made={"image": "i2"})
    user = model.build("test", STARTED, took={"image": "i2"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    model.job("test", get("image"))
    model.job("release", get("envs"), put("envs"))
    model.steps.pop(removed or "", None)
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
    model.set_status(user, FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize("is_removed", [True, False])
@pytest.mark.parametrize("is_gate_removed", [True, False])
def test_a_build_after_one_that_took_the_lock_of_a_failed_build_keeps_it(
    is_removed: bool, is_gate_removed: bool
) -> None:
    """`gate` took the lock without `passed` and succeeded; `use` comes after it by the source or by what it made."""
    for made in ({}, {"image": "i2"}):
        model = PipelineModel()
        model.job("claim", put("envs"))
        model.job("gate", get("envs"), get("src"), put("image"))
        by = "image" if made else "src"
        model.job("use", get(by, passed=["gate"]))
        model.job("release", get("envs", passed=["gate"]), get(by, passed=["use"]), put("envs"))
        claiming = model.build("claim", FAILED, made={"envs": "v2"})
        model.build("gate", took={"envs": "v2", "src": "s2"}, made=made)
        user = model.build("use", STARTED, took={by: "i2" if made else "s2"})
        assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
        model.job("use", get(by))
        model.job("release", put("envs"))
        for job in [*(["use"] if is_removed else []), *(["gate"] if is_gate_removed else [])]:
            del model.steps[job]
        if made and not is_gate_removed:
            continue  # its job still makes the image, so a change of `passed` alone is left to other rules
        model.last_updated = CHANGED_AT
        assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT
        model.set_status(user, FAILED)
        assert verdict_on(ModelQueries(model), claiming, "v2").name.value == "failed"


def failed_before_a_change(steps: set[str]) -> tuple[PipelineModel, Build, Build]:
    """A job had the lock and failed; then it got these steps. Return the claiming build and the one that failed."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("deploy", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"envs": "v2"})
    failed = model.build("deploy", FAILED, took={"envs": "v2"})
    model.next_inputs("deploy", {"envs": "v2"})
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED
    new = {"more": get("src", step="more")}
    model.job("deploy", *(new.get(step, get("envs", step=step, passed=["claim"])) for step in sorted(steps)))
    return model, claiming, failed


NEW_STEPS = pytest.mark.parametrize("steps", [{"lock"}, {"envs", "more"}], ids=["renamed", "added"])


@NEW_STEPS
@pytest.mark.parametrize("paused", ["job", "pipeline", "no more"])
def test_a_job_starts_again_with_what_it_had_if_a_step_is_new_to_it(paused: str, steps: set[str]) -> None:
    """Concourse looks at the change when it schedules the job: some seconds after that is not paused any more."""
    model, claiming, _failed = failed_before_a_change(steps)
    model.paused, model.paused_jobs = paused == "pipeline", {"deploy"} if paused == "job" else set()
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    model.next_inputs("deploy", None)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF, "another input can have no version yet"


@NEW_STEPS
def test_a_job_that_was_scheduled_since_has_been_started_again_or_never_is(steps: set[str]) -> None:
    model, claiming, _failed = failed_before_a_change(steps)
    next_inputs = {step: "s2" if step == "more" else "v2" for step in steps}
    model.next_inputs("deploy", next_inputs)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED, "it has not been started again"
    model.versions("envs", "v1")
    model.next_inputs("deploy", next_inputs | dict.fromkeys(steps - {"more"}, "v1"))
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF, "it has not been its turn yet"


def test_a_job_that_is_scheduled_in_these_seconds_is_started_again() -> None:
    """The list of jobs is from before, so it shows no active build."""
    model, claiming, _failed = failed_before_a_change({"lock"})
    model.next_inputs("deploy", {"lock": "v2"})
    queries = ModelQueries(model)
    queries.jobs(model.ref)
    queries.latest_builds(model.ref, "deploy")
    model.build("deploy", PENDING)
    assert verdict_on(queries, claiming, "v2").name is HANDED_OFF


def test_a_pending_rerun_of_a_removed_job_keeps_no_lock() -> None:
    """It never starts, and ends never, even if somebody aborts it."""
    model = PipelineModel()
    claiming, user = with_test(model)
    model.rerun(model.set_status(user, FAILED), PENDING)
    rename_source(model)
    del model.steps["test"]
    model.job("release", get("envs", passed=["take"]), put("envs"))
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize("has_other", [True, False])
def test_a_renamed_source_whose_successor_has_the_version_keeps_no_lock(has_other: bool) -> None:
    """The first check of a resource finds its latest version, which is mostly the one that builds had before."""
    model = PipelineModel()
    claiming, user = with_test(model)
    model.set_status(user, FAILED)
    if has_other:
        model.versions("docs", "s2")
        model.job("docs", get("docs"))
    for job in ("claim", "test", "release"):
        model.job(job, *(replace(one, resource="source") if one.resource == "src" else one for one in model.steps[job]))
    del model.order["src"]
    model.versions("source", *([] if has_other else ["s2"]), "s3")
    model.last_updated = CHANGED_AT
    model.build("claim", took={"src": "s3"}, made={"envs": "v3"}, start=CHANGED_AT + 60)
    model.build("test", took={"src": "s3"}, start=CHANGED_AT + 120)
    model.build("release", took={"src": "s3", "envs": "v3"}, start=CHANGED_AT + 180)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize(("after_start", "is_kept"), [(-1, False), (0, True)])
def test_a_build_that_started_before_the_claiming_build_cannot_have_come_after_it(
    after_start: int, is_kept: bool
) -> None:
    model = PipelineModel()
    claiming, user = with_test(model)
    rename_source(model)
    model.last_updated = CHANGED_AT
    model.change(user, start_time=(claiming.start_time or 0) + after_start)
    verdict = verdict_on(ModelQueries(model), claiming, "v2").name
    assert verdict in KEPT if is_kept else verdict is LEAKED


def test_a_pending_rerun_of_a_removed_job_hides_no_build_that_keeps_the_lock() -> None:
    model = PipelineModel()
    claiming, _user = with_test(model)
    model.job("gone", get("src", passed=["claim"]))
    model.rerun(model.build("gone", FAILED, took={"src": "s2"}), PENDING)
    rename_source(model)
    del model.steps["gone"]
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name in KEPT


def test_a_rerun_of_a_build_with_another_lock_does_not_keep_that_of_a_failed_one() -> None:
    """The pool was renamed without `old_name`, so the version of the claim can be of a removed resource."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("use", get("envs"))
    claiming = model.build("claim", FAILED)
    model.rerun(model.build("use", FAILED, took={"envs": "v1"}), PENDING)
    model.job("claim", put("pool"))
    model.job("use", get("pool"))
    del model.order["envs"]
    model.versions("pool", "v2", "v3")
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is VerdictName.FAILED


def test_a_build_of_the_claiming_job_does_not_come_after_the_claiming_build() -> None:
    """It claims another lock for the same source."""
    model = PipelineModel()
    claiming, user = with_test(model)
    model.set_status(user, FAILED)
    model.build("claim", STARTED, took={"src": "s2"})
    model.job("release", get("envs"), put("envs"))
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


@pytest.mark.parametrize("maker", ["build", "pack"])
def test_a_build_took_only_what_one_of_several_later_builds_made(maker: str) -> None:
    """Its job was removed, and it is not among the latest builds; the steps have other names than the resources."""
    model = PipelineModel()
    model.job("claim", get("src"), put("envs"))
    for job in ("build", "pack"):
        model.job(job, get("src", passed=["claim"]), put(f"{job}-image", step="image"))
    model.job("test", get(f"{maker}-image", step="made", passed=[maker]))
    model.job("release", get("envs"), get(f"{maker}-image", passed=["test"]), put("envs"))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2"})
    for job in ("build", "pack"):
        model.build(job, took={"src": "s2"}, made={"image": f"{job}-2"})
    user = model.build("test", STARTED, took={"made": f"{maker}-2"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    del model.steps["test"]
    model.job("use", get(f"{maker}-image"))
    model.job("release", get("envs"), put("envs"))
    model.last_updated = CHANGED_AT
    model.build("claim", FAILED)
    model.page = 1
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.user) == (HANDED_OFF, user)


def test_of_more_later_builds_than_can_be_followed_the_latest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The users are of a removed job, and not among the latest builds."""
    monkeypatch.setattr(trace, "_MOST_DESCENDANTS", 1)
    model = PipelineModel()
    model.job("claim", get("code"), get("src"), put("envs"))
    model.job("first", get("src", passed=["claim"]), put("image"))
    model.job("second", get("code", passed=["claim"]), put("image"))
    model.job("test", get("image", passed=["first", "second"]))
    claiming = model.build("claim", took={"code": "c2", "src": "s2"}, made={"envs": "v2"})
    for job, took in (("first", {"src": "s2"}), ("second", {"code": "c2"})):
        model.build(job, took=took, made={"image": f"{job}-2"})
    users = [model.build("test", STARTED, took={"image": f"{job}-2"}) for job in ("first", "second")]
    model.build("claim", FAILED)
    del model.steps["test"]
    model.job("use", get("image"))
    model.last_updated, model.page = CHANGED_AT, 1
    for user, expected in zip(reversed(users), (HANDED_OFF, LEAKED), strict=True):
        assert verdict_on(ModelQueries(model), claiming, "v2").name is expected
        model.set_status(user, FAILED)


def test_a_job_that_takes_the_same_commit_of_another_resource_keeps_no_lock() -> None:
    model = PipelineModel()
    claiming, user = with_test(model)
    model.set_status(user, FAILED)
    model.job("docs", get("docs"))
    model.build("docs", STARTED, took={"docs": "s2"})
    model.job("release", get("envs"), put("envs"))
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_the_removed_job_of_a_build_that_had_the_source_before_the_claim_keeps_no_lock() -> None:
    model = PipelineModel()
    model.job("lint", get("src"))
    model.job("other", get("docs"))
    model.build("lint", took={"src": "s2"})
    model.build("other", STARTED, took={"docs": "d1"})
    claiming, user = with_test(model)
    model.set_status(user, FAILED)
    del model.steps["lint"]
    model.job("release", get("envs"), put("envs"))
    model.last_updated = CHANGED_AT
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_a_build_that_started_in_the_second_of_the_claiming_one_ten_minutes_after_a_change_keeps_the_lock() -> None:
    model = PipelineModel()
    claiming, user = with_test(model)
    model.job("test", get("src"))
    model.job("release", get("envs"), put("envs"))
    model.last_updated = (claiming.start_time or 0) - 600
    user = model.change(user, start_time=claiming.start_time)
    assert verdict_on(ModelQueries(model), claiming, "v2").user == user

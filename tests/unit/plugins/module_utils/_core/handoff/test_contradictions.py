# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that contradict others are not believed: the lock is kept, where one alone would make it leaked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.job_graph import JobGraph
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    Job,
    StepVersion,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.contradictions import (
    require_listed_build,
    require_other_version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.rules import ask_for_hand_off
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.state import HandOffState
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.removed_job import (
    require_listed_job,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    STARTED,
    UNSUCCESSFUL,
    claimed,
    claimed_with_source,
    judged,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    BETWEEN_STARTS,
    START_OF_TIME,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)

UNREACHABLE = VerdictName.UNREACHABLE


class Contradicting(ModelQueries):
    """Answers from a model, but for the given wrong ones."""

    def __init__(self, model: PipelineModel) -> None:
        super().__init__(model)
        self.without_jobs: set[str] = set()
        self.listed_resources: dict[int, BuildResources] = {}
        self.unknown_versions: set[Version] = set()

    def jobs(self, pipeline: PipelineReference, *, again: bool = False) -> tuple[Job, ...]:
        return tuple(job for job in super().jobs(pipeline, again=again) if job.name not in self.without_jobs)

    def build_resources(self, build: Build) -> BuildResources:
        return self.listed_resources.get(build.id) or super().build_resources(build)

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        if version in self.unknown_versions:
            return None
        return super().version_id(pipeline, resource, version, among_latest=among_latest)


def handed_off() -> tuple[Contradicting, PipelineModel, Build]:
    """A lock that `deploy` can still take, and that it will release."""
    model, claiming = claimed_with_source()
    model.job("deploy", get("envs", passed=["claim"]), put("envs"))
    queries = Contradicting(model)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    return queries, model, claiming


def assert_unreachable(verdict: Verdict, words: str) -> None:
    assert (verdict.name, verdict.dead_since) == (UNREACHABLE, None)
    assert words in verdict.reason


def test_a_list_of_jobs_without_the_job_of_the_build() -> None:
    queries, _model, claiming = handed_off()
    queries.without_jobs = {"claim", "deploy"}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "finds ci/claim 2 by its job, but does not list that job")


def test_a_list_of_jobs_without_the_job_of_a_build_that_took_the_lock() -> None:
    queries, model, claiming = handed_off()
    model.build("deploy", took={"envs": "v2"})
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    queries.without_jobs = {"deploy", "release"}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "finds ci/deploy 1 by its job, but does not list that job")
    del model.steps["deploy"], model.steps["release"]
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_an_empty_list_of_jobs_though_a_build_took_the_lock() -> None:
    """The claiming job was taken out, so no step shows to which resource it put."""
    model, _other = claimed()
    model.job("claim", put("envs", step="taken"))
    claiming = model.build("claim", made={"taken": "v4"})
    model.job("test", get("envs"))
    model.job("release", get("envs", passed=["test"]), put("envs"))
    model.build("test", took={"envs": "v4"})
    del model.steps["claim"]
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF
    queries = Contradicting(model)
    queries.without_jobs = {"test", "release"}
    assert_unreachable(verdict_on(queries, claiming, "v4"), "finds ci/test 1 by its job, but does not list that job")
    model.steps.clear()
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_a_list_of_jobs_without_the_job_of_a_build_that_did_not_succeed(status: object) -> None:
    model, _other = claimed()
    model.job("use", get("envs"))
    claiming = model.build("claim", FAILED)
    model.versions("envs", "lost")
    model.build("use", STARTED, took={"envs": "lost"})
    queries = Contradicting(model)
    assert verdict_on(queries, claiming, "lost").name is HANDED_OFF
    queries = Contradicting(model)
    queries.without_jobs = {"claim"}
    assert_unreachable(verdict_on(queries, claiming, "lost"), "does not list that job")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(BuildResources(), id="nothing"),
        pytest.param(BuildResources(outputs=(StepVersion("envs", ref("v3")),)), id="another ref"),
        pytest.param(BuildResources(inputs=(StepVersion("x", ref("y")),)), id="those of another build"),
    ],
)
def test_the_resources_of_another_build(other: BuildResources) -> None:
    queries, _model, claiming = handed_off()
    queries.listed_resources = {claiming.id: other}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "but not the version for it")


@pytest.mark.parametrize("lost", ["v2", "s2"])
def test_a_list_of_versions_without_one_that_the_build_lists(lost: str) -> None:
    model, claiming = claimed_with_source()
    model.job("release", get("src", passed=["claim"]), put("envs"))
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    queries = Contradicting(model)
    queries.unknown_versions = {ref(lost)}
    words = "a version for ci/claim 2, but for none of the pipeline's resources"
    assert_unreachable(verdict_on(queries, claiming, "v2"), words)


def test_a_list_of_versions_without_the_lock_of_a_build_that_no_job_hangs_on() -> None:
    model, claiming = claimed()
    model.job("use", get("envs"))
    model.build("use", STARTED, took={"envs": "v2"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    queries = Contradicting(model)
    queries.unknown_versions = {ref("v2")}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "but for none of the pipeline's resources")


@pytest.mark.parametrize("field", ["pipeline", "job"])
def test_a_build_without_a_job_or_without_a_pipeline_is_in_no_list_of_jobs(field: str) -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    require_listed_job(JobGraph(()), model.change(claiming, **{field: None}), queries)
    assert queries.asked == []


def test_a_build_with_two_claims() -> None:
    """It lists both refs; each lock is followed by its own."""
    model, _other = claimed()
    model.job("claim", put("envs", step="first"), put("envs", step="second"))
    model.job("deploy", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"first": "a", "second": "b"})
    for commit in ("a", "b"):
        assert verdict_on(ModelQueries(model), claiming, commit).name is HANDED_OFF


@pytest.mark.parametrize(("step", "step_now"), [("envs", "envs"), ("lock", "lock"), ("envs", "renamed")])
def test_another_version_of_a_resource_that_does_not_know_the_claim(step: str, step_now: str) -> None:
    """The result of the first attempt of a put was lost, and no check finds a version older than that of the second.

    It could be the list of another build as well, or the history was rewritten: so any job after the claiming one may
    have the lock, and nobody knows whether one has it that takes it without `passed`.
    """
    model, _other = claimed_with_source()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("test", get("src", passed=["claim"]))
    model.job("claim", get("src"), put("envs", step=step))
    claiming = model.build("claim", took={"src": "s2"}, made={step: "next"})
    model.job("claim", get("src"), put("envs", step=step_now))
    verdict = verdict_on(ModelQueries(model), claiming, "unknown")
    is_certain = step == step_now
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNVERIFIED if is_certain else LEAKED, claiming.end_time)
    assert ("the history may have been rewritten" if is_certain else "forgotten the lock's version") in verdict.reason
    for job, took in (("deploy", {"envs": "v3"}), ("test", {"src": "s3"})):
        user = model.build(job, STARTED, took=took)
        assert verdict_on(ModelQueries(model), claiming, "unknown").name is HANDED_OFF
        model.set_status(user, FAILED)
    rewritten = ask_for_hand_off(claiming, "unknown", ModelQueries(model), is_rewritten=True)
    assert rewritten.state is HandOffState.UNUSED


def test_a_put_whose_result_was_lost() -> None:
    """An attempt that failed has claimed a lock, and the next one another: no response says that the build made it."""
    model, _other = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.versions("envs", "lost")
    claiming = model.build("claim", made={"envs": "next"})
    assert verdict_on(ModelQueries(model), claiming, "lost").name is LEAKED


def change_source(model: PipelineModel) -> None:
    model.forgotten = {"envs"}


def move_the_step(model: PipelineModel) -> None:
    model.job("claim", put("other", step="envs"))
    model.job("deploy", get("envs"))


@pytest.mark.parametrize("change", [change_source, move_the_step])
def test_changes_of_the_configuration_are_no_contradiction(change: Callable[[PipelineModel], None]) -> None:
    model, claiming = claimed()
    change(model)
    assert name(model, claiming) is LEAKED


def test_a_removed_job_is_no_contradiction() -> None:
    model, claiming = claimed()
    del model.steps["claim"]
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.build) == (LEAKED, claiming)
    assert "found by its version" in verdict.reason


@pytest.mark.parametrize(
    ("active", "listed", "is_believed"),
    [
        (None, [7], True),
        (9, [7, 9], True),
        (9, [7, 8], False),  # younger than the oldest that is listed
        (5, [7, 8], True),  # older than all that are listed
        (9, [], False),
        (1, [], False),
    ],
)
def test_a_list_of_builds_without_the_active_one_of_the_job(
    active: int | None, listed: list[int], is_believed: bool
) -> None:
    job = Job("claim", next_build=active)
    builds = [Build(number, str(number), FAILED, "main") for number in listed]
    if is_believed:
        require_listed_build(job, builds)
    else:
        with pytest.raises(NoCredibleResponse, match="lists the builds of job claim without its active build"):
            require_listed_build(job, builds)


def test_a_version_that_is_listed_of_two_resources() -> None:
    followed = [("envs", ref("v2")), ("other", ref("v2"))]
    with pytest.raises(NoCredibleResponse, match="a version of one resource as that of another"):
        require_other_version(followed, ["envs", "other"], ref("v2"))
    require_other_version(followed, ["envs", "src"], ref("v2"))
    require_other_version(followed, ["envs"], ref("v3"))


def test_a_step_that_belongs_to_another_resource_now_has_its_version_of_the_former_one() -> None:
    model, claiming = claimed_with_source()
    model.versions("new-src", "n1")
    model.job("claim", get("new-src", step="src"), put("envs"))
    model.job("test", get("src"))
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    assert verdict_on(Contradicting(model), claiming, "v2").name is HANDED_OFF


def test_a_claim_that_is_listed_as_taken_by_the_build_that_made_it() -> None:
    """The version of `src`, which `test` has, is not followed then, whenever the pipeline was configured."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.build("test", STARTED, took={"src": "s2"})
    for model.last_updated in (START_OF_TIME + 100 * BETWEEN_STARTS, START_OF_TIME - 1):
        queries = Contradicting(model)
        assert verdict_on(queries, claiming, "v2").name is HANDED_OFF
        queries = Contradicting(model)
        resources = BuildResources((StepVersion("src", ref("v2")),), (StepVersion("envs", ref("v2")),))
        queries.listed_resources = {claiming.id: resources}
        assert_unreachable(
            verdict_on(queries, claiming, "v2"), "lists that ci/claim 2 both took and made the version of"
        )


def test_a_build_that_is_listed_as_maker_of_a_version_that_it_does_not_list() -> None:
    """Before 5.5, no version can be searched for, so the outputs are looked at only here."""
    queries, _model, claiming = handed_off()
    queries.has_filter = False
    queries.listed_resources = {claiming.id: BuildResources()}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "for a version of envs, but not the version for it")


def test_a_later_build_that_does_not_list_the_version_that_passed_the_lock_over() -> None:
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    queries = Contradicting(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    queries = Contradicting(model)
    queries.listed_resources = {claiming.id + 1: BuildResources(outputs=(StepVersion("envs", ref("v1")),))}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "for a version, but not the version for that build")


def test_a_version_of_a_step_that_is_followed_as_that_of_another_resource() -> None:
    """Either the step of `build` got another resource since, or Concourse lists the version of the wrong step."""
    model, claiming = claimed_with_source()
    model.job("build", get("src", step="code", passed=["claim"]), put("parts"))
    passing = model.build("build", took={"code": "s2"}, made={"parts": "p2"})
    model.job("build", get("other", step="code"), get("src", passed=["claim"]), put("parts"))
    model.job("test", get("other", passed=["build"]), get("parts", passed=["build"]))
    model.next_inputs("test", {"parts": "p3"})
    assert_unreachable(judged(model, claiming), "a version of one resource as that of another")
    model.last_updated = passing.end_time
    assert name(model, claiming) is LEAKED, "the step got another resource"


def test_a_removed_step_with_the_name_of_a_resource_that_does_not_know_its_version_is_no_contradiction() -> None:
    """The source was taken out of the pipeline; `lint` gets a resource that is called as the step was."""
    model, claiming = claimed_with_source()
    model.job("claim", get("src", step="code"), put("envs"))
    claiming = model.build("claim", took={"code": "s2"}, made={"envs": "v4"})
    model.job("claim", put("envs"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("lint", get("code"))
    model.build("deploy", FAILED, took={"envs": "v4"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED


def test_an_input_with_a_version_that_only_another_resource_has_and_not_from_this_build() -> None:
    """The job of a chain over the source would not be seen."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("back", get("src", passed=["test"]), put("envs"))
    queries = Contradicting(model)
    assert verdict_on(queries, claiming, "v2").name is HANDED_OFF
    queries = Contradicting(model)
    lies = BuildResources((StepVersion("src", ref("v1")),), (StepVersion("envs", ref("v2")),))
    queries.listed_resources = {claiming.id: lies}
    assert_unreachable(verdict_on(queries, claiming, "v2"), "a version for ci/claim 2, but not that build for the ver")


def test_a_put_step_that_was_renamed_after_the_build_passed_its_version_on() -> None:
    """A build claims two locks. Job `release` runs with the second one, and can release the first one, too."""
    model, _other = claimed()
    model.job("claim", put("envs", step="first"), put("envs", step="second"))
    claiming = model.build("claim", made={"first": "a", "second": "b"})
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    model.job("docs", get("docs"))
    model.build("release", STARTED, took={"envs": "b"})
    model.next_inputs("release", {"envs": "b"})
    assert verdict_on(ModelQueries(model), claiming, "a").name is HANDED_OFF
    model.job("claim", put("envs", step="first"), put("envs", step="renamed"))
    verdict = verdict_on(ModelQueries(model), claiming, "a")
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "release 1 is started" in verdict.reason


def test_a_build_at_work_with_a_lock_whose_version_no_resource_of_the_pipeline_knows() -> None:
    """The claiming job was taken out, so nothing shows to which resource it put."""
    model, _other = claimed()
    model.job("claim", put("envs", step="taken"))
    claiming = model.build("claim", made={"taken": "v4"})
    model.versions("envs", "v4")
    model.job("use", get("envs"))
    user = model.build("use", STARTED, took={"envs": "v4"})
    del model.steps["claim"]
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF
    queries = Contradicting(model)
    queries.unknown_versions = {ref("v4")}
    assert_unreachable(verdict_on(queries, claiming, "v4"), "a version for ci/use 1, but for none of the resources")
    model.set_status(user, FAILED)
    queries = Contradicting(model)
    queries.unknown_versions = {ref("v4")}
    assert verdict_on(queries, claiming, "v4").name is LEAKED


def test_a_lock_that_a_resource_knows_and_its_build_does_not_list_is_not_lost() -> None:
    """So the list is that of the build, and jobs after it by another resource work with what they list."""
    model, _other = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.versions("envs", "known")
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "next"})
    model.build("test", STARTED, took={"src": "s3"})
    assert verdict_on(ModelQueries(model), claiming, "known").name is LEAKED


def test_only_of_a_rewritten_claim_it_is_certain_what_its_build_took() -> None:
    """Otherwise the list can be that of another build, so a job after it by the source may have the lock."""
    model, _other = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "next"})
    model.build("test", STARTED, took={"src": "s3"})
    assert ask_for_hand_off(claiming, "unknown", ModelQueries(model)).state is HandOffState.IN_USE
    rewritten = ask_for_hand_off(claiming, "unknown", ModelQueries(model), is_rewritten=True)
    assert rewritten.state is HandOffState.UNUSED

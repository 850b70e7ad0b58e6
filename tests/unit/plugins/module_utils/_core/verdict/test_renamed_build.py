# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build at work whose name has changed is found by what it carries, or by the name that it has kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
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

ACTIVE = (BuildStatus.PENDING, BuildStatus.STARTED)
ENDED = (BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED)


def a_pipeline(name: str = "ci", *, status: BuildStatus = BuildStatus.STARTED) -> tuple[PipelineModel, Build]:
    model = PipelineModel(name)
    model.job("claim", put("envs"))
    return model, model.build("claim", status, made={"envs": "v2"})


def judge(queries: ModelQueries, build: Build, *, old: str | None = None, job: str | None = None) -> Verdict:
    """The verdict on a claim that names the build by an old name of its pipeline or its job."""
    assert build.pipeline is not None
    pipeline = PipelineReference(build.pipeline.team, old or build.pipeline.name)
    named = replace(build, pipeline=pipeline, job=job or build.job)
    return judge_claim(claim_by(build, "v2"), holder_of(named), queries)


@pytest.mark.parametrize("status", ACTIVE)
@pytest.mark.parametrize("lost", [False, True], ids=["output listed", "output lost"])
def test_of_a_renamed_pipeline(status: BuildStatus, lost: bool) -> None:
    model, build = a_pipeline("new", status=status)
    if lost:
        model.made[build.id] = ()
    verdict = judge(ModelQueries(model), build, old="ci")
    assert (verdict.name, verdict.dead_since, verdict.build) == (VerdictName.HANDED_OFF, None, build)
    assert f"new/claim 1 is {status.value} with the lock" in verdict.reason


@pytest.mark.parametrize("late", [0, 60], ids=["after its start", "a minute before, by the worker's clock"])
def test_of_a_renamed_pipeline_by_its_name_alone(late: int) -> None:
    model, build = a_pipeline("new")
    model.made[build.id] = ()
    assert build.start_time is not None
    named = replace(build, pipeline=PipelineReference("main", "ci"))
    verdict = judge_claim(claim_by(build, "v2", at=build.start_time - late), holder_of(named), ModelQueries(model))
    assert (verdict.name, verdict.build) == (VerdictName.HANDED_OFF, build)


def test_one_that_is_older_than_the_latest_ones_of_its_job() -> None:
    """Newer ones at work do not hide it."""
    model, build = a_pipeline("new")
    model.page = 3
    for _count in range(4):
        model.build("claim", BuildStatus.STARTED, made={"envs": "v3"})
    verdict = judge(ModelQueries(model), build, old="ci")
    assert (verdict.name, verdict.build) == (VerdictName.HANDED_OFF, build)


def test_a_re_run_of_an_older_build() -> None:
    """Concourse does not name it as its job's next build."""
    model, original = a_pipeline("new", status=BuildStatus.FAILED)
    rerun = model.rerun(original, BuildStatus.STARTED)
    model.made[rerun.id] = model.made[original.id]
    model.build("claim", BuildStatus.SUCCEEDED, made={"envs": "v3"})
    verdict = judge(ModelQueries(model), rerun, old="ci")
    assert (verdict.name, verdict.build) == (VerdictName.HANDED_OFF, rerun)


@pytest.mark.parametrize("status", ENDED)
def test_one_that_has_ended_is_gone(status: BuildStatus) -> None:
    model, build = a_pipeline("new", status=status)
    assert judge(ModelQueries(model), build, old="ci").name is VerdictName.GONE


def test_of_a_job_that_its_pipeline_has_no_more() -> None:
    model, build = a_pipeline()
    model.steps.clear()
    model.job("claim-env", put("envs"))
    queries = ModelQueries(model)
    queries._find = lambda reference: None  # type: ignore[method-assign] # by its name it answers 404
    verdict = judge(queries, build)
    assert (verdict.name, verdict.build) == (VerdictName.HANDED_OFF, build)
    assert [query.method for query in queries.asked].count("pipeline_builds") == 1


def test_a_later_build_with_the_lock_is_found_too() -> None:
    model, build = a_pipeline("new", status=BuildStatus.SUCCEEDED)
    model.job("test", get("envs", passed=["claim"]))
    test = model.build("test", BuildStatus.STARTED, took={"envs": "v2"})
    verdict = judge(ModelQueries(model), build, old="ci")
    assert (verdict.name, verdict.build) == (VerdictName.HANDED_OFF, test)


def test_builds_with_other_locks_are_no_reason_to_keep_it() -> None:
    model, build = a_pipeline("new", status=BuildStatus.FAILED)
    model.build("claim", BuildStatus.STARTED, made={"envs": "v3"})
    assert judge(ModelQueries(model), build, old="ci").name is VerdictName.GONE


def test_a_build_of_another_team_is_not_looked_at() -> None:
    model, build = a_pipeline("new")
    verdict = judge(ModelQueries(model), replace(build, pipeline=PipelineReference("other", "new")), old="ci")
    assert verdict.name is VerdictName.GONE


@pytest.mark.parametrize("method", ["pipelines", "jobs", "latest_builds", "build_resources"])
def test_a_missing_answer_keeps_the_lock(method: str) -> None:
    model, build = a_pipeline("new", status=BuildStatus.STARTED)
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.method == method
    assert judge(queries, build, old="ci").name is VerdictName.UNREACHABLE


def test_a_job_at_work_with_a_build_that_is_not_listed_keeps_the_lock() -> None:
    """A re-run stands where its original stands, which can be pages back."""
    model, build = a_pipeline("new", status=BuildStatus.FAILED)
    model.rerun(build, BuildStatus.STARTED)
    model.page = 0
    assert judge(ModelQueries(model), build, old="ci").name is VerdictName.UNREACHABLE

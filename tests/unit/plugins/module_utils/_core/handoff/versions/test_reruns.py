# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-runs that have yet to start, among very many builds: all are found, with few questions.

In all of them hundreds of builds of `test` took s2 of `src` after the build of `claim` did, which made v2 of `envs`.
"""

from __future__ import annotations

import time

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.reruns import (
    ask_for_active_rerun,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
    claimed,
    claimed_with_source,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)

BUILDS = 600


def aged() -> tuple[PipelineModel, Build, list[Build]]:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    return model, claiming, [model.build("test", FAILED, took={"src": "s2"}) for _count in range(BUILDS)]


def test_the_builds_of_a_job_are_listed_by_the_hundred_and_not_asked_for_one_by_one() -> None:
    model, claiming, _builds = aged()
    queries = ModelQueries(model)
    started = time.process_time()
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert [query.method for query in queries.asked].count("builds_from") <= BUILDS // 100 + 1
    assert len(queries.asked) <= 26
    assert time.process_time() - started < 5


@pytest.mark.parametrize("number", [0, 1, 98, 99, 100, 101, 250, 498, 499, 500, 501, 599])
def test_a_pending_rerun_is_found_wherever_its_original_is(number: int) -> None:
    model, claiming, builds = aged()
    rerun = model.rerun(builds[number], PENDING)
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert str(rerun) in verdict.reason


def test_a_second_rerun_of_a_build_is_found_where_the_first_had_the_version_too() -> None:
    model, claiming, builds = aged()
    model.rerun(builds[300], FAILED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED
    model.rerun(builds[300], PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF


def test_more_builds_than_can_be_listed_leave_the_lock_in_doubt() -> None:
    model, claiming, _builds = aged()
    model.page_from = 20
    queries = ModelQueries(model)
    verdict = verdict_on(queries, claiming, "v2")
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNREACHABLE, None)
    assert [query.method for query in queries.asked].count("builds_from") == 20


def test_as_many_builds_as_can_be_listed_decide_the_verdict() -> None:
    model, claiming, _builds = aged()
    model.page_from = 26  # each of 20 lists has 25 of the 500 builds that the first page does not list
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert [query.method for query in queries.asked].count("builds_from") == 20


def test_a_one_off_build_has_no_reruns() -> None:
    model, _claiming, _builds = aged()
    queries = ModelQueries(model)
    one_off = Build(9000, "9000", FAILED, "main")
    assert ask_for_active_rerun(queries, model.ref, [one_off]) is None
    assert queries.asked == []


def test_the_lists_of_builds_are_asked_for_again_only_on_demand() -> None:
    model, _claiming, builds = aged()
    queries = ModelQueries(model)
    asked = []
    for again in (False, False, True):
        assert ask_for_active_rerun(queries, model.ref, [builds[0]], again=again) is None
        asked.append(len(queries.asked))
    assert asked == [3, 3, 5], "the jobs, the latest builds, and those from the given one on"
    assert ask_for_active_rerun(queries, model.ref, [builds[0]]) is None
    assert len(queries.asked) == 5


def test_a_pending_rerun_that_is_listed_as_one_of_another_build_is_known_by_its_name() -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    first, second = (model.build("test", FAILED, took={"src": version}) for version in ("s2", "s3"))
    rerun = model.rerun(first, PENDING)
    assert rerun.name == f"{first.name}.1"
    model.change(rerun, rerun_of=second.id)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    model.change(rerun, rerun_of=second.id, name=f"{second.name}.1")  # type: ignore[arg-type]
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_a_job_that_took_the_lock_and_was_removed_starts_no_rerun() -> None:
    """Concourse answers 404 to the list of its builds, for ever; a re-run that has started is listed at the version."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    del model.steps["deploy"]
    verdict = verdict_on(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.dead_since) == (LEAKED, build.end_time)
    model.rerun(build, PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED
    model.rerun(build, STARTED)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF


@pytest.mark.parametrize("status", [FAILED, SUCCEEDED])
def test_a_job_of_another_pipeline_that_took_the_lock_and_was_removed(status: BuildStatus) -> None:
    model, claiming = claimed()
    other = PipelineModel("tests", first_id=100)
    other.job("test", get("locks"))
    other.build("test", status, took={"locks": "v2"})
    other.job("lint")
    del other.steps["test"]
    assert verdict_on(ModelQueries(model, other), claiming, "v2").name is LEAKED


def test_a_removed_job_that_took_the_lock_hides_no_rerun_of_another_job() -> None:
    model, claiming = claimed()
    for job in ("gone", "deploy"):
        model.job(job, get("envs", passed=["claim"]))
    gone, deploy = (model.build(job, FAILED, took={"envs": "v2"}) for job in ("gone", "deploy"))
    del model.steps[str(gone.job)]
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED
    rerun = model.rerun(deploy, PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v2").user == rerun

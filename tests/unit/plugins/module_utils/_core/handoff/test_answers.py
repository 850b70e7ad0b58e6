# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk when answers are missing, and when the world changes while it looks."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import BuildQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    UNSUCCESSFUL,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.handoff_ways import (
    archived_way,
    forgotten_way,
    long_way,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    BASE,
    ModelQueries,
    Query,
    claim_by,
    holder_of,
    verdict_on,
)


def judge_by_untyped_vars(queries: BuildQueries, claiming: Build) -> Verdict:
    """Judge with a claim that has lost the types of its instance variables, so that the instances are asked for."""
    pipeline = PipelineReference("main", "ci")
    reading = BuildReference(
        base=BASE, pipeline=pipeline, job=claiming.job, name=claiming.name, untyped_vars=(("n", "1"),)
    )
    holder = holder_of(claiming)
    holder = type(holder)(holder.kind, holder.text, (reading,), holder.url)
    return judge_claim(claim_by(claiming, "v2"), holder, queries, now=0)


def judge_by_name(queries: BuildQueries, claiming: Build) -> Verdict:
    return verdict_on(queries, claiming, "v2")


def judge_a_late_claim(queries: BuildQueries, claiming: Build) -> Verdict:
    return verdict_on(queries, claiming, "v2", at=(claiming.end_time or 0) + 600)


Case = tuple[Callable[[], tuple[PipelineModel, Build]], Callable[[BuildQueries, Build], Verdict]]
CASES: tuple[Case, ...] = (
    (long_way, judge_by_untyped_vars),
    (long_way, judge_by_name),
    (long_way, judge_a_late_claim),
    (forgotten_way, judge_by_name),
    (archived_way, judge_by_name),
)


def _questions(case: Case) -> list[Query]:
    way, judge = case
    model, claiming = way()
    queries = ModelQueries(model)
    judge(queries, claiming)
    return queries.asked


QUESTIONS = [
    pytest.param(case, number, id=f"{case[0].__name__}-{case[1].__name__}-{number}-{query.method}")
    for case in CASES
    for number, query in enumerate(_questions(case))
]


@pytest.mark.parametrize("case", CASES)
def test_with_all_answers_the_lock_is_leaked(case: Case) -> None:
    way, judge = case
    model, claiming = way()
    assert judge(ModelQueries(model), claiming).name is LEAKED


def test_the_cases_ask_every_question_of_the_protocol() -> None:
    """All but those of a missing or a former build, by version_id, and of the order where jobs take any version."""
    asked = {query.method for case in CASES for query in _questions(case)}
    others = {"pipeline_builds", "pipeline_builds_from", "is_team_hidden", "version_ids", "is_newer", "lock_of_version"}
    assert asked | others == {
        name for name, _other in inspect.getmembers(BuildQueries, inspect.isfunction) if not name.startswith("_")
    }


@pytest.mark.parametrize(("case", "number"), QUESTIONS)
def test_a_missing_answer_anywhere_makes_the_lock_unreachable(case: Case, number: int) -> None:
    way, judge = case
    model, claiming = way()
    queries = ModelQueries(model)
    _refuse(queries, number)
    verdict = judge(queries, claiming)
    assert len(queries.refused) == 1
    assert (verdict.name, verdict.dead_since) == (VerdictName.UNREACHABLE, None)
    assert "502" in verdict.reason


@pytest.mark.parametrize("status", UNSUCCESSFUL)
@pytest.mark.parametrize("late", [0, 6], ids=["in time", "zombie"])
@pytest.mark.parametrize("recorded", [True, False], ids=["output recorded", "output lost"])
def test_a_missing_answer_about_who_uses_the_lock_of_a_dead_build_makes_it_unreachable(
    status: BuildStatus, late: int, recorded: bool
) -> None:
    model, build = claimed()
    model.job("timer", get("envs"))
    model.build("timer", FAILED, took={"envs": "v2"})
    build = model.set_status(build, status)
    model.made[build.id] = model.made[build.id] if recorded else ()
    at = (build.end_time or 0) + late
    queries = ModelQueries(model)
    assert verdict_on(queries, build, "v2", at=at).dead_since is not None
    methods = [query.method for query in queries.asked]
    assert methods[0:2] == ["names_this_concourse", "build"]
    assert "builds_with_input" in methods
    for number in range(len(methods)):
        queries = ModelQueries(model)
        _refuse(queries, number)
        verdict = verdict_on(queries, build, "v2", at=at)
        assert (verdict.name, verdict.dead_since) == (VerdictName.UNREACHABLE, None), methods[number]


def test_an_answer_that_nobody_needs_may_be_missing() -> None:
    model, claiming = long_way()
    model.build("gate", STARTED, took={"envs": "v2"})
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.method in {"next_inputs", "latest_builds", "is_newer", "is_archived"}
    assert judge_by_name(queries, claiming).name is HANDED_OFF
    assert not queries.refused


def _moments(way: Callable[[], tuple[PipelineModel, Build]]) -> range:
    """Before which questions a build that starts must be seen: all, up to the first of the last looks."""
    queries_asked = _questions((way, judge_by_name))
    return range(len(queries_asked) - len(_asked_twice(queries_asked)) + 1)


def _asked_twice(queries_asked: list[Query]) -> set[Query]:
    """The versions that were followed; of others only the builds that passed them on are of interest, once."""
    took = Counter(query for query in queries_asked if query.method == "builds_with_input")
    return {query for query, times in took.items() if times > 1}


@pytest.mark.parametrize("way", [long_way, archived_way])
def test_a_build_that_starts_between_two_questions_keeps_the_lock(
    way: Callable[[], tuple[PipelineModel, Build]],
) -> None:
    for number in _moments(way):
        model, claiming = way()
        model.job("late", get("envs"))
        queries = ModelQueries(model)
        _change_before(queries, number, partial(model.build, "late", STARTED, took={"envs": "v2"}))
        verdict = judge_by_name(queries, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {queries.asked[number]}"


def test_a_build_that_starts_with_what_came_along_between_two_questions_keeps_the_lock() -> None:
    for number in _moments(long_way):
        model, claiming = long_way()
        queries = ModelQueries(model)
        _change_before(queries, number, partial(model.build, "test", STARTED, took={"src": "s2"}))
        verdict = judge_by_name(queries, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {queries.asked[number]}"


def test_a_rerun_that_starts_between_two_questions_keeps_the_lock() -> None:
    """It is pending at first, without inputs, and started with those of its original some questions later."""
    for number in _moments(long_way):
        model, claiming = long_way()
        original = next(build for build in model.builds.values() if build.job == "test")
        rerun = model.rerun(original, PENDING)
        queries = ModelQueries(model)
        _change_before(queries, number, partial(_start_rerun, model, rerun, original))
        verdict = judge_by_name(queries, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {queries.asked[number]}"


def taken_after_failure() -> tuple[PipelineModel, Build]:
    """The claiming build has failed, and a build that took the lock without `passed` has ended."""
    model, claiming = claimed()
    model.job("test", get("envs"))
    model.build("test", FAILED, took={"envs": "v2"})
    return model, model.set_status(claiming, FAILED)


@pytest.mark.parametrize(
    ("way", "job"), [(long_way, "smoke"), (long_way, "test"), (long_way, "deploy"), (taken_after_failure, "test")]
)
def test_a_rerun_that_is_asked_for_between_two_questions_keeps_the_lock(
    way: Callable[[], tuple[PipelineModel, Build]], job: str
) -> None:
    """Until it starts, only the list of its job's builds shows it, so that is asked for at the end of the look."""
    model, claiming = way()
    queries = ModelQueries(model)
    assert judge_by_name(queries, claiming).dead_since is not None
    lists = [number for number, one in enumerate(queries.asked) if one.method == "latest_builds" and job in one.about]
    methods = {one.method for one in queries.asked[lists[-1] :]}
    assert methods <= {"latest_builds", "builds_from", "jobs", "builds_with_input"}, "nothing else comes after it"
    for number in range(lists[-1] + 1):
        model, claiming = way()
        original = next(build for build in model.builds.values() if build.job == job)
        queries = ModelQueries(model)
        _change_before(queries, number, partial(model.rerun, original, PENDING))
        assert judge_by_name(queries, claiming).dead_since is None, f"before {queries.asked[number]}"


def test_a_build_that_takes_the_lock_and_ends_between_two_questions_keeps_it_for_this_time() -> None:
    """It is known when it ended, but not what its job did with the lock: the next run shows that."""
    first = next(number for number, one in enumerate(_questions(CASES[-1])) if one.method == "builds_with_input")
    for number in _moments(archived_way)[first + 1 :]:
        model, claiming = archived_way()
        queries = ModelQueries(model)
        _change_before(queries, number, partial(model.build, "deploy", FAILED, took={"envs": "v2"}))
        verdict = judge_by_name(queries, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {queries.asked[number]}"


def test_who_has_the_versions_is_asked_once_more_after_everything_else() -> None:
    """What is asked later than that gives a build the time to start unseen."""
    model, claiming = long_way()
    queries = ModelQueries(model)
    assert judge_by_name(queries, claiming).name is LEAKED
    versions = _asked_twice(queries.asked)
    assert {query.about[1] for query in versions} == {"envs", "src"}
    assert set(queries.asked[-len(versions) :]) == versions


def test_a_build_that_starts_downstream_of_a_forgotten_lock_while_the_next_job_is_looked_at_keeps_it() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    model.forgotten = {"envs"}
    queries = ModelQueries(model)
    assert judge_by_name(queries, claiming).name is LEAKED
    number = next(number for number, one in enumerate(queries.asked) if one.about == (model.ref, "release"))
    assert any(one.about == (model.ref, "deploy") for one in queries.asked[:number])
    queries = ModelQueries(model)
    _change_before(queries, number, partial(model.build, "deploy", STARTED))
    verdict = judge_by_name(queries, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)


def test_the_reason_names_the_job_downstream_that_came_to_work_and_no_other() -> None:
    """The jobs before it in the alphabet run too, and have nothing to do with the lock."""
    for number in range(100):
        model, claiming = claimed()
        model.job("aside", get("src"))
        model.job("deploy", get("envs", passed=["claim"]))
        model.build("aside", STARTED, took={"src": "s1"})
        model.forgotten = {"envs"}
        queries = ModelQueries(model)
        _change_before(queries, number, partial(model.build, "deploy", STARTED))
        verdict = judge_by_name(queries, claiming)
        if len(queries.asked) <= number:
            assert verdict.name is LEAKED
            return
        assert verdict.name is HANDED_OFF
        assert "deploy" in verdict.reason
        assert "aside" not in verdict.reason
    raise AssertionError("the walk asks more than a hundred questions of a small pipeline")


def _refuse(queries: ModelQueries, number: int) -> None:
    """Give no answer to the question of that number."""
    queries.is_missing = lambda query: len(queries.asked) == number + 1


def _change_before(queries: ModelQueries, number: int, change: Callable[[], object]) -> None:
    """Let the world change just before the question of that number is answered."""

    def before(query: Query) -> None:
        if len(queries.asked) == number + 1:
            change()

    queries.before_answer = before


def _start_rerun(model: PipelineModel, rerun: Build, original: Build) -> None:
    model.set_status(rerun, STARTED)
    model.took[rerun.id] = model.took[original.id]

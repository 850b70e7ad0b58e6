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

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildStatus,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import BuildQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import (
    Verdict,
    VerdictName,
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
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.test_rules import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    UNSUCCESSFUL,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    BASE,
    ModelFacts,
    Question,
    claim_by,
    holder_of,
    verdict_on,
)


def judge_by_untyped_vars(facts: BuildQueries, claiming: Build) -> Verdict:
    """Judge with a claim that has lost the types of its instance variables, so that the instances are asked for."""
    pipeline = PipelineReference("main", "ci")
    reading = BuildReference(
        base=BASE, pipeline=pipeline, job=claiming.job, name=claiming.name, untyped_vars=(("n", "1"),)
    )
    holder = holder_of(claiming)
    holder = type(holder)(holder.kind, holder.text, (reading,), holder.url)
    return judge_claim(claim_by(claiming, "v2"), holder, facts)


def judge_by_name(facts: BuildQueries, claiming: Build) -> Verdict:
    return verdict_on(facts, claiming, "v2")


def judge_a_late_claim(facts: BuildQueries, claiming: Build) -> Verdict:
    return verdict_on(facts, claiming, "v2", at=(claiming.end_time or 0) + 600)


Case = tuple[Callable[[], tuple[PipelineModel, Build]], Callable[[BuildQueries, Build], Verdict]]
CASES: tuple[Case, ...] = (
    (long_way, judge_by_untyped_vars),
    (long_way, judge_by_name),
    (long_way, judge_a_late_claim),
    (forgotten_way, judge_by_name),
    (archived_way, judge_by_name),
)


def _questions(case: Case) -> list[Question]:
    way, judge = case
    model, claiming = way()
    facts = ModelFacts(model)
    judge(facts, claiming)
    return facts.asked


QUESTIONS = [
    pytest.param(case, number, id=f"{case[0].__name__}-{case[1].__name__}-{number}-{question.method}")
    for case in CASES
    for number, question in enumerate(_questions(case))
]


@pytest.mark.parametrize("case", CASES)
def test_with_all_answers_the_lock_is_leaked(case: Case) -> None:
    way, judge = case
    model, claiming = way()
    assert judge(ModelFacts(model), claiming).name is LEAKED


def test_the_cases_ask_every_question_of_the_protocol() -> None:
    """All but one: the builds of a whole pipeline are asked for where a build is not found by its name."""
    asked = {question.method for case in CASES for question in _questions(case)}
    assert asked | {"pipeline_builds"} == {
        name for name, _other in inspect.getmembers(BuildQueries, inspect.isfunction) if not name.startswith("_")
    }


@pytest.mark.parametrize(("case", "number"), QUESTIONS)
def test_a_missing_answer_anywhere_makes_the_lock_unreachable(case: Case, number: int) -> None:
    way, judge = case
    model, claiming = way()
    facts = ModelFacts(model)
    _refuse(facts, number)
    verdict = judge(facts, claiming)
    assert len(facts.refused) == 1
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
    facts = ModelFacts(model)
    assert verdict_on(facts, build, "v2", at=at).dead_since is not None
    methods = [question.method for question in facts.asked]
    assert methods[0:2] == ["names_this_concourse", "build"]
    assert "builds_with_input" in methods
    for number in range(len(methods)):
        facts = ModelFacts(model)
        _refuse(facts, number)
        verdict = verdict_on(facts, build, "v2", at=at)
        assert (verdict.name, verdict.dead_since) == (VerdictName.UNREACHABLE, None), methods[number]


def test_an_answer_that_nobody_needs_may_be_missing() -> None:
    model, claiming = long_way()
    model.build("gate", STARTED, took={"envs": "v2"})
    facts = ModelFacts(model)
    facts.is_missing = lambda question: question.method in {"next_inputs", "latest_builds", "is_newer", "is_archived"}
    assert judge_by_name(facts, claiming).name is HANDED_OFF
    assert not facts.refused


def _moments(way: Callable[[], tuple[PipelineModel, Build]]) -> range:
    """Before which questions a build that starts must be seen: all, up to the first of the last looks."""
    questions = _questions((way, judge_by_name))
    return range(len(questions) - len(_asked_twice(questions)) + 1)


def _asked_twice(questions: list[Question]) -> set[Question]:
    """The versions that were followed; of others only the builds that passed them on are of interest, once."""
    took = Counter(question for question in questions if question.method == "builds_with_input")
    return {question for question, times in took.items() if times > 1}


@pytest.mark.parametrize("way", [long_way, archived_way])
def test_a_build_that_starts_between_two_questions_keeps_the_lock(
    way: Callable[[], tuple[PipelineModel, Build]],
) -> None:
    for number in _moments(way):
        model, claiming = way()
        model.job("late", get("envs"))
        facts = ModelFacts(model)
        _change_before(facts, number, partial(model.build, "late", STARTED, took={"envs": "v2"}))
        verdict = judge_by_name(facts, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {facts.asked[number]}"


def test_a_build_that_starts_with_what_came_along_between_two_questions_keeps_the_lock() -> None:
    for number in _moments(long_way):
        model, claiming = long_way()
        facts = ModelFacts(model)
        _change_before(facts, number, partial(model.build, "test", STARTED, took={"src": "s2"}))
        verdict = judge_by_name(facts, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {facts.asked[number]}"


def test_a_rerun_that_starts_between_two_questions_keeps_the_lock() -> None:
    """It is pending at first, without inputs, and started with those of its original some questions later."""
    for number in _moments(long_way):
        model, claiming = long_way()
        original = next(build for build in model.builds.values() if build.job == "test")
        rerun = model.rerun(original, PENDING)
        facts = ModelFacts(model)
        _change_before(facts, number, partial(_start_rerun, model, rerun, original))
        verdict = judge_by_name(facts, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {facts.asked[number]}"


def test_a_build_that_takes_the_lock_and_ends_between_two_questions_keeps_it_for_this_time() -> None:
    """Only when it ended is known, not what its job did with the lock: the next run will tell."""
    first = next(number for number, one in enumerate(_questions(CASES[-1])) if one.method == "builds_with_input")
    for number in _moments(archived_way)[first + 1 :]:
        model, claiming = archived_way()
        facts = ModelFacts(model)
        _change_before(facts, number, partial(model.build, "deploy", FAILED, took={"envs": "v2"}))
        verdict = judge_by_name(facts, claiming)
        assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None), f"before {facts.asked[number]}"


def test_who_has_the_versions_is_asked_once_more_after_everything_else() -> None:
    """What is asked later than that gives a build the time to start unseen."""
    model, claiming = long_way()
    facts = ModelFacts(model)
    assert judge_by_name(facts, claiming).name is LEAKED
    versions = _asked_twice(facts.asked)
    assert {question.about[1] for question in versions} == {"envs", "src"}
    assert set(facts.asked[-len(versions) :]) == versions


def test_a_build_that_starts_downstream_of_a_forgotten_lock_while_the_next_job_is_looked_at_keeps_it() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    model.forgotten = {"envs"}
    facts = ModelFacts(model)
    assert judge_by_name(facts, claiming).name is LEAKED
    number = next(number for number, one in enumerate(facts.asked) if one.about == (model.ref, "release"))
    assert any(one.about == (model.ref, "deploy") for one in facts.asked[:number])
    facts = ModelFacts(model)
    _change_before(facts, number, partial(model.build, "deploy", STARTED))
    verdict = judge_by_name(facts, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)


def test_the_reason_names_the_job_downstream_that_came_to_work_and_no_other() -> None:
    """Whatever comes before it in the alphabet is at work too, and has nothing to do with the lock."""
    for number in range(100):
        model, claiming = claimed()
        model.job("aside", get("envs"))
        model.job("deploy", get("envs", passed=["claim"]))
        model.build("aside", STARTED)
        model.forgotten = {"envs"}
        facts = ModelFacts(model)
        _change_before(facts, number, partial(model.build, "deploy", STARTED))
        verdict = judge_by_name(facts, claiming)
        if len(facts.asked) <= number:
            assert verdict.name is LEAKED
            return
        assert verdict.name is HANDED_OFF
        assert "deploy" in verdict.reason
        assert "aside" not in verdict.reason
    raise AssertionError("the walk asks more than a hundred questions of a small pipeline")


def _refuse(facts: ModelFacts, number: int) -> None:
    """Give no answer to the question of that number."""
    facts.is_missing = lambda question: len(facts.asked) == number + 1


def _change_before(facts: ModelFacts, number: int, change: Callable[[], object]) -> None:
    """Let the world change just before the question of that number is answered."""

    def before(question: Question) -> None:
        if len(facts.asked) == number + 1:
            change()

    facts.before_answer = before


def _start_rerun(model: PipelineModel, rerun: Build, original: Build) -> None:
    model.set_status(rerun, STARTED)
    model.took[rerun.id] = model.took[original.id]

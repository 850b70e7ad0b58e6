# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of a hand-off walk: a lock in use is never releasable."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun, Workplace
from ansible_collections.poolboy.concourse.tests.functional.status.chains import STORIES, Story, behind_a_paused_job
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import CHAIN, HOUR, Look, login
from ansible_collections.poolboy.concourse.tests.scene import Scene

COPIES = 14  # pipelines for each story, at least as many as requests about one
PIPELINE = re.compile(r"/teams/main/pipelines/([^/]+)")
BUILD = re.compile(r"/api/v1/builds/(\d+)/")

Fault = tuple[str, Mapping[str, Any]]

GARBLED: list[Fault] = [
    ("html", {}),
    ("cut_json", {}),
    ("no_version_header", {}),
    ("status", {"status": 500, "version_header": True}),
    ("status", {"status": 404}),
    ("status", {"status": 403, "version_header": True}),
    *(
        ("status", {"status": 200, "version_header": True, "body": body, "content_type": "application/json"})
        for body in ("{}", "[null]", "")
    ),
]
SILENT: list[Fault] = [
    ("lost", {}),
    ("cut_body", {}),
    ("status", {"status": 503, "version_header": True}),
    ("reset", {}),
]
"""After five of these in a row the module stops asking Concourse."""


@dataclass(frozen=True)
class Question:
    """A lock, a pattern for one of the requests about it, and whether the real response has a body."""

    lock: str
    pattern: str
    has_body: bool

    def can_have(self, fault: Fault) -> bool:
        """Whether the fault applies: an empty body cannot be cut, and 500 can be right for a paused job's inputs."""
        is_of_paused_job = behind_a_paused_job.__name__ in self.lock and "/inputs" in self.pattern
        if is_of_paused_job and fault[1].get("status") == 500:
            return False
        return self.has_body or not fault[0].startswith("cut_")


@dataclass(frozen=True)
class Stage:
    """All stories, in as many pipelines as requests; `questions` has one for each lock."""

    scene: Scene
    truths: Mapping[str, str]
    questions: Mapping[Story, Sequence[Question]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(tmp_path_factory.mktemp("faults"), now=int(time.time()) - 40 * HOUR) as scene:
        scene.atc.change_settings(auto_schedule=False)
        scene.atc.set_user("pool-boy", "pa55word")
        scene.atc.set_team("main", {"viewer": ["local:pool-boy"]})
        for story in STORIES:
            for copy in range(COPIES):
                name = f"{story.__name__}-{copy}"
                scene.atc.set_pipeline(f"main/{name}", CHAIN)
                scene.locks.add("aws", name, at=scene.now)
                story(scene, f"main/{name}", f"aws/{name}")
        yield scene
        assert scene.atc.server.errors == []


@pytest.fixture(scope="module")
def stage(told: Scene, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The verdicts without faults and the requests that led to them."""
    machine = Workplace(tmp_path_factory.mktemp("machine"))
    truths = machine.run_module("concourse_pool_status", login(told)).verdicts
    asked = _by_pipeline(told)
    questions = {}
    for story, truth in STORIES.items():
        names = [f"{story.__name__}-{copy}" for copy in range(COPIES)]
        assert {truths[f"aws/{name}"] for name in names} == {truth}
        count = len(asked[names[0]])
        assert 1 < count <= COPIES, f"{story.__name__} has {count} questions, each needs a pipeline of its own"
        chosen = [(name, list(asked[name].items())[number]) for number, name in enumerate(names[:count])]
        questions[story] = [Question(f"aws/{name}", pattern, has_body) for name, (pattern, has_body) in chosen]
    return Stage(told, truths, questions)


def _by_pipeline(scene: Scene) -> dict[str, dict[str, bool]]:
    """Return the requests about each pipeline as patterns, and whether the response had a body."""
    home = {str(build["id"]): build["pipeline_name"] for build in scene.atc.list_builds()}
    asked: dict[str, dict[str, bool]] = {}
    for entry in scene.atc.log.entries:
        named, build = PIPELINE.search(entry.path), BUILD.search(entry.path)
        if named or build:
            name = named[1] if named else home[build[1]] if build else ""
            asked.setdefault(name, {})[rf"^{re.escape(entry.path)}(\?|$)"] = entry.status == 200
    return asked


def run_with(stage: Stage, look: Look, faults: Sequence[tuple[Question, Fault]], **options: Any) -> ModuleRun:
    atc = stage.scene.atc
    atc.clear_faults()
    numbers = [atc.add_fault(kind, path=question.pattern, **fields) for question, (kind, fields) in faults]
    run = look(**login(stage.scene, stale_timeout=0, grace=0, **options))
    hits = atc.fault_hits()
    assert not run.failed, run.message
    if not run.warnings:
        unused = [faults[index][0].pattern for index, number in enumerate(numbers) if not hits[str(number)]]
        assert unused == []
    return run


def assert_safe(stage: Stage, run: ModuleRun) -> None:
    """Assert that each verdict is correct or unknown, and that locks in use are kept with any timeout."""
    for name, lock in run.locks.items():
        assert lock["verdict"] in (stage.truths[name], "unreachable"), (name, lock["reason"])
        assert lock["releasable"] == (lock["verdict"] == "leaked")


def assert_unreachable(stage: Stage, run: ModuleRun, hit: set[str]) -> None:
    """Assert that only affected locks stay unknown, and those that no job can take any more.

    Their version is searched for in all pipelines, and some of these do not respond.
    """
    unknown = {name for name in run.verdicts if run.verdicts[name] == "unreachable"}
    searched = {name for name in run.verdicts if stage.truths[name] == "leaked" or "about_to_run_again" in name}
    assert hit <= unknown <= hit | searched


@pytest.mark.parametrize("fault", GARBLED, ids=lambda fault: "-".join(map(str, (fault[0], *fault[1].values()))))
def test_a_fault_at_every_request(fault: Fault, stage: Stage, look: Look) -> None:
    """Faults at every request, each about another pipeline: the affected lock stays unknown."""
    questions = [question for asked in stage.questions.values() for question in asked if question.can_have(fault)]
    run = run_with(stage, look, [(question, fault) for question in questions])
    assert_safe(stage, run)
    hit = {question.lock for question in questions}
    assert {name: run.verdicts[name] for name in hit} == dict.fromkeys(hit, "unreachable")
    assert_unreachable(stage, run, hit)
    assert run.warnings == []


def test_no_response_to_any_request(stage: Stage, look: Look) -> None:
    """A few at a time, because the module soon stops asking a silent server."""
    questions = [question for question in stage.questions[behind_a_paused_job] if question.has_body]
    for begin in range(0, len(questions), len(SILENT)):
        some = questions[begin : begin + len(SILENT)]
        run = run_with(stage, look, list(zip(some, SILENT, strict=False)))
        assert_safe(stage, run)
        assert_unreachable(stage, run, {question.lock for question in some})


@pytest.mark.parametrize("fault", [SILENT[0], SILENT[2], ("delay", {"seconds": 1.5})], ids=lambda fault: fault[0])
def test_no_answer_at_all_questions_at_once(fault: Fault, stage: Stage, look: Look) -> None:
    questions = [question for asked in stage.questions.values() for question in asked if question.can_have(fault)]
    run = run_with(stage, look, [(question, fault) for question in questions], concourse_timeout=1)
    assert_safe(stage, run)
    hit = {question.lock for question in questions}
    assert {run.verdicts[name] for name in hit} == {"unreachable"}


def test_a_concourse_that_fails_now_and_then(stage: Stage, look: Look) -> None:
    stage.scene.atc.clear_faults()
    for number, (kind, fields) in enumerate([("lost", {}), ("cut_json", {}), ("status", {"status": 502})]):
        stage.scene.atc.add_fault(kind, path="/api/v1/(teams|builds)", probability=0.05, seed=number, **fields)
    run = look(**login(stage.scene, stale_timeout=0, grace=0))
    assert not run.failed, run.message
    assert_safe(stage, run)

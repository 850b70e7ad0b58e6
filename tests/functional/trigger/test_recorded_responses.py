# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each recorded response of a real Concourse to a POST has the documented effect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.open_job_api import open_job_api
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.instance_vars import compact_json
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import ConcourseError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import CannotTrigger

from ...atc import Emulator
from ...lockrepo import LockRepository
from ...unit.atc.recorded_story import CONTRACT, repeat_until_exchanges
from ..running import ModuleRun
from .triggerer import Triggerer

EXCHANGES: list[dict[str, Any]] = json.loads((CONTRACT / "exchanges.json").read_text())["exchanges"]
TRIGGERS = {one["name"]: one for one in EXCHANGES if one["name"].startswith("trigger")}
ARCHIVED, MANUAL = "ops/archived is archived", "main/ci/no-manual has disable_manual_trigger set"
ROLE = (
    "may not start builds of ops/newname/ok (Concourse answered 403): it needs the role pipeline-operator in team ops"
)

# The outcome of the POST: the id of the build, or words of the sentence. None for a login that is refused before it.
ANSWERS: dict[str, int | str] = {
    "trigger: ok": 20,
    "trigger: paused job, stays pending": 21,
    "trigger: manual trigger disabled": MANUAL,
    "trigger: archived pipeline": ARCHIVED,
    "trigger: unknown job": "404 to POST /api/v1/teams/main/pipelines/ci/jobs/ghost/builds",
    "trigger: unknown pipeline": "404 to POST /api/v1/teams/ops/pipelines/ghost/jobs/ok/builds",
    "trigger: unknown team": "404 to POST /api/v1/teams/ghost/pipelines/ci/jobs/noop/builds",
    "trigger in team ops as None": "requires a login to start builds of ops/newname/ok",
    "trigger in team ops as bad": "Concourse refuses concourse_token",
    "trigger in team ops as nobody": "it has no role in any team",
    "trigger in team ops as viewer": ROLE,
    "trigger in team ops as operator": 22,
    "trigger: instanced": 23,
    "trigger: instanced, no vars": "404 to POST /api/v1/teams/ops/pipelines/deploy/jobs/ok/builds",
    "trigger: instanced, vars not JSON": "400 to POST /api/v1/teams/ops/pipelines/deploy/jobs/ok/builds",
}
# What a whole run makes of it, with a free lock: the state of the pool and words of its reason.
RUNS: dict[str, tuple[str, str]] = {
    "trigger: ok": ("triggered", "1 build for 1 free lock"),
    # One build was pending already.
    "trigger: paused job, stays pending": (
        "waiting",
        "1 build waiting for 1 free lock, because job main/ci/paused-job is",
    ),
    "trigger: manual trigger disabled": ("failed", MANUAL),
    "trigger: archived pipeline": ("failed", ARCHIVED),
    "trigger: unknown job": (
        "failed",
        "no job ghost in pipeline ci of team main: the pipeline has:",
    ),
    "trigger: unknown pipeline": (
        "failed",
        "no job ok in pipeline ghost of team ops: the team has no such pipeline. It",
    ),
    "trigger: unknown team": ("failed", "no job noop in pipeline ci of team ghost: there is no such team"),
    "trigger in team ops as viewer": ("failed", ROLE),
    "trigger in team ops as operator": ("triggered", "1 build for 1 free lock"),
    "trigger: instanced": ("triggered", "1 build for 1 free lock"),
    "trigger: instanced, no vars": ("failed", 'There are: {"branch":"feature/x","cfg":{"deep":true},"num":9000}.'),
}


@pytest.fixture
def atc() -> Iterator[Emulator]:
    """The Concourse at the time of the recorded exchanges."""
    with Emulator() as emulator:
        repeat_until_exchanges(emulator)
        emulator.set_next_id("builds", 20)
        yield emulator
        assert emulator.server.errors == []


def job_of(exchange: dict[str, Any]) -> JobReference:
    *_api, team, _pipelines, pipeline, _jobs, job, _builds = exchange["request"]["path"].split("/")
    given = exchange["request"].get("params", {}).get("vars")
    variables = given if given in (None, "{") else compact_json(json.loads(given))
    return JobReference(PipelineReference(team, pipeline, variables), job)


def connect(atc: Emulator, who: str) -> ConcourseClient:
    if who in ("anonymous", "bad"):
        return ConcourseClient(ConcourseOptions(url=atc.url, token="bad" if who == "bad" else None))
    return ConcourseClient(ConcourseOptions(url=atc.url, username=who, password=who))


def test_no_recorded_answer_is_left_out() -> None:
    assert len(TRIGGERS) == 15
    assert TRIGGERS.keys() == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_to_the_post(name: str, atc: Emulator) -> None:
    exchange, expected = TRIGGERS[name], ANSWERS[name]
    recorded = exchange["response"]
    if isinstance(expected, int):
        atc.set_next_id("builds", expected)
    with connect(atc, exchange["request"]["as"]) as concourse:
        if isinstance(expected, int):
            made = open_job_api(concourse).start(job_of(exchange))
            body = recorded["body"]
            assert (made.id, made.status, made.created_by) == (expected, "pending", body["created_by"])
        else:
            with pytest.raises((CannotTrigger, ConcourseError)) as refused:
                open_job_api(concourse).start(job_of(exchange))
            assert expected in str(refused.value)
    posts = atc.requests(method="POST", path="/api/")
    if exchange["request"]["as"] not in ("bad", "nobody"):
        assert [post["status"] for post in posts] == [recorded["status"]]
    else:
        assert posts == []


@pytest.mark.parametrize("name", RUNS)
def test_a_whole_run(name: str, atc: Emulator, tmp_path: Path) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    locks.add("envs", "env-1")
    exchange, (state, words) = TRIGGERS[name], RUNS[name]
    job, who = job_of(exchange), exchange["request"]["as"]
    variables = json.loads(job.pipeline.instance_vars) if job.pipeline.instance_vars else {}
    given = {"team": job.pipeline.team, "pipeline": job.pipeline.name, "job": job.name, "instance_vars": variables}
    triggerer = Triggerer(locks.url, atc.url, tmp_path / "cache", username=who, password=who)
    run = triggerer.run([{"name": "envs", "job": given}])
    (pool,) = run.values["pools"]
    assert pool["state"] == state
    assert words in pool["reason"]
    assert run.failed == (state == "failed")
    assert len(run.values["triggered"]) == (state == "triggered")
    if run.failed:
        check_sentence(run, job)


def check_sentence(run: ModuleRun, job: JobReference) -> None:
    assert run.message.startswith("Pool envs: ")
    for name in (job.pipeline.team, job.pipeline.name, job.name):
        assert name in run.message
    assert run.message.endswith(".")


def test_the_answers_to_a_check(atc: Emulator) -> None:
    job = JobReference(PipelineReference("main", "ci"), "noop")
    recorded = {one["name"]: one["response"]["status"] for one in EXCHANGES if one["name"].startswith("check resource")}
    with connect(atc, "admin") as concourse:
        open_job_api(concourse).check(job, "envs")
    with connect(atc, "operator") as concourse, pytest.raises(CannotTrigger, match="pipeline-operator in team main"):
        open_job_api(concourse).check(job, "envs")
    statuses = [post["status"] for post in atc.requests(method="POST", path="/check")]
    assert statuses == [recorded["check resource"], recorded["check resource, no role"]] == [201, 403]

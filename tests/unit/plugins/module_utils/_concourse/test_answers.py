# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON into the words of the core; whatever else comes is never taken for an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse import answers
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.answer import Answer
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.shapes import Misshapen
from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import JobInput, JobOutput, Status, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import PipelineRef

WORLD = Path(__file__).parents[4] / "contract" / "world.json"
BUILD: dict[str, Any] = {"id": 7, "team_name": "main", "name": "1", "status": "started"}
JOB_BUILD: dict[str, Any] = {**BUILD, "pipeline_name": "p", "job_name": "j"}
READERS: list[Callable[[Any], Any]] = [
    answers.build_of,
    answers.builds_of,
    answers.jobs_of,
    answers.pipelines_of,
    answers.standing_of,
    answers.resources_of,
    answers.next_inputs_of,
    answers.versions_of,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_one_off_build() -> None:
    build = answers.build_of(BUILD)
    assert (build.id, build.job, build.pipeline, build.start_time, build.end_time) == (7, None, None, None, None)


def test_a_whole_build() -> None:
    build = answers.build_of(
        {
            **JOB_BUILD,
            "status": "failed",
            "pipeline_instance_vars": {"b": {"deep": True}, "a": 9000},
            "start_time": 10,
            "end_time": 20,
            "rerun_of": {"id": 3, "name": "1"},
            "rerun_number": 1,
            "some_later_field": [],
        }
    )
    assert build.pipeline == PipelineRef("main", "p", '{"a":9000,"b":{"deep":true}}')
    assert (build.job, build.status, build.start_time, build.end_time, build.rerun_of) == (
        "j",
        Status.FAILED,
        10,
        20,
        3,
    )


@pytest.mark.parametrize("moment", [0, -62135596800, None])
def test_times_that_are_none(moment: int | None) -> None:
    assert answers.build_of({**BUILD, "start_time": moment, "end_time": moment}).start_time is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "7"},
        {"id": True},
        {"id": 0},
        {"id": 7.0},
        {"id": None},
        {"name": ""},
        {"name": 1},
        {"status": "paused"},
        {"status": None},
        {"status": ["started"]},
        {"team_name": None},
        {"start_time": "10"},
        {"start_time": 1.5},
        {"end_time": True},
        {"job_name": "j"},
        {"job_name": 5, "pipeline_name": "p"},
        {"pipeline_name": ["p"]},
        {"pipeline_name": "p", "pipeline_instance_vars": ["a"]},
        {"rerun_of": 3},
        {"rerun_of": {"id": "3"}},
    ],
)
def test_builds_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Misshapen):
        answers.build_of({**BUILD, **wrong})


def test_a_job_of_an_old_concourse_and_a_new_one() -> None:
    old = {"name": "j", "team_name": "main", "pipeline_name": "p", "inputs": None}
    new = {
        **old,
        "inputs": [{"name": "step", "resource": "lock", "passed": ["a", "b"], "trigger": True}],
        "outputs": [{"name": "put", "resource": "lock"}],
        "next_build": {**JOB_BUILD, "end_time": -62135596800},
    }
    (pipeline, plain), (_other, full) = answers.jobs_of([old, new])
    assert pipeline == PipelineRef("main", "p")
    assert (plain.inputs, plain.outputs, plain.has_active_build) == ((), (), False)
    assert full.inputs == (JobInput("step", "lock", frozenset({"a", "b"})),)
    assert (full.outputs, full.has_active_build) == ((JobOutput("put", "lock"),), True)


def test_a_next_build_that_has_ended_is_not_active() -> None:
    job = {"name": "j", "team_name": "main", "pipeline_name": "p", "next_build": {**JOB_BUILD, "status": "aborted"}}
    assert not answers.jobs_of([job])[0][1].has_active_build


@pytest.mark.parametrize(
    "wrong",
    [
        {"passed": "a"},
        {"inputs": {}},
        {"inputs": [{"name": "step"}]},
        {"outputs": [None]},
        {"next_build": True},
        {"next_build": {"status": "new"}},
        {"pipeline_name": None},
    ],
)
def test_jobs_that_are_none(wrong: dict[str, Any]) -> None:
    job: dict[str, Any] = {"name": "j", "team_name": "main", "pipeline_name": "p", **wrong}
    if "passed" in wrong:
        job["inputs"] = [{"name": "step", "resource": "lock", **wrong}]
    with pytest.raises(Misshapen):
        answers.jobs_of([job])


def test_next_inputs_keep_nothing_of_the_source() -> None:
    source = {"private_key": "s3cret", "uri": "git@host:locks.git"}
    told = answers.next_inputs_of(
        [{"name": "lock", "resource": "pool", "type": "pool", "source": source, "version": {"ref": "abc"}}]
    )
    assert told == {"lock": Version.of_commit("abc")}
    assert "s3cret" not in repr(told)


def test_misshapen_answers_do_not_quote_what_is_in_them() -> None:
    with pytest.raises(Misshapen) as error:
        answers.next_inputs_of([{"name": "lock", "source": {"private_key": "s3cret"}, "version": "s3cret"}])
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("value", [{}, {"inputs": []}, {"outputs": []}, {"inputs": {}, "outputs": []}])
def test_resources_that_are_none(value: Any) -> None:
    with pytest.raises(Misshapen):
        answers.resources_of(value)


def test_resources_of_a_build_without_any() -> None:
    assert answers.resources_of({"inputs": None, "outputs": []}).inputs == ()


@pytest.mark.parametrize("value", [None, {}, "", [{"id": 1}], [{"id": 1, "version": {"ref": 5}}], [{"version": {}}]])
def test_versions_that_are_none(value: Any) -> None:
    with pytest.raises(Misshapen):
        answers.versions_of(value)


@given(JSON)
def test_no_json_breaks_a_reader(value: Any) -> None:
    for read in READERS:
        try:
            read(value)
        except Misshapen:
            continue


@given(st.sampled_from(READERS), st.data())
def test_no_wrong_field_breaks_a_reader(read: Callable[[Any], Any], data: st.DataObject) -> None:
    """Fields of the right names with any value: understood or misshapen, and never another error."""
    names = st.sampled_from(["id", "name", "status", "team_name", "pipeline_name", "job_name", "version", "inputs"])
    entry = data.draw(st.dictionaries(names, JSON | st.just("started") | st.just({"ref": "x"}), max_size=8))
    for value in (entry, [entry]):
        try:
            read(value)
        except Misshapen:
            continue


def test_every_build_of_the_recorded_world_is_understood() -> None:
    recorded = json.loads(WORLD.read_text(encoding="utf-8"))["answers"]
    bodies = [one["body"] for one in recorded if one["status"] == 200 and "/builds/" in one["path"]]
    builds = [answers.build_of(body) for body in bodies if isinstance(body, dict) and "status" in body]
    assert len(builds) > 50
    assert {build.status for build in builds} == set(Status)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,", b"\xff\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"<html>", b"9" * 5000]
)
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Answer(200, body).json()

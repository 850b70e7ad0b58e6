# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding JSON into the model of the core; anything malformed is rejected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.decode import model, versions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.decode.fields import MalformedResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.response import Response
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    BuildStatus,
    JobInput,
    JobOutput,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference

WORLD = Path(__file__).parents[5] / "contract" / "world.json"
BUILD: dict[str, Any] = {"id": 7, "team_name": "main", "name": "1", "status": "pending"}
JOB_BUILD: dict[str, Any] = {**BUILD, "pipeline_name": "p", "job_name": "j"}
DECODERS: list[Callable[[Any], Any]] = [
    model.decode_build,
    model.decode_builds,
    model.decode_jobs,
    model.decode_pipelines,
    model.decode_pipeline_entry,
    versions.decode_build_resources,
    versions.decode_next_inputs,
    versions.decode_versions,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_one_off_build() -> None:
    build = model.decode_build(BUILD)
    assert (build.id, build.job, build.pipeline, build.start_time, build.end_time) == (7, None, None, None, None)


def test_a_complete_build() -> None:
    build = model.decode_build(
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
    assert build.pipeline == PipelineReference("main", "p", '{"a":9000,"b":{"deep":true}}')
    assert (build.job, build.status, build.start_time, build.end_time, build.rerun_of) == (
        "j",
        BuildStatus.FAILED,
        10,
        20,
        3,
    )


@pytest.mark.parametrize("time", [0, -62135596800, None])
def test_missing_times(time: int | None) -> None:
    assert model.decode_build({**BUILD, "start_time": time, "end_time": time}).start_time is None


@pytest.mark.parametrize("missing", [0, -62135596800, None])
@pytest.mark.parametrize("status", ["succeeded", "failed", "errored", "aborted"])
def test_a_build_that_has_ended_has_an_end(status: str, missing: int | None) -> None:
    with pytest.raises(MalformedResponse, match="has no end_time"):
        model.decode_build({**BUILD, "status": status, "start_time": 10, "end_time": missing})


@pytest.mark.parametrize("status", ["succeeded", "failed", "started"])
def test_a_build_that_has_run_has_a_start(status: str) -> None:
    with pytest.raises(MalformedResponse, match="has no start_time"):
        model.decode_build({**BUILD, "status": status, "end_time": 20})


@pytest.mark.parametrize("status", ["errored", "aborted"])
def test_a_build_that_ended_before_its_start(status: str) -> None:
    """A pending build is aborted, or errors when its plan is made: it has an end only."""
    build = model.decode_build({**BUILD, "status": status, "end_time": 20})
    assert (build.start_time, build.end_time) == (None, 20)


def test_an_end_before_the_start() -> None:
    with pytest.raises(MalformedResponse, match="ends before it starts"):
        model.decode_build({**BUILD, "status": "succeeded", "start_time": 20, "end_time": 10})


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
def test_malformed_builds(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponse):
        model.decode_build({**BUILD, **wrong})


def test_jobs_of_old_and_new_versions() -> None:
    old = {"name": "j", "team_name": "main", "pipeline_name": "p", "inputs": None}
    new = {
        **old,
        "inputs": [{"name": "step", "resource": "lock", "passed": ["a", "b"], "trigger": True}],
        "outputs": [{"name": "put", "resource": "lock"}],
        "next_build": {**JOB_BUILD, "end_time": -62135596800},
    }
    (pipeline, plain), (_other, full) = model.decode_jobs([old, new])
    assert pipeline == PipelineReference("main", "p")
    assert (plain.inputs, plain.outputs, plain.has_active_build) == ((), (), False)
    assert full.inputs == (JobInput("step", "lock", frozenset({"a", "b"})),)
    assert (full.outputs, full.has_active_build) == ((JobOutput("put", "lock"),), True)


def test_a_next_build_that_has_ended_makes_the_builds_of_the_job_be_looked_at() -> None:
    """It contradicts itself: a build of the job can be active nevertheless."""
    job = {"name": "j", "team_name": "main", "pipeline_name": "p", "next_build": {**JOB_BUILD, "status": "aborted"}}
    assert model.decode_jobs([job])[0][1].next_build == JOB_BUILD["id"]


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
def test_malformed_jobs(wrong: dict[str, Any]) -> None:
    job: dict[str, Any] = {"name": "j", "team_name": "main", "pipeline_name": "p", **wrong}
    if "passed" in wrong:
        job["inputs"] = [{"name": "step", "resource": "lock", **wrong}]
    with pytest.raises(MalformedResponse):
        model.decode_jobs([job])


def test_next_inputs_omit_the_source() -> None:
    source = {"private_key": "s3cret", "uri": "git@host:locks.git"}
    decoded = versions.decode_next_inputs(
        [{"name": "lock", "resource": "pool", "type": "pool", "source": source, "version": {"ref": "abc"}}]
    )
    assert decoded == {"lock": Version.of_commit("abc")}
    assert "s3cret" not in repr(decoded)


def test_a_next_input_whose_version_is_forgotten() -> None:
    assert versions.decode_next_inputs([{"name": "lock", "resource": "pool", "version": None}]) == {"lock": None}


def test_errors_do_not_quote_values() -> None:
    with pytest.raises(MalformedResponse) as error:
        versions.decode_next_inputs([{"name": "lock", "source": {"private_key": "s3cret"}, "version": "s3cret"}])
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("value", [{}, {"inputs": []}, {"outputs": []}, {"inputs": {}, "outputs": []}])
def test_malformed_resources(value: Any) -> None:
    with pytest.raises(MalformedResponse):
        versions.decode_build_resources(value)


def test_resources_of_a_build_without_any() -> None:
    assert versions.decode_build_resources({"inputs": None, "outputs": []}).inputs == ()


@pytest.mark.parametrize("value", [None, {}, "", [{"id": 1}], [{"id": 1, "version": {"ref": 5}}], [{"version": {}}]])
def test_malformed_versions(value: Any) -> None:
    with pytest.raises(MalformedResponse):
        versions.decode_versions(value)


@given(JSON)
def test_decoders_accept_or_reject_any_json(value: Any) -> None:
    for read in DECODERS:
        try:
            read(value)
        except MalformedResponse:
            continue


@given(st.sampled_from(DECODERS), st.data())
def test_decoders_accept_or_reject_any_field(read: Callable[[Any], Any], data: st.DataObject) -> None:
    """Fields with any value are decoded or raise MalformedResponse, never another error."""
    names = st.sampled_from(["id", "name", "status", "team_name", "pipeline_name", "job_name", "version", "inputs"])
    entry = data.draw(st.dictionaries(names, JSON | st.just("started") | st.just({"ref": "x"}), max_size=8))
    for value in (entry, [entry]):
        try:
            read(value)
        except MalformedResponse:
            continue


def test_an_archived_pipeline_is_paused() -> None:
    pipeline = {"name": "p", "team_name": "main", "archived": True}
    assert model.decode_pipeline_entry({**pipeline, "paused": True}).is_archived
    with pytest.raises(MalformedResponse, match="archived and not paused"):
        model.decode_pipeline_entry(pipeline)


def test_every_recorded_build() -> None:
    recorded = json.loads(WORLD.read_text(encoding="utf-8"))["answers"]
    bodies = [one["body"] for one in recorded if one["status"] == 200 and "/builds/" in one["path"]]
    builds = [model.decode_build(body) for body in bodies if isinstance(body, dict) and "status" in body]
    assert len(builds) > 50
    assert {build.status for build in builds} == set(BuildStatus)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,", b"\xff\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"<html>", b"9" * 5000]
)
def test_invalid_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Response(200, body).json()

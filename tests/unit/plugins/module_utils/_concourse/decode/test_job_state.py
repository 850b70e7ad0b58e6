# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding jobs and pipelines for starting builds."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.decode.fields import MalformedResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.decode.job_state import (
    decode_job,
    decode_pipeline,
    decode_preparation,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.decode.model import decode_build
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import (
    JobState,
    PipelineState,
    Preparation,
)

BUILD: dict[str, Any] = {"id": 7, "name": "3", "status": "pending", "team_name": "main"}
JOB: dict[str, Any] = {"name": "claim", "team_name": "main", "pipeline_name": "ci"}
PIPELINE: dict[str, Any] = {"name": "ci", "team_name": "main"}


def test_a_minimal_job() -> None:
    """Concourse omits false and empty fields."""
    nothing = {**JOB, "next_build": None, "finished_build": None}
    assert decode_job(nothing) == (PipelineReference("main", "ci"), "claim", JobState())
    assert decode_job(JOB)[2] == JobState()


def test_a_complete_job() -> None:
    entry = {
        **JOB,
        "pipeline_instance_vars": {"b": 1, "a": "x"},
        "paused": True,
        "disable_manual_trigger": True,
        "next_build": BUILD,
        "outputs": [{"name": "taken", "resource": "env"}, {"name": "news", "resource": "chat"}],
    }
    state = JobState(is_paused=True, is_manual=False, next_build=7, puts_to=("env", "chat"))
    assert decode_job(entry) == (PipelineReference("main", "ci", '{"a":"x","b":1}'), "claim", state)


def test_a_pipeline() -> None:
    assert decode_pipeline(PIPELINE) == (PipelineReference("main", "ci"), PipelineState())
    entry = {**PIPELINE, "paused": True, "archived": True, "last_updated": 1_795_000_000}
    assert decode_pipeline(entry)[1] == PipelineState(is_paused=True, is_archived=True, last_updated=1_795_000_000)
    assert decode_pipeline({**PIPELINE, "last_updated": -62135596800})[1].last_updated == 0


@pytest.mark.parametrize(
    "broken",
    [
        {"paused": "yes"},
        {"disable_manual_trigger": 1},
        {"next_build": {"id": "7"}},
        {"next_build": []},
        {"outputs": [{"name": "env"}]},
        {"name": None},
        {"pipeline_name": None},
    ],
)
def test_malformed_job_states(broken: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponse):
        decode_job({**JOB, **broken})


def test_the_creator_of_a_build() -> None:
    named = {**BUILD, "pipeline_name": "ci", "job_name": "claim"}
    assert decode_build({**named, "created_by": "pool-boy"}).created_by == "pool-boy"
    assert decode_build(named).created_by is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Preparation()),
        ({"inputs": {"code": "not_blocking"}, "max_running_builds": "blocking"}, Preparation(is_max_in_flight=True)),
        ({"paused_job": "blocking"}, Preparation(is_paused=True)),
        ({"paused_pipeline": "blocking", "inputs": None}, Preparation(is_paused=True)),
        (
            {"inputs": {"b": "blocking", "a": "blocking", "c": "unknown"}, "missing_input_reasons": {"a": "none"}},
            Preparation(missing_inputs=(("a", "none"), ("b", ""))),
        ),
    ],
)
def test_a_preparation(fields: dict[str, Any], expected: Preparation) -> None:
    assert decode_preparation({"build_id": 7, **fields}) == (7, expected)
    assert expected.is_blocking == bool(expected != Preparation())


@pytest.mark.parametrize("broken", [[], {"inputs": []}, {"missing_input_reasons": {"a": 1}}, {"build_id": "7"}])
def test_a_malformed_preparation(broken: Any) -> None:
    with pytest.raises(MalformedResponse):
        decode_preparation({"build_id": 7, **broken} if isinstance(broken, dict) else broken)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses about something else than requested are rejected."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.checks import (
    require_all_reruns,
    require_build,
    require_builds_of_job,
    require_builds_of_pipeline,
    require_pipeline,
    require_pipelines_of_team,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)

PIPELINE = PipelineReference("main", "p", '{"a":1,"b":"x"}')
BUILD = Build(7, "3", BuildStatus.STARTED, "main", PIPELINE, "j")
REQUESTED = BuildReference(pipeline=PIPELINE, job="j", name="3")


def test_the_requested_build() -> None:
    assert require_build(BUILD, REQUESTED) is BUILD
    assert require_build(BUILD, BuildReference(id=7)) is BUILD
    spelt_otherwise = PipelineReference("main", "p", '{ "b": "x", "a": 1 }')
    assert require_build(BUILD, BuildReference(pipeline=spelt_otherwise, job="j", name="3")) is BUILD


@pytest.mark.parametrize(
    "requested",
    [
        BuildReference(id=8),
        dataclasses.replace(REQUESTED, name="4"),
        dataclasses.replace(REQUESTED, job="k"),
        dataclasses.replace(REQUESTED, pipeline=PipelineReference("ops", "p", PIPELINE.instance_vars)),
        dataclasses.replace(REQUESTED, pipeline=PipelineReference("main", "q", PIPELINE.instance_vars)),
        dataclasses.replace(REQUESTED, pipeline=PipelineReference("main", "p")),
        dataclasses.replace(REQUESTED, pipeline=PipelineReference("main", "p", '{"a":"1","b":"x"}')),
        dataclasses.replace(REQUESTED, pipeline=PipelineReference("main", "p", "not json")),
    ],
)
def test_another_build(requested: BuildReference) -> None:
    with pytest.raises(NoCredibleResponse, match="answered about"):
        require_build(BUILD, requested)


def test_a_one_off_build_has_no_pipeline() -> None:
    one_off = Build(7, "3", BuildStatus.STARTED, "main")
    assert require_build(one_off, BuildReference(id=7)) is one_off
    with pytest.raises(NoCredibleResponse):
        require_build(one_off, REQUESTED)


def test_lists_about_something_else() -> None:
    other = dataclasses.replace(BUILD, pipeline=PipelineReference("main", "q"))
    assert require_builds_of_pipeline((BUILD,), PIPELINE) == (BUILD,)
    require_pipeline(PIPELINE, PIPELINE)
    with pytest.raises(NoCredibleResponse):
        require_builds_of_pipeline((BUILD, other), PIPELINE)
    with pytest.raises(NoCredibleResponse):
        require_builds_of_job((dataclasses.replace(BUILD, job="k"),), PIPELINE, "j")
    with pytest.raises(NoCredibleResponse):
        require_pipelines_of_team((PIPELINE,), "ops")
    with pytest.raises(NoCredibleResponse):
        require_pipeline(PipelineReference("main", "p"), PIPELINE)


def rerun(number: int, original: int) -> Build:
    return dataclasses.replace(BUILD, id=number, rerun_of=original)


def builds(*numbers: int) -> tuple[Build, ...]:
    return tuple(dataclasses.replace(BUILD, id=number) for number in numbers)


def test_pages_with_all_reruns() -> None:
    short = (*builds(9, 8), rerun(10, 7), *builds(7))
    assert require_all_reruns(short, BUILD, 100) == short
    full = (*builds(9, 8), rerun(10, 7), *builds(7))
    assert require_all_reruns(full, BUILD, 4) == full


@pytest.mark.parametrize(
    "page",
    [
        pytest.param((), id="without the build itself"),
        pytest.param(builds(12, 11, 10, 9), id="the newest instead of the oldest, as if from were not known"),
        pytest.param((*builds(7), rerun(8, 3), rerun(9, 3), rerun(10, 3)), id="full of re-runs of older builds"),
        pytest.param((rerun(10, 7), rerun(9, 7), rerun(8, 7), *builds(7)), id="full of its own re-runs"),
    ],
)
def test_pages_that_can_lack_reruns(page: tuple[Build, ...]) -> None:
    with pytest.raises(NoCredibleResponse, match="did not list all builds"):
        require_all_reruns(page, BUILD, 4)

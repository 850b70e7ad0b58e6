# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about something else than what was asked are not believed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.witness import (
    builds_of_job,
    builds_of_pipeline,
    from_build_on,
    pipelines_of_team,
    same_build,
    same_pipeline,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build, Status
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import BuildRef, PipelineRef

PIPELINE = PipelineRef("main", "p", '{"a":1,"b":"x"}')
BUILD = Build(7, "3", Status.STARTED, "main", PIPELINE, "j")
ASKED = BuildRef(pipeline=PIPELINE, job="j", name="3")


def test_the_build_that_was_asked_for() -> None:
    assert same_build(BUILD, ASKED) is BUILD
    assert same_build(BUILD, BuildRef(id=7)) is BUILD
    spelt_otherwise = PipelineRef("main", "p", '{ "b": "x", "a": 1 }')
    assert same_build(BUILD, BuildRef(pipeline=spelt_otherwise, job="j", name="3")) is BUILD


@pytest.mark.parametrize(
    "asked",
    [
        BuildRef(id=8),
        dataclasses.replace(ASKED, name="4"),
        dataclasses.replace(ASKED, job="k"),
        dataclasses.replace(ASKED, pipeline=PipelineRef("ops", "p", PIPELINE.instance_vars)),
        dataclasses.replace(ASKED, pipeline=PipelineRef("main", "q", PIPELINE.instance_vars)),
        dataclasses.replace(ASKED, pipeline=PipelineRef("main", "p")),
        dataclasses.replace(ASKED, pipeline=PipelineRef("main", "p", '{"a":"1","b":"x"}')),
        dataclasses.replace(ASKED, pipeline=PipelineRef("main", "p", "not json")),
    ],
)
def test_another_build(asked: BuildRef) -> None:
    with pytest.raises(NoCredibleAnswer, match="answered about"):
        same_build(BUILD, asked)


def test_a_one_off_build_is_of_no_pipeline() -> None:
    one_off = Build(7, "3", Status.STARTED, "main")
    assert same_build(one_off, BuildRef(id=7)) is one_off
    with pytest.raises(NoCredibleAnswer):
        same_build(one_off, ASKED)


def test_lists_of_something_else() -> None:
    other = dataclasses.replace(BUILD, pipeline=PipelineRef("main", "q"))
    assert builds_of_pipeline((BUILD,), PIPELINE) == (BUILD,)
    assert same_pipeline(PIPELINE, PIPELINE)
    with pytest.raises(NoCredibleAnswer):
        builds_of_pipeline((BUILD, other), PIPELINE)
    with pytest.raises(NoCredibleAnswer):
        builds_of_job((dataclasses.replace(BUILD, job="k"),), PIPELINE, "j")
    with pytest.raises(NoCredibleAnswer):
        pipelines_of_team((PIPELINE,), "ops")
    with pytest.raises(NoCredibleAnswer):
        same_pipeline(PipelineRef("main", "p"), PIPELINE)


def rerun(number: int, original: int) -> Build:
    return dataclasses.replace(BUILD, id=number, rerun_of=original)


def builds(*numbers: int) -> tuple[Build, ...]:
    return tuple(dataclasses.replace(BUILD, id=number) for number in numbers)


def test_a_page_that_must_hold_all_reruns() -> None:
    short = (*builds(9, 8), rerun(10, 7), *builds(7))
    assert from_build_on(short, BUILD, 100) == short
    full = (*builds(9, 8), rerun(10, 7), *builds(7))
    assert from_build_on(full, BUILD, 4) == full


@pytest.mark.parametrize(
    "page",
    [
        pytest.param((), id="without the build itself"),
        pytest.param(builds(12, 11, 10, 9), id="the newest instead of the oldest, as if from were not known"),
        pytest.param((*builds(7), rerun(8, 3), rerun(9, 3), rerun(10, 3)), id="full of re-runs of older builds"),
        pytest.param((rerun(10, 7), rerun(9, 7), rerun(8, 7), *builds(7)), id="full of its own re-runs"),
    ],
)
def test_a_page_that_can_miss_a_rerun(page: tuple[Build, ...]) -> None:
    with pytest.raises(NoCredibleAnswer, match="did not list all builds"):
        from_build_on(page, BUILD, 4)

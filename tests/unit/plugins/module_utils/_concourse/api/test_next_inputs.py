# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A next input without a version is credible only while Concourse does not schedule the job."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.next_inputs import known_inputs
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.requests import InternalError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)

INPUTS: dict[str, Version | None] = {"lock": None, "src": ref("s1")}


def flow() -> PipelineModel:
    model = PipelineModel()
    for job in ("use", "other"):
        model.job(job, get("envs", step="lock"), get("src"))
    return model


def test_of_a_paused_job_or_pipeline_the_other_versions_are_known() -> None:
    model = flow()
    model.paused_jobs = {"use"}
    assert known_inputs(lambda: INPUTS, model.ref, "use", ModelQueries(model)) == {"src": ref("s1")}
    model.paused, model.paused_jobs = True, set()
    assert known_inputs(lambda: INPUTS, model.ref, "use", ModelQueries(model)) == {"src": ref("s1")}


def test_a_job_that_is_not_paused_is_scheduled_soon() -> None:
    model = flow()
    model.paused_jobs = {"other"}
    with pytest.raises(NoCredibleResponse, match="does not say which versions job use takes next"):
        known_inputs(lambda: INPUTS, model.ref, "use", ModelQueries(model))


def answers_500() -> Mapping[str, Version | None]:
    raise InternalError("Concourse answered 500")


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_of_a_paused_job_that_has_lost_a_step_nothing_is_known(paused: str) -> None:
    model = flow()
    model.paused, model.paused_jobs = paused == "pipeline", {"use"} if paused == "job" else set()
    assert known_inputs(answers_500, model.ref, "use", ModelQueries(model)) is None


def test_a_500_about_a_job_that_is_not_paused_is_no_answer() -> None:
    model = flow()
    model.paused_jobs = {"other"}
    with pytest.raises(NoCredibleResponse, match="500"):
        known_inputs(answers_500, model.ref, "use", ModelQueries(model))


def test_undetermined_inputs_are_no_inputs() -> None:
    queries = ModelQueries(flow())
    assert known_inputs(lambda: None, flow().ref, "use", queries) is None
    assert queries.asked == []


def test_if_all_versions_are_known_nothing_more_is_asked() -> None:
    queries = ModelQueries(flow())
    assert known_inputs(lambda: {"src": ref("s1")}, flow().ref, "use", queries) == {"src": ref("s1")}
    assert queries.asked == []

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A claiming build that claimed two locks lists both, or builds after it show the second one."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    StepVersion,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    STARTED,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
    verdict_on,
)

OUTPUT = StepVersion("envs", ref("v2"))


class WrongOutputs(ModelQueries):
    """Answers from a model, but for the outputs of one build."""

    def __init__(self, model: PipelineModel, build: Build, *outputs: StepVersion) -> None:
        super().__init__(model)
        self.wrong = {build.id: BuildResources(outputs=outputs)}

    def build_resources(self, build: Build) -> BuildResources:
        return self.wrong.get(build.id) or super().build_resources(build)


def claimed_two() -> tuple[PipelineModel, Build]:
    """A build has claimed v2 and v3, and a later one v4, which `release` takes next."""
    model = PipelineModel()
    model.versions("envs", "v2", "v3", "v4")
    model.job("claim", put("envs"), put("envs", step="second"))
    model.job("release", get("envs", step="held", passed=["claim"]), put("envs"))
    claiming = model.build("claim", made={"envs": "v2", "second": "v3"})
    model.build("claim", made={"envs": "v4"})
    model.next_inputs("release", {"held": "v4"})
    return model, claiming


WRONG = pytest.mark.parametrize(
    "outputs",
    [
        pytest.param((OUTPUT,), id="none of the second"),
        pytest.param((OUTPUT, StepVersion("second", ref("v2"))), id="equal"),
    ],
)


@WRONG
def test_a_build_has_the_other_lock(outputs: tuple[StepVersion, ...]) -> None:
    model, claiming = claimed_two()
    model.build("release", STARTED, took={"held": "v3"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    verdict = verdict_on(WrongOutputs(model, claiming, *outputs), claiming, "v2")
    assert verdict.name is VerdictName.UNREACHABLE
    assert "lists ci/claim 1 for a version of envs, but not the version for it" in verdict.reason


@WRONG
def test_a_build_comes_after_one_that_had_the_other_lock(outputs: tuple[StepVersion, ...]) -> None:
    model, claiming = claimed_two()
    model.versions("src", "s1")
    model.job("use", get("envs", passed=["claim"]), put("src"))
    model.job("release", get("src", passed=["use"]), put("envs"))
    model.build("use", took={"envs": "v3"}, made={"src": "s1"})
    model.build("release", STARTED, took={"src": "s1"})
    model.next_inputs("use", {"envs": "v4"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    assert verdict_on(WrongOutputs(model, claiming, *outputs), claiming, "v2").name is VerdictName.UNREACHABLE


def test_a_step_that_belongs_to_another_resource_now_is_followed_where_its_version_is() -> None:
    """It is called `src`, as another resource is, and has put to the pool; or a response names the wrong step."""
    model, claiming = claimed_two()
    model.versions("src", "s1")
    model.job("claim", get("src"), put("envs"), put("envs", step="second"))
    user = model.build("release", STARTED, took={"held": "v3"})
    outputs = OUTPUT, StepVersion("src", ref("v3"))
    verdict = verdict_on(WrongOutputs(model, claiming, *outputs), claiming, "v2")
    assert (verdict.name, verdict.user) == (HANDED_OFF, user)
    model.set_status(user, FAILED)
    model.next_inputs("release", {"held": "v4"})
    model.build("release", STARTED, took={"held": "v4"})
    assert verdict_on(WrongOutputs(model, claiming, *outputs), claiming, "v2").name is LEAKED


def test_a_put_that_made_nothing_keeps_no_lock() -> None:
    """It is in a hook that did not run, or its result was lost."""
    model, claiming = claimed_two()
    model.made[claiming.id] = model.made[claiming.id][:1]
    model.build("release", STARTED, took={"held": "v4"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_a_step_that_has_another_name_now_keeps_no_lock() -> None:
    model, claiming = claimed_two()
    model.job("claim", put("envs"), put("envs", step="other"))
    model.build("release", FAILED, took={"held": "v3"})
    model.build("release", STARTED, took={"held": "v4"})
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED


def test_only_where_an_output_is_missing_are_the_makers_of_other_versions_asked_for() -> None:
    model, claiming = claimed_two()
    model.build("release", STARTED, took={"held": "v4"})
    model.versions("envs", "v5")
    model.build("release", STARTED, took={"held": "v5"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert Query("builds_with_output", (model.ref, "envs", 4)) not in queries.asked
    model.made[claiming.id] = model.made[claiming.id][:1]
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert Query("builds_with_output", (model.ref, "envs", 4)) in queries.asked


def test_only_what_jobs_took_since_the_claiming_build_started_can_be_of_it() -> None:
    model, claiming = claimed_two()
    model.made[claiming.id] = model.made[claiming.id][:1]
    model.versions("envs", "v5", "v6")
    for version, after_start in (("v5", -1), ("v6", 0)):
        model.build("release", FAILED, took={"held": version}, start=(claiming.start_time or 0) + after_start)
    model.build("release", FAILED, took={"held": "v4"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    asked = [Query("builds_with_output", (model.ref, "envs", number)) in queries.asked for number in (4, 5)]
    assert asked == [False, True]

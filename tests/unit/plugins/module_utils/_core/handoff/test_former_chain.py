# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build uses the lock that came to it over several jobs, before the pipeline was changed: no `passed` shows that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    STARTED,
    SUCCEEDED,
    UNSUCCESSFUL,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    BETWEEN_STARTS,
    START_OF_TIME,
    Carried,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)

UNREACHABLE = VerdictName.UNREACHABLE
CHANGED_AT = START_OF_TIME + 100 * BETWEEN_STARTS


def judged(model: PipelineModel, claiming: Build) -> Verdict:
    return verdict_on(ModelQueries(model), claiming, "v2")


def after_gate(status: BuildStatus) -> tuple[PipelineModel, Build, Build]:
    """`gate` took the lock without `passed`, `pack` comes after it, and `use` after `pack`."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("gate", get("envs"), get("src"))
    model.job("pack", get("src", passed=["gate"]), put("image"))
    model.job("use", get("image", passed=["pack"]))
    model.job("release", get("envs", passed=["gate"]), get("image", passed=["use"]), put("envs"))
    claiming = model.build("claim", status, made={"envs": "v2"})
    model.build("gate", took={"envs": "v2", "src": "s2"})
    model.build("pack", took={"src": "s2"}, made={"image": "i2"})
    return model, claiming, model.build("use", STARTED, took={"image": "i2"})


def change(model: PipelineModel, *removed: str) -> None:
    """Let `use` come after no job, and remove jobs."""
    model.job("use", get("image"))
    model.job("release", put("envs"))
    for job in removed:
        del model.steps[job]
    model.last_updated = CHANGED_AT


@pytest.mark.parametrize("removed", [(), ("gate",), ("pack",), ("use",)], ids=str)
@pytest.mark.parametrize("status", [*UNSUCCESSFUL, SUCCEEDED])
def test_a_build_that_came_over_two_jobs_after_one_that_took_the_lock_keeps_it(
    status: BuildStatus, removed: tuple[str, ...]
) -> None:
    model, claiming, user = after_gate(status)
    assert judged(model, claiming).user == user
    change(model, *removed)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.user) == (HANDED_OFF, user)
    assert "ci/use 1 is started with its image" in verdict.reason
    model.set_status(user, FAILED)
    assert judged(model, claiming).name.value == ("leaked" if status is SUCCEEDED else status.value)


def after_claim() -> tuple[PipelineModel, Build, Build, Build]:
    """`pack` comes after the claiming job by the source, and `use` after `pack`; then neither does any more."""
    model = PipelineModel()
    model.job("claim", get("src"), put("envs"))
    model.job("pack", get("src", passed=["claim"]), put("image"))
    model.job("use", get("image", passed=["pack"]))
    model.job("release", get("envs"), get("image", passed=["use"]), put("envs"))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2"})
    packing = model.build("pack", took={"src": "s2"}, made={"image": "i2"})
    user = model.build("use", STARTED, took={"image": "i2"})
    model.job("pack", get("src"), put("image"))
    change(model)
    return model, claiming, packing, user


def test_a_build_that_came_over_two_jobs_after_the_claiming_one_keeps_the_lock() -> None:
    model, claiming, _packing, user = after_claim()
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.user) == (HANDED_OFF, user)


@pytest.mark.parametrize("seconds", [600, 601])
def test_a_build_starts_with_a_former_configuration_for_ten_minutes(seconds: int) -> None:
    model, claiming, _packing, user = after_claim()
    model.change(user, start_time=CHANGED_AT + seconds)
    assert judged(model, claiming).name is (HANDED_OFF if seconds == 600 else LEAKED)


def ended_badly(model: PipelineModel, claiming: Build, packing: Build) -> None:
    model.set_status(packing, FAILED)


def started_before_the_claim(model: PipelineModel, claiming: Build, packing: Build) -> None:
    model.change(packing, start_time=(claiming.start_time or 0) - 1)


def started_long_after_the_change(model: PipelineModel, claiming: Build, packing: Build) -> None:
    model.change(packing, start_time=CHANGED_AT + 601)


def is_of_the_claiming_job(model: PipelineModel, claiming: Build, packing: Build) -> None:
    model.builds[packing.id] = replace(packing, job="claim")


@pytest.mark.parametrize(
    "what", [ended_badly, started_before_the_claim, started_long_after_the_change, is_of_the_claiming_job]
)
def test_a_build_that_cannot_have_passed_the_lock_on_hands_it_to_nobody(
    what: Callable[[PipelineModel, Build, Build], None],
) -> None:
    model, claiming, packing, _user = after_claim()
    what(model, claiming, packing)
    assert judged(model, claiming).name is LEAKED


@pytest.mark.parametrize("is_first", [True, False])
def test_one_that_cannot_have_passed_it_on_hides_no_other(is_first: bool) -> None:
    model, claiming, _packing, user = after_claim()
    other = model.build("pack", FAILED, took={"src": "s2"}, made={"image": "i1"})
    if is_first:
        model.builds = {other.id: other, **model.builds}
    assert judged(model, claiming).user == user


def test_a_step_that_has_another_name_now_had_its_version_of_any_resource() -> None:
    model, claiming, packing, user = after_claim()
    model.made[packing.id] = tuple(replace(one, step="picture") for one in model.made[packing.id])
    assert judged(model, claiming).user == user


def test_a_removed_resource_of_a_build_between_keeps_the_lock_while_a_build_from_before_is_active() -> None:
    model, claiming, _packing, user = after_claim()
    model.job("use")
    model.job("pack", get("src"))
    del model.order["image"]
    verdict = judged(model, claiming)
    assert verdict.name is UNREACHABLE
    assert "a resource of ci/pack 1 was removed, and ci/use 1 can have a version of it" in verdict.reason
    for change_of_user in ({"start_time": CHANGED_AT + 601}, {"start_time": (claiming.start_time or 0) - 1}):
        model.change(user, **change_of_user)
        assert judged(model, claiming).name is LEAKED
    model.change(user, start_time=claiming.start_time)
    assert judged(model, claiming).name is UNREACHABLE
    model.builds[user.id] = replace(user, job="claim", name="7")
    assert judged(model, claiming).name is LEAKED, "it claims another lock"
    model.set_status(user, FAILED)
    assert judged(model, claiming).name is LEAKED


def test_the_chain_is_followed_only_while_a_build_from_before_is_active() -> None:
    model, claiming, packing, user = after_claim()
    model.set_status(user, FAILED)
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert packing.id not in {query.about[0] for query in queries.asked if query.method == "build_resources"}


@pytest.mark.parametrize("is_known_when", [True, False])
@pytest.mark.parametrize("more", [48, 49])
def test_more_builds_than_can_be_followed_leave_the_lock_in_doubt(more: int, is_known_when: bool) -> None:
    """Unless Concourse does not tell when the pipeline was changed: then the lock would be in doubt for ever."""
    model, claiming, _packing, user = after_claim()
    model.set_status(user, FAILED)
    for number in range(more):
        model.build("pack", took={"src": "s2"}, made={"image": f"i{3 + number}"})
    model.build("pack", took={"src": "s2"}, made={"image": "last"})
    user = model.build("use", STARTED, took={"image": "last"})
    model.last_updated = CHANGED_AT if is_known_when else None
    verdict = judged(model, claiming)
    if more == 48:
        assert (verdict.name, verdict.user) == (HANDED_OFF, user)
    elif is_known_when:
        assert verdict.name is UNREACHABLE
        assert "more than 50 builds can have come before" in verdict.reason
    else:
        assert verdict.name is LEAKED


def test_a_build_from_before_the_claim_that_has_what_a_later_build_took_keeps_no_lock() -> None:
    model, claiming, packing, user = after_claim()
    model.set_status(user, FAILED)
    model.job("lint", get("base"))
    model.versions("base", "b1")
    model.took[packing.id] += (Carried("base", "base", ref("b1")),)
    model.build("lint", STARTED, took={"base": "b1"}, start=(claiming.start_time or 0) - 1)
    active = model.build("use", STARTED, took={"image": "i1"})
    assert judged(model, claiming).name is LEAKED
    model.took[active.id] += (Carried("base", "base", ref("b1")),)
    assert judged(model, claiming).user == active


def test_a_version_counts_only_of_the_resource_that_the_step_has() -> None:
    """The step of `pack` is named as another resource, which has the same version."""
    model, claiming, packing, user = after_claim()
    model.job("pack", get("src"), put("picture", step="image"))
    model.job("use", get("picture", step="image"))
    model.job("lint", get("image"))
    model.versions("picture", "i2")
    for build in (packing, user):
        for items in (model.made, model.took):
            items[build.id] = tuple(
                replace(one, resource="picture") if one.resource == "image" else one for one in items[build.id]
            )
    model.build("lint", STARTED, took={"image": "i2"})
    assert judged(model, claiming).user == user
    model.set_status(user, FAILED)
    assert judged(model, claiming).name is LEAKED

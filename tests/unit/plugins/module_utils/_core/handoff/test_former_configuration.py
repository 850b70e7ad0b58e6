# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource was removed, or a step has another one now: the lock of a build from before is leaked, not in doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, Job
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.former_configuration import (
    is_former_build,
    latest_and_oldest_active_builds,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    BETWEEN_STARTS,
    START_OF_TIME,
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


def with_former_use() -> tuple[PipelineModel, Build, Build]:
    """A pipeline in which `deploy` has had a lock and failed: each step has another name than its resource."""
    model = PipelineModel()
    model.job("claim", get("src", step="code"), put("envs", step="lock"))
    model.job("deploy", get("envs", step="lock", passed=["claim"]), get("src", step="code", passed=["claim"]))
    model.job("release", get("envs", step="lock", passed=["deploy"]), put("envs"))
    claiming = model.build("claim", took={"code": "s2"}, made={"lock": "v2"})
    return model, claiming, model.build("deploy", FAILED, took={"lock": "v2", "code": "s2"})


def retarget(model: PipelineModel, old: str, new: str, *, keeps: bool = False) -> None:
    """Let all steps of a resource have another one, which removes the first; or only those of `claim`, if it `keeps`.

    The steps keep their names.
    """
    for job in ["claim"] if keeps else [*model.steps]:
        steps = model.steps[job]
        model.job(job, *(replace(step, resource=new) if step.resource == old else step for step in steps))
    model.versions(new)
    if not keeps:
        del model.order[old]
    model.last_updated = CHANGED_AT


def judged(model: PipelineModel, claiming: Build) -> Verdict:
    return verdict_on(ModelQueries(model), claiming, "v2")


def remove_source(model: PipelineModel) -> None:
    retarget(model, "src", "repo")


def remove_pool(model: PipelineModel) -> None:
    retarget(model, "envs", "pool")


def remove_pool_whose_successor_has_the_lock(model: PipelineModel) -> None:
    """Jobs could take the lock from there, as far as one can tell, until they take a later one."""
    retarget(model, "envs", "pool")
    model.versions("pool", "v2", "v3")
    model.build("claim", took={"code": "s3"}, made={"lock": "v3"}, start=CHANGED_AT + 60)
    model.build("deploy", FAILED, took={"lock": "v3", "code": "s3"}, start=CHANGED_AT + 120)


def claim_from_another_pool(model: PipelineModel) -> None:
    retarget(model, "envs", "pool", keeps=True)


CHANGES = [remove_source, remove_pool, remove_pool_whose_successor_has_the_lock, claim_from_another_pool]
REMOVALS = CHANGES[:3]


@pytest.mark.parametrize("change", CHANGES)
def test_a_lock_that_nobody_has_is_leaked(change: Callable[[PipelineModel], None]) -> None:
    model, claiming, last = with_former_use()
    assert judged(model, claiming).name is LEAKED
    change(model)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) in [(LEAKED, last.end_time), (LEAKED, claiming.end_time)]


@pytest.mark.parametrize("change", REMOVALS)
def test_without_a_change_of_the_configuration_it_is_a_contradiction(change: Callable[[PipelineModel], None]) -> None:
    model, claiming, _last = with_former_use()
    change(model)
    for updated in (None, (claiming.start_time or 0) - 1):
        model.last_updated = updated
        assert judged(model, claiming).name is UNREACHABLE


@pytest.mark.parametrize("change", REMOVALS)
@pytest.mark.parametrize("is_removed", [False, True])
def test_a_build_of_the_former_configuration_keeps_the_lock(
    change: Callable[[PipelineModel], None], is_removed: bool
) -> None:
    """It can be of any job, also of one that was removed, and nothing is listed at a removed resource."""
    model, claiming, _last = with_former_use()
    user = model.build("deploy", STARTED, took={"lock": "v2", "code": "s2"})
    change(model)
    if is_removed:
        del model.steps["deploy"]
        model.job("release", put("envs"))
    assert judged(model, claiming).name in (UNREACHABLE, HANDED_OFF)
    model.set_status(user, FAILED)
    assert judged(model, claiming).name in (LEAKED, HANDED_OFF)


@pytest.mark.parametrize("change", REMOVALS)
def test_a_rerun_that_waits_keeps_the_lock(change: Callable[[PipelineModel], None]) -> None:
    """It takes what its original had, also of a removed resource (atc/db/build.go: AdoptRerunInputsAndPipes)."""
    model, claiming, last = with_former_use()
    change(model)
    model.rerun(last, PENDING)
    assert judged(model, claiming).name in (UNREACHABLE, HANDED_OFF)


class NotFound(ModelQueries):
    """A Concourse that lists version s2, but does not find it."""

    def version_id(self, *about: Any, among_latest: bool = False) -> int | None:
        number = super().version_id(*about, among_latest=among_latest)
        return None if ref("s2") in about and not among_latest else number


def test_a_version_that_is_listed_but_not_found_is_of_no_removed_resource() -> None:
    model, claiming, _last = with_former_use()
    remove_source(model)
    model.versions("repo", "s2")

    verdict = verdict_on(NotFound(model), claiming, "v2")
    assert verdict.name is UNREACHABLE
    assert "lists a version of repo, but does not find it" in verdict.reason


def test_an_active_build_of_a_removed_job_is_listed_at_what_it_took() -> None:
    """A list of builds without it would make the lock leaked: nothing else says what a removed job does."""
    model, claiming, _last = with_former_use()
    user = model.build("release", STARTED, took={"lock": "v2"}, start=claiming.start_time)
    model.build("claim", FAILED)
    del model.steps["release"]
    model.last_updated = CHANGED_AT
    assert judged(model, claiming).name is HANDED_OFF

    class Unlisted(ModelQueries):
        def builds_with_input(self, *about: Any, again: bool = False) -> tuple[Build, ...]:
            builds = super().builds_with_input(*about, again=again)
            return tuple(build for build in builds if build.id != user.id)

    verdict = verdict_on(Unlisted(model), claiming, "v2")
    assert verdict.name is UNREACHABLE
    assert f"a version of {claiming} for {user}" in verdict.reason
    model.set_status(user, FAILED)
    assert verdict_on(Unlisted(model), claiming, "v2").name is LEAKED


def test_a_version_that_is_listed_of_any_resource_but_not_found_is_of_no_removed_one() -> None:
    model, claiming, _last = with_former_use()
    remove_source(model)
    model.job("docs", get("docs"))
    model.versions("docs", "s2")

    verdict = verdict_on(NotFound(model), claiming, "v2")
    assert verdict.name is UNREACHABLE
    assert "lists a version of docs, but does not find it" in verdict.reason


def test_the_oldest_active_build_of_a_job_is_listed_once_and_only_if_there_is_one() -> None:
    model, claiming, last = with_former_use()
    queries = ModelQueries(model)
    for next_build in (None, last.id, 99):
        job = Job("deploy", next_build=next_build)
        assert latest_and_oldest_active_builds(model.ref, job, queries) == (last,)
    job = Job("deploy", next_build=claiming.id)
    assert latest_and_oldest_active_builds(model.ref, job, queries) == (last, claiming)


@pytest.mark.parametrize("found_in", ["repo", "docs"])
def test_a_version_of_one_resource_that_is_not_found_though_another_has_it(found_in: str) -> None:
    """Both are of one repository."""
    model, claiming, _last = with_former_use()
    remove_source(model)
    model.job("docs", get("docs"))
    for resource in ("repo", "docs"):
        model.versions(resource, "s2")

    class NotFound(ModelQueries):
        def version_id(self, *about: Any, among_latest: bool = False) -> int | None:
            number = super().version_id(*about, among_latest=among_latest)
            is_found = ref("s2") not in about or about[1] == found_in or among_latest
            return number if is_found else None

    verdict = verdict_on(NotFound(model), claiming, "v2")
    if found_in == "docs":
        assert verdict.name is UNREACHABLE
        assert "lists a version of repo, but does not find it" in verdict.reason
    else:
        assert "lists a version of repo" not in verdict.reason


def claimed_from_another_pool() -> tuple[PipelineModel, Build]:
    """The step of the claiming job has the pool `other` now; `deploy` comes after it, and `gate` took the lock."""
    model = PipelineModel()
    model.job("claim", put("envs", step="lock"))
    model.job("gate", get("envs"))
    claiming = model.build("claim", made={"lock": "v2"})
    model.build("gate", took={"envs": "v2"})
    model.job("claim", put("other", step="lock"))
    model.job("deploy", get("other", passed=["claim"]))
    model.last_updated = claiming.end_time
    return model, claiming


def test_a_build_with_a_lock_of_the_pool_that_the_step_has_now_does_not_keep_one_of_the_former_pool() -> None:
    model, claiming = claimed_from_another_pool()
    later = model.build("claim", made={"lock": "v3"}, start=CHANGED_AT)
    model.build("deploy", STARTED, took={"other": "v3"}, start=CHANGED_AT + 60)
    assert judged(model, claiming).name is LEAKED
    assert verdict_on(ModelQueries(model), later, "v3").name is HANDED_OFF
    model.last_updated = (claiming.start_time or 0) - 1
    assert judged(model, claiming).name is UNREACHABLE, "the step has not changed since"


def test_a_lock_of_a_pool_that_the_claiming_job_has_no_more_can_still_be_taken() -> None:
    model, claiming = claimed_from_another_pool()
    assert judged(model, claiming).name is LEAKED
    model.job("use", get("envs", passed=["gate"]))
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.taker) == (HANDED_OFF, "use")


@pytest.mark.parametrize(("after_start", "expected"), [(-1, False), (0, True), (None, False)])
def test_a_build_that_started_in_the_second_of_a_change_can_be_from_before_it(
    after_start: int | None, expected: bool
) -> None:
    model, claiming, _last = with_former_use()
    model.last_updated = None if after_start is None else (claiming.start_time or 0) + after_start
    assert is_former_build(claiming, model.ref, ModelQueries(model)) is expected

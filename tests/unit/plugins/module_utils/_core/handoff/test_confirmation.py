# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before a lock counts as unused, other responses that would show a user are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.progress import (
    BUILDS_TO_LOOK_BACK,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
    claimed,
    claimed_with_source,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)


class Lying(ModelQueries):
    """Answers from a model; `lies` has wrong answers by method."""

    def __init__(self, model: PipelineModel, **lies: Any) -> None:
        super().__init__(model)
        self.lies: Mapping[str, Any] = lies
        self.version = "v2"

    def build(self, reference: BuildReference) -> Build | None:
        found = super().build(reference)
        by_name = self.lies.get("build") if reference.id is None else None
        return found if by_name is None or found is None else replace(found, **by_name)

    def builds_with_input(
        self, pipeline: PipelineReference, resource: str, version_id: int, *, again: bool = False
    ) -> tuple[Build, ...]:
        taken = super().builds_with_input(pipeline, resource, version_id, again=again)
        exchanged: tuple[Build, ...] | None = self.lies.get("builds_with_input")
        if exchanged is not None and (resource, version_id) == (
            "envs",
            super().version_id(pipeline, "envs", ref(self.version)),
        ):
            return exchanged
        return tuple(one for one in taken if one.job != self.lies.get("without_builds_of"))

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        number = super().version_id(pipeline, resource, version, among_latest=among_latest)
        is_wrong = version == ref("v2") and not among_latest
        return self.lies.get("version_id", number) if is_wrong else number

    def is_listed_alike(self, pipeline: PipelineReference) -> bool:
        return pipeline not in self.models or not self.lies.get("pipeline")

    def latest_builds(self, pipeline: PipelineReference, job: str, *, again: bool = False) -> tuple[Build, ...]:
        latest = super().latest_builds(pipeline, job, again=again)
        return latest if job != self.lies.get("no_builds_of") else ()


def verdict(model: PipelineModel, claiming: Build, **lies: Any) -> VerdictName:
    """Return the verdict, which is not that of the truth."""
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    return lied_to(model, claiming, **lies).name


def lied_to(model: PipelineModel, claiming: Build, **lies: Any) -> Verdict:
    return verdict_on(Lying(model, **lies), claiming, "v2")


@pytest.mark.parametrize("status", [BuildStatus.FAILED, BuildStatus.ERRORED, BuildStatus.ABORTED])
def test_another_status(status: BuildStatus) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    assert verdict(model, claiming, build={"status": status}) is VerdictName.UNREACHABLE


@pytest.mark.parametrize("is_changed", [False, True])
def test_the_id_of_another_version(is_changed: bool) -> None:
    """Also where the version can be that of a resource which was removed since."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", STARTED, took={"envs": "v2"})
    model.next_inputs("deploy", {"envs": "v3"})
    if is_changed:
        model.last_updated = claiming.end_time
    assert verdict(model, claiming, version_id=1) is VerdictName.UNREACHABLE
    assert (
        "a version for ci/claim 2, but not that build for the version" in lied_to(model, claiming, version_id=1).reason
    )


def test_a_started_build_that_is_not_listed_at_its_version() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", STARTED, took={"envs": "v2"})
    model.next_inputs("deploy", {"envs": "v3"})
    assert verdict(model, claiming, without_builds_of="deploy") is VerdictName.UNREACHABLE


def test_a_started_build_that_is_not_listed_at_a_version_that_came_along() -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.build("test", STARTED, took={"src": "s2"})
    assert verdict(model, claiming, without_builds_of="test") is VerdictName.UNREACHABLE


def gated(*, is_determined: bool) -> tuple[PipelineModel, Build]:
    """A lock that `gate` has passed on, so that `use` can take it."""
    model, claiming = claimed()
    model.job("gate", get("envs", passed=["claim"]))
    model.job("use", get("envs", passed=["gate"]), put("envs"))
    model.build("gate", took={"envs": "v2"})
    model.next_inputs("gate", {"envs": "v3"})
    if is_determined:
        model.next_inputs("use", {"envs": "v2"})
    return model, claiming


@pytest.mark.parametrize("is_determined", [True, False])
def test_a_build_that_passed_the_lock_on_is_not_listed_at_its_version(is_determined: bool) -> None:
    model, claiming = gated(is_determined=is_determined)
    assert verdict(model, claiming, without_builds_of="gate") is VerdictName.UNREACHABLE


def test_a_job_without_its_active_build() -> None:
    model, _other = claimed()
    model.job("use", get("envs"), put("envs"))
    claiming = model.build("claim", FAILED, made={"envs": "v2"})
    model.build("use", PENDING)
    model.next_inputs("use", {"envs": "v2"})
    assert verdict(model, claiming, no_builds_of="use") is VerdictName.UNREACHABLE


def test_a_version_that_is_listed_but_not_found() -> None:
    model, _other = claimed()
    model.job("use", get("envs"), put("envs"))
    claiming = model.build("claim", FAILED)
    model.build("use", STARTED, took={"envs": "v2"})
    assert verdict(model, claiming, version_id=None) is VerdictName.UNREACHABLE


def test_a_version_that_a_job_takes_next_though_nobody_is_listed_to_have_passed_it_on() -> None:
    """The build of `gate` is so old that its job is not searched for it."""
    model, claiming = gated(is_determined=True)
    for _count in range(BUILDS_TO_LOOK_BACK):
        model.build("gate", took={"envs": "v1"})
    assert verdict(model, claiming, without_builds_of="gate") is VerdictName.UNREACHABLE


def test_a_pending_build_that_starts_with_the_version_though_nobody_is_listed_to_have_passed_it_on() -> None:
    model, claiming = gated(is_determined=True)
    waiting = model.build("use", PENDING)
    lied = lied_to(model, claiming, without_builds_of="gate")
    assert (lied.name, lied.user) == (HANDED_OFF, waiting)


def builds_asked_for_their_versions(model: PipelineModel, claiming: Build) -> set[object]:
    """Judge a lock that is leaked."""
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is VerdictName.LEAKED
    return {query.about[0] for query in queries.asked if query.method == "build_resources"}


def test_of_a_job_that_takes_a_later_version_only_started_builds_are_asked_for_theirs() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    ended = [model.build("deploy", FAILED, took={"envs": "v1"}) for _count in range(3)]
    started = model.build("deploy", STARTED, took={"envs": "v3"})
    model.next_inputs("deploy", {"envs": "v3"})
    asked = builds_asked_for_their_versions(model, claiming)
    assert started.id in asked
    assert not asked & {build.id for build in ended}


def test_a_job_that_takes_no_lock_is_not_asked_for_the_versions_of_its_other_builds() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v3"})
    before = claiming.id - 1
    assert before not in builds_asked_for_their_versions(model, claiming)


def test_a_job_that_does_not_hang_on_the_claiming_job_is_not_asked_for_its_builds() -> None:
    """`lint` also gets the source of the claiming build, and runs with a later version of it."""
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.build("lint", STARTED, took={"src": "s3"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is VerdictName.LEAKED
    assert all(query.about != (model.ref, "lint") for query in queries.asked)


@pytest.mark.parametrize("taken", ["v1", "v3"])
def test_the_builds_that_took_another_version_of_the_lock(taken: str) -> None:
    """A build of `release` had that lock; it has yet to take this one."""
    model, claiming = claimed()
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    model.next_inputs("release", {"envs": "v2"})
    other = model.build("release", took={"envs": taken})
    assert verdict(model, claiming, builds_with_input=(other,)) is VerdictName.UNREACHABLE


def repeated(model: PipelineModel) -> Build:
    """`test` has had the lock, and later another one; the build that had it is to be run again. Returns that build."""
    model.job("test", get("envs", passed=["claim"]))
    had = model.build("test", FAILED, took={"envs": "v2"})
    model.build("test", FAILED, took={"envs": "v3"})
    model.next_inputs("test", {"envs": "v3"})
    model.rerun(had, PENDING)
    return had


def test_a_build_that_is_run_again_is_not_listed_at_its_version() -> None:
    model, claiming = claimed()
    repeated(model)
    assert verdict(model, claiming, builds_with_input=()) is VerdictName.UNREACHABLE
    assert "does not list all builds that have the envs" in lied_to(model, claiming, builds_with_input=()).reason


def test_only_one_of_two_builds_of_a_job_is_listed_at_its_version() -> None:
    """The one that is run again is not."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    listed = model.build("test", FAILED, took={"envs": "v2"})
    repeated(model)
    assert verdict(model, claiming, builds_with_input=(listed,)) is VerdictName.UNREACHABLE


@pytest.mark.parametrize("is_another_listed", [True, False])
def test_a_build_that_has_the_lock_of_a_failed_build_again_is_not_listed_at_its_version(
    is_another_listed: bool,
) -> None:
    model, _other = claimed()
    model.versions("envs", "v4")
    model.job("test", get("envs"))
    claiming = model.build("claim", FAILED, made={"envs": "v4"})
    listed = model.build("test", FAILED, took={"envs": "v4"})
    had = model.build("test", FAILED, took={"envs": "v4"})
    model.build("test", FAILED, took={"envs": "v3"})
    model.rerun(had, PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF
    lying = Lying(model, builds_with_input=(listed,) if is_another_listed else ())
    lying.version = "v4"
    assert verdict_on(lying, claiming, "v4").name is VerdictName.UNREACHABLE


def test_a_build_that_is_run_again_with_another_lock_keeps_none() -> None:
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.build("test", FAILED, took={"envs": "v2"})
    had = model.build("test", FAILED, took={"envs": "v3"})
    model.build("test", FAILED, took={"envs": "v3"})
    model.next_inputs("test", {"envs": "v3"})
    model.rerun(had, PENDING)
    assert verdict_on(ModelQueries(model), claiming, "v2").name is VerdictName.LEAKED


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
def test_a_pipeline_that_the_list_of_pipelines_shows_with_other_values(status: BuildStatus) -> None:
    """It can be an old response, from before its configuration changed or it was unarchived."""
    model, _other = claimed()
    model.versions("envs", "v4")
    claiming = model.build("claim", status, made={"envs": "v4"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name in (LEAKED, VerdictName.FAILED)
    lied = verdict_on(Lying(model, pipeline=True), claiming, "v4")
    assert lied.name is VerdictName.UNREACHABLE
    assert "lists pipeline main/ci with other values" in lied.reason


@pytest.mark.parametrize("is_lost", [False, True])
def test_the_id_of_another_version_for_the_lock_of_a_failed_build(is_lost: bool) -> None:
    """`use` has taken the lock and can hand it on to `release`."""
    model, _other = claimed()
    model.job("use", get("envs"))
    model.job("release", get("envs", passed=["use"]), put("envs"))
    claiming = model.build("claim", FAILED, made={} if is_lost else {"envs": "v2"})
    model.build("use", took={"envs": "v2"})
    model.next_inputs("release", {"envs": "v2"})
    for build in list(model.builds.values())[:3]:
        del model.builds[build.id]
    lied = "another id" if is_lost else "but not that build for the version"
    assert verdict_on(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    judged = verdict_on(Lying(model, version_id=1), claiming, "v2")
    assert judged.name is VerdictName.UNREACHABLE
    assert lied in judged.reason


def test_before_concourse_5_5_no_list_of_pipelines_is_needed_and_none_is_compared() -> None:
    model, claiming = claimed()
    lying = Lying(model, pipeline=True)
    lying.has_filter = False
    assert verdict_on(lying, claiming, "v2").name is LEAKED


def test_a_job_that_takes_the_same_source_next_with_a_later_lock_does_not_have_this_one() -> None:
    """Both claims were made for the same source, and a person starts the job that waits with the later one."""
    model, _other = claimed()
    model.job("claim", get("src"), put("envs"))
    model.job("release", get("envs", passed=["claim"]), get("src", passed=["claim"]), put("envs"))
    claiming, _later = (model.build("claim", took={"src": "s1"}, made={"envs": lock}) for lock in ("v4", "v5"))
    model.next_inputs("release", {"envs": "v5", "src": "s1"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED
    model.next_inputs("release", {"envs": "v4", "src": "s1"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF


@pytest.mark.parametrize("is_pipeline_paused", [False, True])
def test_the_next_inputs_of_a_paused_job_are_those_of_a_former_configuration(is_pipeline_paused: bool) -> None:
    """The job hangs on another one since: Concourse finds that out when it goes on, and then takes a later lock."""
    model, claiming = claimed()
    model.job("take", put("envs"))
    model.job("release", get("envs", passed=["take"]), put("envs"))
    model.next_inputs("release", {"envs": "v2"})
    if is_pipeline_paused:
        model.paused = True
    else:
        model.paused_jobs = {"release"}
    assert verdict_on(ModelQueries(model), claiming, "v2").name is VerdictName.UNREACHABLE
    model.last_updated = claiming.end_time
    assert verdict_on(ModelQueries(model), claiming, "v2").name is LEAKED
    model.paused, model.paused_jobs = False, set()
    assert verdict_on(ModelQueries(model), claiming, "v2").name is VerdictName.UNREACHABLE


def test_of_the_builds_that_took_another_version_those_of_each_job_are_looked_at() -> None:
    """`test` has had this lock as well."""
    model, claiming = claimed()
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("release", {"envs": "v2"})
    other, own = (model.build(job, FAILED, took={"envs": lock}) for job, lock in (("release", "v1"), ("test", "v2")))
    assert verdict(model, claiming, builds_with_input=(other, own)) is VerdictName.UNREACHABLE

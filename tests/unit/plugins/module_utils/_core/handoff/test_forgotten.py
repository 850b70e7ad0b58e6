# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked, where Concourse does not know the way: forgotten versions, archived pipelines, one-offs."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
    UNSUCCESSFUL,
    claimed,
    claimed_with_source,
    judged,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
    verdict_on,
    verdict_on_id,
)


class NotFound(ModelQueries):
    """Answers from a model, but finds no version v4 except in lists of the latest ones."""

    def version_id(
        self, pipeline: PipelineReference, resource: str, version: Version, *, among_latest: bool = False
    ) -> int | None:
        number = super().version_id(pipeline, resource, version, among_latest=among_latest)
        return None if version == ref("v4") and not among_latest else number


@pytest.mark.parametrize("status", [PENDING, STARTED])
def test_a_forgotten_lock_is_handed_off_while_a_job_downstream_is_running(status: BuildStatus) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    build = model.build("release", status, took={"envs": "v2"})
    model.forgotten = {"envs"}
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since, verdict.taker) == (HANDED_OFF, None, "release")
    assert "a version that it carried, and job release has an active build" in verdict.reason
    model.set_status(build, FAILED)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, claiming.end_time)
    assert "forgotten" in verdict.reason


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_lock_that_is_not_found_but_listed_is_not_forgotten(is_removed: bool) -> None:
    """The job or its step has been replaced, so nothing shows to which resource it put."""
    model, _other = claimed()
    model.job("claim", put("envs", step="taken"))
    claiming = model.build("claim", made={"taken": "v4"})
    model.job("deploy", get("envs"))
    model.build("deploy", PENDING)
    model.next_inputs("deploy", {"envs": "v4"})
    model.job("claim", put("envs"))
    if is_removed:
        del model.steps["claim"]
    assert verdict_on_id(ModelQueries(model), claiming, "v4").name is HANDED_OFF
    verdict = verdict_on_id(NotFound(model), claiming, "v4")
    assert verdict.name is VerdictName.UNREACHABLE
    assert "lists a version of envs, but does not find it" in verdict.reason
    model.forgotten = {"envs"}
    assert verdict_on_id(NotFound(model), claiming, "v4").name is LEAKED


def test_a_forgotten_lock_is_leaked_though_a_job_could_take_its_version_if_that_were_known() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.forgotten = {"envs"}
    assert name(model, claiming) is LEAKED


def test_of_other_jobs_only_a_build_whose_lock_is_forgotten_as_well_keeps_a_forgotten_lock() -> None:
    """It can have taken this one without `passed`."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("other", get("envs"), put("envs"))
    model.job("lint", get("src"))
    model.build("claim", STARTED)
    model.build("lint", STARTED, took={"src": "s2"})
    user = model.build("other", STARTED, took={"envs": "v2"})
    assert judged(model, claiming).user == user
    model.forgotten = {"envs"}
    assert (judged(model, claiming).name, judged(model, claiming).user) == (HANDED_OFF, user)
    for status in UNSUCCESSFUL:
        failed = model.set_status(claiming, status)
        assert (judged(model, failed).name, judged(model, failed).user) == (HANDED_OFF, user)
    model.set_status(claiming, SUCCEEDED)
    model.change(user, start_time=claiming.start_time)
    assert name(model, claiming) is HANDED_OFF
    model.change(user, start_time=(claiming.start_time or 0) - 1)
    assert name(model, claiming) is LEAKED
    model.set_status(user, FAILED)
    assert name(model, claiming) is LEAKED
    model.build("deploy", PENDING)
    assert name(model, claiming) is HANDED_OFF


def test_a_job_downstream_by_another_resource_alone_does_not_keep_a_forgotten_lock() -> None:
    """Of that resource nothing was forgotten, so it is known that the job runs with another version."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.build("test", STARTED, took={"src": "s3"})
    assert name(model, claiming) is LEAKED
    model.forgotten = {"envs"}
    assert name(model, claiming) is LEAKED
    model.build("test", STARTED, took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF


def test_a_resource_was_removed_and_the_version_is_known_to_no_other() -> None:
    """The build still lists its output, by a step that the job no longer has; no resource finds the version."""
    model, claiming = claimed()
    model.job("claim", put("pool"))
    model.job("deploy", get("pool", passed=["claim"]), get("src"))
    model.order["envs"].remove(ref("v2"))
    assert name(model, claiming) is LEAKED
    model.build("deploy", STARTED)
    assert name(model, claiming) is HANDED_OFF


def test_a_step_was_removed_and_its_version_is_found_in_whatever_resource_knows_it() -> None:
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("envs", step="old-name"))
    claiming = model.build("claim", made={"old-name": "v2"})
    model.job("claim", put("envs", step="new-name"))
    model.job("deploy", get("envs", passed=["claim"]), get("src"))
    assert name(model, claiming) is HANDED_OFF
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.rerun(build, STARTED)
    assert judged(model, claiming).dead_since is None


def test_the_source_of_another_resource_changed_so_that_jobs_after_it_go_by_activity() -> None:
    """`builds/ID/resources` lists nothing of `src` any more: what `test` works with cannot be known."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("release", get("envs"), get("src", passed=["test"]), put("envs"))
    build = model.build("test", STARTED, took={"src": "s2"})
    model.forgotten = {"src"}
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


def test_the_source_of_another_resource_changed_while_a_job_can_still_take_the_lock() -> None:
    """A build runs downstream, so the lock must be kept under any policy of `handed_off`."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("test", STARTED, took={"src": "s2"})
    model.forgotten = {"src"}
    assert judged(model, claiming).dead_since is None
    model.set_status(build, FAILED)
    assert judged(model, claiming).dead_since is not None


def test_a_rerun_of_an_old_build_keeps_a_forgotten_lock() -> None:
    """Neither `next_build` nor the first page of builds shows the re-run of an older build."""
    model, claiming = claimed()
    model.page = 2
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    for _count in range(3):
        model.build("deploy", took={"envs": "v3"})
    model.forgotten = {"envs"}
    assert name(model, claiming) is LEAKED
    model.rerun(build, STARTED)
    assert name(model, claiming) is HANDED_OFF


def test_a_rerun_among_the_latest_builds_keeps_a_forgotten_lock() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    model.build("deploy", took={"envs": "v3"})
    model.forgotten = {"envs"}
    assert name(model, claiming) is LEAKED
    model.rerun(build, STARTED)
    assert name(model, claiming) is HANDED_OFF


def test_no_job_of_an_archived_pipeline_can_take_the_lock_any_more() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.archived = True
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, claiming.end_time)
    assert "archived" in verdict.reason


def test_a_pending_build_of_an_archived_pipeline_starts_with_nothing() -> None:
    """Concourse answers 500 when it is asked what the job takes next."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v2"})
    model.build("deploy", PENDING)
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.archived = True
    queries = ModelQueries(model)
    queries.is_missing = lambda query: query.method == "next_inputs"
    assert verdict_on(queries, claiming, "v2").name is LEAKED


@pytest.mark.parametrize("as_rerun", [False, True])
def test_a_build_that_is_running_in_an_archived_pipeline_uses_the_lock(as_rerun: bool) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("smoke", get("envs", passed=["claim"]))
    model.archived = True
    build = model.build("deploy", FAILED if as_rerun else STARTED, took={"envs": "v2"})
    if as_rerun:
        build = model.rerun(build, PENDING)
    assert judged(model, claiming).dead_since is None
    model.set_status(build, BuildStatus.ABORTED)
    assert name(model, claiming) is LEAKED


def test_no_job_comes_after_a_one_off_build() -> None:
    build = Build(7, "7", SUCCEEDED, "main", start_time=START_OF_TIME, end_time=START_OF_TIME + 60)
    verdict = verdict_on(ModelQueries(one_offs=(build,)), build, "v2")
    assert (verdict.name, verdict.dead_since) == (LEAKED, START_OF_TIME + 60)
    assert "one-off" in verdict.reason
    started = Build(7, "7", STARTED, "main", start_time=START_OF_TIME)
    assert verdict_on(ModelQueries(one_offs=(started,)), started, "v2").dead_since is None


def test_the_claiming_job_was_removed_from_the_pipeline() -> None:
    """It is found by its id; no job depends on it any more, but a build that has its version still counts."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("envs"))
    model.job("deploy", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"envs": "v2"})
    build = model.build("deploy", STARTED, took={"envs": "v2"})
    del model.steps["claim"]
    model.job("deploy", get("envs"))
    assert verdict_on_id(ModelQueries(model), claiming, "v2").name is HANDED_OFF
    model.set_status(build, FAILED)
    assert verdict_on_id(ModelQueries(model), claiming, "v2").name is LEAKED


def test_jobs_after_those_that_took_a_version_of_a_removed_job_can_take_the_lock_on_the_way_to_giving_it_back() -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.build("test", took={"src": "s2"})
    del model.steps["claim"]
    model.job("test", get("src"))
    model.job("destroy", get("src", passed=["test"]), put("envs"))
    model.next_inputs("destroy", {"src": "s2"})
    verdict = verdict_on_id(ModelQueries(model), claiming, "v2")
    assert (verdict.name, verdict.taker) == (HANDED_OFF, "destroy")
    model.job("destroy", get("src", passed=["elsewhere"]), put("envs"))
    assert verdict_on_id(ModelQueries(model), claiming, "v2").name is LEAKED


def test_a_rerun_that_starts_after_another_lock_of_the_build_was_judged_keeps_a_forgotten_lock() -> None:
    """What was asked for the first lock says nothing of it, and neither does `next_build`."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    model.build("deploy", took={"envs": "v3"})
    model.forgotten = {"envs"}
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    model.rerun(build, STARTED)
    assert verdict_on(queries, claiming, "v2").name is HANDED_OFF


def test_a_build_that_takes_another_forgotten_resource_keeps_no_lock() -> None:
    model, claiming = claimed()
    model.job("lint", get("src"))
    model.job("other", get("envs"))
    model.build("lint", STARTED, took={"src": "s2"})
    model.forgotten = {"envs", "src"}
    assert name(model, claiming) is LEAKED
    failed = model.set_status(claiming, FAILED)
    assert name(model, failed) is VerdictName.FAILED
    model.build("other", STARTED, took={"envs": "v2"})
    verdict = judged(model, failed)
    assert verdict.name is HANDED_OFF
    assert "ci/other 1 is started, and Concourse has forgotten whether it took the lock" in verdict.reason


def test_a_build_that_lists_the_lock_that_it_took_keeps_no_forgotten_one() -> None:
    """It has started since the source of the pool changed."""
    model, claiming = claimed()
    model.made[claiming.id] = ()
    model.order["envs"].remove(ref("v2"))
    model.job("other", get("envs"))
    model.build("other", STARTED, took={"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_a_job_that_takes_nothing_is_not_asked_for_its_builds() -> None:
    model, claiming = claimed()
    model.job("nightly", put("report"))
    model.build("nightly", STARTED)
    model.forgotten = {"envs"}
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert Query("latest_builds", (model.ref, "nightly")) not in queries.asked

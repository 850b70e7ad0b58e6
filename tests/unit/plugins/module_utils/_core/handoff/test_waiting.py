# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pending build is listed with no version until it starts: it uses the lock if it may start with it.

In all of them the job `claim` has succeeded and made v2 of `envs`, and its builds before and after v1 and v3.
"""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
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
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    verdict_on,
)


def tried_again(status: BuildStatus = FAILED) -> tuple[PipelineModel, Build]:
    """`test` had the lock and ended, and a person has started it again: that build is pending."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]), put("envs"))
    model.build("test", status, took={"envs": "v2"})
    model.build("test", PENDING)
    return model, claiming


@pytest.mark.parametrize("status", [*UNSUCCESSFUL, SUCCEEDED])
@pytest.mark.parametrize("next_input", ["v2", "v1", None])
def test_a_pending_build_of_a_job_that_had_the_lock_uses_it(status: BuildStatus, next_input: str | None) -> None:
    model, claiming = tried_again(status)
    model.next_inputs("test", None if next_input is None else {"envs": next_input})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "test 2 is pending" in verdict.reason
    model.builds.popitem()
    assert name(model, claiming) is LEAKED


def test_a_pending_build_that_will_start_with_a_later_lock_does_not_use_this_one() -> None:
    model, claiming = tried_again()
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_a_started_build_with_another_lock_is_no_pending_one() -> None:
    model, claiming = tried_again()
    build = next(build for build in model.builds.values() if build.status is PENDING)
    model.set_status(build, STARTED)
    model.next_inputs("test", {"envs": "v2"})
    assert name(model, claiming) is LEAKED


def test_a_pending_build_of_a_job_that_cannot_come_to_the_lock_does_not_use_it() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("test", get("envs", passed=["deploy"]))
    deploy = model.build("deploy", FAILED, took={"envs": "v2"})
    model.build("test", PENDING)
    assert name(model, claiming) is LEAKED
    model.set_status(deploy, SUCCEEDED)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)


def test_a_pending_build_that_takes_the_lock_without_passed_uses_it() -> None:
    model, claiming = claimed()
    model.job("timer", get("envs"))
    model.build("timer", FAILED, took={"envs": "v2"})
    model.build("timer", PENDING)
    model.next_inputs("timer", {"envs": "v3"})
    assert name(model, claiming) is LEAKED
    model.next_inputs("timer", {"envs": "v2"})
    assert judged(model, claiming).dead_since is None


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_a_pending_build_uses_the_lock_of_a_build_that_did_not_succeed(status: BuildStatus) -> None:
    """A job without `passed` took the lock and failed, and is about to try again; by `passed` nobody comes to it."""
    model, claiming = claimed()
    claiming = model.set_status(claiming, status)
    model.job("timer", get("envs"))
    model.job("test", get("envs", passed=["claim"]))
    model.build("timer", FAILED, took={"envs": "v2"})
    model.build("test", PENDING)
    assert judged(model, claiming).dead_since is not None
    model.build("timer", PENDING)
    model.next_inputs("timer", {"envs": "v2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "timer 2 is pending" in verdict.reason


@pytest.mark.parametrize("had_it", [True, False])
def test_a_pending_build_that_may_start_with_what_came_along_uses_the_lock(had_it: bool) -> None:
    """`test` does not give the lock back; it works in the environment, and waits for its serial group."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    if had_it:
        model.build("test", FAILED, took={"src": "s2"})
    assert name(model, claiming) is LEAKED
    model.build("test", PENDING)
    model.next_inputs("test", {"src": "s2"})
    assert judged(model, claiming).dead_since is None
    model.next_inputs("test", {"src": "s3"})
    assert name(model, claiming) is LEAKED


def test_what_came_along_does_not_count_for_a_pending_build_that_will_start_with_a_later_lock() -> None:
    """All claims are for one version of the source: only the lock distinguishes them."""
    model, _other = claimed_with_source()
    model.job("test", get("envs", passed=["claim"]), get("src", passed=["claim"]))
    claiming = model.build("claim", took={"src": "s3"}, made={"envs": "v4"})
    model.build("claim", took={"src": "s3"}, made={"envs": "v5"})
    model.build("test", FAILED, took={"envs": "v4", "src": "s3"})
    model.build("test", PENDING)
    model.next_inputs("test", {"envs": "v5", "src": "s3"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is LEAKED
    model.next_inputs("test", {"envs": "v4", "src": "s3"})
    assert verdict_on(ModelQueries(model), claiming, "v4").name is HANDED_OFF


def test_a_pending_build_that_gets_what_came_along_without_passed_does_not_count() -> None:
    """Every job gets the tasks; a job that merely gets them does not depend on the claim by them."""
    model, claiming = claimed_with_source()
    model.job("test", get("src"), get("envs", passed=["claim"]))
    model.build("test", FAILED, took={"src": "s2", "envs": "v2"})
    model.build("test", PENDING)
    model.next_inputs("test", {"src": "s2", "envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_a_job_that_left_the_lock_behind_hides_no_other_job_that_waits_for_what_came_along() -> None:
    model, claiming = claimed_with_source()
    model.job("deploy", get("envs", passed=["claim"]), get("src", passed=["claim"]))
    model.job("test", get("src", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v2", "src": "s2"})
    model.build("deploy", PENDING)
    model.next_inputs("deploy", {"envs": "v3", "src": "s2"})
    assert name(model, claiming) is LEAKED
    model.build("test", PENDING)
    model.next_inputs("test", {"src": "s2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "test 1" in verdict.reason


def test_a_pending_build_of_a_job_that_does_not_hang_on_the_claiming_job_does_not_use_the_lock() -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("lint", get("src"))
    model.job("notes", get("src", passed=["lint"]))
    model.build("lint", took={"src": "s2"})
    model.build("notes", PENDING)
    model.next_inputs("notes", {"src": "s2"})
    assert name(model, claiming) is LEAKED
    model.job("notes", get("src", passed=["lint", "claim"]))
    assert name(model, claiming) is HANDED_OFF


def test_while_a_job_can_still_take_the_lock_the_builds_of_others_are_listed_once() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("smoke", get("envs", passed=["claim"]))
    model.build("deploy", FAILED, took={"envs": "v2"})
    model.build("deploy", STARTED, took={"envs": "v1"})
    model.next_inputs("smoke", {"envs": "v2"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").taker == "smoke"
    assert [query.about[1] for query in queries.asked if query.method == "latest_builds"] == ["deploy"]


def test_a_build_that_waits_for_another_resource_hides_none_that_waits_for_the_lock() -> None:
    model, claiming = claimed()
    model.job("lint", get("src"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("lint", PENDING)
    waiting = model.build("deploy", PENDING)
    assert judged(model, claiming).user == waiting

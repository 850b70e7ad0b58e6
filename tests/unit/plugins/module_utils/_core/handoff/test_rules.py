# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked, by the way of the lock's own version: one test for each clause, and both sides of it.

In all of them the job `claim` has succeeded and made v2 of `envs`; its builds before and after made v1 and v3.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.rules import ask_for_hand_off
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.search import (
    ARCHIVED_LONG_BEFORE,
)
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
    judged,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    START_OF_TIME,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)


def test_nothing_comes_after_the_claiming_job() -> None:
    model, claiming = claimed()
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, claiming.end_time)
    model.job("deploy", get("envs", passed=["claim"]))
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.taker, verdict.user) == (HANDED_OFF, "deploy", None)


@pytest.mark.parametrize("status", [PENDING, STARTED])
def test_a_pending_or_started_build_with_the_version_uses_the_lock(status: BuildStatus) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", status, took={"envs": "v2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since, verdict.user) == (HANDED_OFF, None, build)
    assert "deploy" in verdict.reason
    ended = model.set_status(build, FAILED)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, ended.end_time)


def test_a_build_with_another_version_does_not_use_the_lock() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "v3"})
    build = model.build("deploy", STARTED, took={"envs": "v3"})
    assert name(model, claiming) is LEAKED
    model.took[build.id] = ()
    model.build("deploy", STARTED, took={"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF


def test_a_build_that_took_the_version_without_passed_uses_the_lock_too() -> None:
    model, claiming = claimed()
    model.job("notify", get("envs"))
    build = model.build("notify", STARTED, took={"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, SUCCEEDED)
    assert name(model, claiming) is LEAKED


def test_from_a_job_that_succeeded_with_the_version_the_way_continues() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    build = model.build("deploy", took={"envs": "v2"})
    verdict = judged(model, claiming)
    assert verdict.name is HANDED_OFF
    assert "release" in verdict.reason
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_a_build_that_failed_errored_or_was_aborted_closes_its_way(status: BuildStatus) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    build = model.build("deploy", status, took={"envs": "v2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, build.end_time)
    assert "deploy 1" in verdict.reason
    assert status.value in verdict.reason


def test_a_closed_way_closes_only_itself() -> None:
    model, claiming = claimed()
    model.job("smoke", get("envs", passed=["claim"]))
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("smoke", FAILED, took={"envs": "v2"})
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("deploy", {"envs": "v3"})
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize("status", UNSUCCESSFUL)
@pytest.mark.parametrize("rerun_status", [PENDING, STARTED])
def test_a_closed_way_is_open_while_a_rerun_is_active(status: BuildStatus, rerun_status: BuildStatus) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", status, took={"envs": "v2"})
    rerun = model.rerun(build, rerun_status)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since, verdict.user) == (HANDED_OFF, None, rerun)
    assert verdict.reason == f"ci/claim 2 succeeded; ci/deploy 1.1 is {rerun_status.value} with the lock"
    model.took[rerun.id] = model.took[build.id]
    ended = model.set_status(rerun, status)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, ended.end_time)


def test_a_pending_rerun_counts_though_its_original_is_not_among_the_latest_builds() -> None:
    model, claiming = claimed()
    model.page = 2
    model.job("deploy", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    for _count in range(4):
        model.build("deploy", took={"envs": "v3"})
    assert name(model, claiming) is LEAKED
    model.rerun(build, PENDING)
    assert name(model, claiming) is HANDED_OFF


def test_a_pending_rerun_of_a_build_that_succeeded_counts_too() -> None:
    model, claiming = claimed()
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    build = model.build("release", took={"envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.rerun(build, PENDING)
    assert name(model, claiming) is HANDED_OFF


def test_a_pending_rerun_of_a_build_with_another_version_does_not_count() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    other = model.build("deploy", FAILED, took={"envs": "v3"})
    model.build("deploy", FAILED, took={"envs": "v2"})
    model.rerun(other, PENDING)
    assert name(model, claiming) is LEAKED


def test_a_pending_rerun_keeps_the_lock_from_every_policy_though_another_job_can_take_it() -> None:
    """A lock that is in use has no `dead_since`: with one, the policy `handed_off: release` gives it away."""
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("smoke", get("envs", passed=["claim"]))
    build = model.build("deploy", FAILED, took={"envs": "v2"})
    model.next_inputs("smoke", {"envs": "v2"})
    assert judged(model, claiming).dead_since == build.end_time
    model.rerun(build, PENDING)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((FAILED, SUCCEEDED), HANDED_OFF),
        ((FAILED, BuildStatus.ERRORED, SUCCEEDED), HANDED_OFF),
        ((FAILED, STARTED), HANDED_OFF),
        ((SUCCEEDED, PENDING), HANDED_OFF),
        ((FAILED, BuildStatus.ABORTED), LEAKED),
    ],
)
def test_all_builds_of_a_job_count_in_whatever_order(statuses: tuple[BuildStatus, ...], expected: VerdictName) -> None:
    for order in permutations(statuses):
        model, claiming = claimed()
        model.job("deploy", get("envs", passed=["claim"]))
        model.job("release", get("envs", passed=["deploy"]), put("envs"))
        for status in order:
            model.build("deploy", status, took={"envs": "v2"})
        assert name(model, claiming) is expected, order


def test_a_job_that_only_a_person_starts_counts() -> None:
    """Nothing starts `gate` by itself: whether an input triggers is not even known to the rules."""
    model, claiming = claimed()
    model.job("gate", get("envs", passed=["claim"]))
    model.next_inputs("gate", {"envs": "v2"})
    assert not hasattr(get("envs"), "trigger")
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("gate", {"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_pipelines_that_were_archived_long_before_the_claim_are_not_searched() -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    ask_for_hand_off(claiming, "v2", queries, START_OF_TIME)
    searched = {query.about[1] for query in queries.asked if query.method == "resources"}
    assert searched == {START_OF_TIME - ARCHIVED_LONG_BEFORE}

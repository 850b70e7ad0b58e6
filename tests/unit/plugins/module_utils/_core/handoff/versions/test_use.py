# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked: which job can still take the lock. One test for each clause, and both sides of it."""

from __future__ import annotations

import time

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.search import (
    ask_for_version_users,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
    claimed,
    claimed_with_source,
    judged,
    name,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    Carried,
    PipelineModel,
    get,
    put,
    ref,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)


@pytest.mark.parametrize(
    ("smoke", "deploy", "expected"),
    [
        (SUCCEEDED, SUCCEEDED, HANDED_OFF),
        (SUCCEEDED, None, HANDED_OFF),
        (None, None, HANDED_OFF),
        (SUCCEEDED, FAILED, LEAKED),
        (FAILED, SUCCEEDED, LEAKED),
        (FAILED, FAILED, LEAKED),
    ],
)
def test_every_job_in_passed_has_succeeded_with_it_or_still_can(
    smoke: BuildStatus | None, deploy: BuildStatus | None, expected: VerdictName
) -> None:
    model, claiming = claimed()
    model.job("release", get("envs", passed=["smoke", "deploy"]), put("envs"))
    for job, status in (("smoke", smoke), ("deploy", deploy)):
        model.job(job, get("envs", passed=["claim"]))
        if status is not None:
            model.build(job, status, took={"envs": "v2"})
    assert name(model, claiming) is expected


def test_a_job_before_that_has_gone_on_cannot_take_it_any_more() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("deploy", {"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_a_job_after_one_that_no_longer_takes_the_lock_cannot_take_it() -> None:
    model, claiming = claimed()
    model.job("check")
    model.job("release", get("envs", passed=["claim", "check"]), put("envs"))
    assert name(model, claiming) is LEAKED
    model.job("check", get("envs", passed=["claim"]))
    assert name(model, claiming) is HANDED_OFF


@pytest.mark.parametrize(
    ("next_input", "expected"), [("v2", HANDED_OFF), ("v1", HANDED_OFF), (None, HANDED_OFF), ("v3", LEAKED)]
)
def test_next_input_is_the_version_or_older_or_undetermined_or_newer(
    next_input: str | None, expected: VerdictName
) -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", None if next_input is None else {"envs": next_input})
    verdict = judged(model, claiming)
    assert verdict.name is expected
    assert "deploy" in verdict.reason


@pytest.mark.parametrize("missing_step_only", [True, False])
@pytest.mark.parametrize(("taken", "expected"), [(None, HANDED_OFF), ("v1", HANDED_OFF), ("v3", LEAKED)])
def test_undetermined_is_no_refusal_unless_a_newer_version_was_taken(
    taken: str | None, expected: VerdictName, missing_step_only: bool
) -> None:
    model, claiming = claimed()
    model.job("deploy", get("src"), get("envs", passed=["claim"]))
    model.versions("src", "s1")
    model.next_inputs("deploy", {"src": "s1"} if missing_step_only else None)
    if taken is not None:
        model.build("deploy", took={"src": "s1", "envs": taken})
    assert name(model, claiming) is expected


def test_the_last_version_that_a_job_took_is_that_of_its_last_build_with_inputs() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", took={"envs": "v3"})
    model.build("deploy", BuildStatus.ABORTED)
    model.build("deploy", PENDING)
    assert name(model, claiming) is LEAKED
    model.build("deploy", took={"envs": "v1"})
    assert name(model, claiming) is HANDED_OFF


def test_names_of_get_steps_are_not_names_of_resources() -> None:
    """The step `envs` gets the resource `other`, whose newest version says nothing about the lock."""
    model, claiming = claimed()
    model.versions("other", "o1", "o2")
    model.job("deploy", get("other", step="envs"), get("envs", step="lock", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "o2", "lock": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("deploy", {"envs": "o1", "lock": "v3"})
    assert name(model, claiming) is LEAKED
    model.next_inputs("deploy", None)
    build = model.build("deploy", took={"envs": "o1", "lock": "v3"})
    assert name(model, claiming) is LEAKED
    model.took[build.id] = ()
    model.build("deploy", took={"envs": "o1", "lock": "v1"})
    assert name(model, claiming) is HANDED_OFF


def test_names_of_put_steps_are_not_names_of_resources() -> None:
    """`claim` puts to `envs` by the step `lock`, and the pipeline has a resource of that name on the same pool."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.versions("lock", "v1", "v2", "v3")
    model.job("claim", put("envs", step="lock"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.job("watch", get("lock", passed=["other-claim"]))
    model.job("other-claim", put("lock", step="envs"))
    claiming = model.build("claim", made={"lock": "v2"})
    model.build("claim", made={"lock": "v3"})
    model.next_inputs("deploy", {"envs": "v3"})
    model.next_inputs("watch", {"lock": "v2"})
    assert name(model, claiming) is LEAKED
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("deploy", {"envs": "v3"})
    model.build("deploy", STARTED, took={"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF


def test_the_claiming_builds_own_output_shows_the_resource() -> None:
    """Two resources watch one pool, the same ref is a version of both, and only one of them made the claim."""
    model = PipelineModel()
    model.versions("all-envs", "v1", "v2", "v3")
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("all-envs"), put("envs"))
    model.job("watch", get("all-envs", passed=["claim"]))
    model.job("release", get("envs", passed=["claim"]), put("envs"))
    claiming = model.build("claim", made={"envs": "v2"})
    model.build("claim", made={"envs": "v3"})
    model.next_inputs("release", {"envs": "v3"})
    model.next_inputs("watch", {"all-envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.next_inputs("release", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF


def test_a_job_that_took_the_version_without_passed_has_passed_it_on() -> None:
    model, claiming = claimed()
    model.job("timer", get("envs"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs"))
    model.next_inputs("timer", {"envs": "v2"})
    assert name(model, claiming) is LEAKED, "a job that only could take any version does not count"
    build = model.build("timer", took={"envs": "v2"})
    model.next_inputs("destroy", {"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, FAILED)
    model.next_inputs("destroy", None)
    assert name(model, claiming) is LEAKED


def test_a_job_without_passed_that_could_take_any_version_does_not_count() -> None:
    model, claiming = claimed()
    model.job("deploy", get("envs"), put("envs"))
    model.next_inputs("deploy", {"envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.job("deploy", get("envs", passed=["claim"]), put("envs"))
    assert name(model, claiming) is HANDED_OFF


def test_a_job_that_made_the_version_too_has_passed_it_on() -> None:
    """Concourse's `passed` looks at outputs as it does at inputs."""
    model, claiming = claimed()
    model.job("adopt", put("envs"))
    model.job("release", get("envs", passed=["adopt"]), put("envs"))
    assert name(model, claiming) is LEAKED
    build = model.build("adopt", made={"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


def test_a_job_with_two_gets_of_the_lock_can_take_it_by_either() -> None:
    model, claiming = claimed()
    steps = get("envs", step="old", passed=["elsewhere"]), get("envs", step="new", passed=["claim"])
    model.job("elsewhere", get("envs"))
    model.job("compare", *steps)
    model.next_inputs("compare", {"old": "v1", "new": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("compare", {"old": "v1", "new": "v3"})
    assert name(model, claiming) is LEAKED


def test_the_jobs_may_be_listed_in_any_order() -> None:
    model, claiming = claimed()
    model.job("release", get("envs", passed=["deploy"]), put("envs"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.next_inputs("deploy", {"envs": "v1"})
    model.next_inputs("release", {"envs": "v1"})
    assert name(model, claiming) is HANDED_OFF
    model.next_inputs("deploy", {"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_jobs_that_wait_for_each_other_never_take_it() -> None:
    """Concourse refuses such a configuration; should it ever come, the walk must end."""
    model, claiming = claimed()
    model.job("hen", get("envs", passed=["egg"]))
    model.job("egg", get("envs", passed=["hen"]))
    assert name(model, claiming) is LEAKED
    model.job("egg", get("envs", passed=["claim"]))
    assert name(model, claiming) is HANDED_OFF


def test_many_layers_of_jobs_are_judged_in_bounded_time() -> None:
    """Each of two jobs in a layer waits for both of the layer before: the ways double with every layer."""
    model, claiming = claimed()
    layers = 17
    for layer in range(layers, 0, -1):
        before = ["claim"] if layer == 1 else [f"a-{layer - 1}", f"b-{layer - 1}"]
        for side in "ab":
            model.job(f"{side}-{layer}", get("envs", passed=before))
    model.next_inputs(f"a-{layers}", {"envs": "v3"})
    started = time.process_time()
    assert name(model, claiming) is HANDED_OFF
    assert time.process_time() - started < 1


def test_a_step_that_the_job_no_longer_has_leaves_no_use_by_an_older_configuration() -> None:
    model, claiming = claimed_with_source()
    model.job("claim", get("src", step="source"), put("envs"))
    model.took[claiming.id] = (Carried("source", "src", ref("s2")),)
    model.job("claim", put("envs"))
    model.last_updated = claiming.end_time
    assert name(model, claiming) is LEAKED


def test_a_one_off_build_that_took_the_version_is_a_user_without_reruns() -> None:
    model, _claiming = claimed()
    model.job("use", get("envs"))
    taker = model.build("use", STARTED, took={"envs": "v2"})
    model.change(taker, pipeline=None, job=None)
    users = ask_for_version_users("v2", frozenset({"main"}), ModelQueries(model))
    assert users.active_build == model.builds[taker.id]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked, where the pipeline chains on another resource: one test for each clause, and both sides of it.

In all of them the build of `claim` has taken s2 of `src` and made v2 of `envs`, those before and after s1, v1, s3, v3.
"""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.former_configuration import (
    STARTS_AFTER_CHANGE,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
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
    verdict_on,
)


@pytest.mark.parametrize("status", [PENDING, STARTED])
def test_a_downstream_build_with_a_version_that_came_along_uses_the_lock(status: BuildStatus) -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    build = model.build("test", status, took={"src": "s2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "test 1" in verdict.reason
    ended = model.set_status(build, SUCCEEDED)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, ended.end_time)


def test_a_build_with_that_version_in_a_job_that_is_not_downstream_does_not_use_the_lock() -> None:
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.job("test", get("src", passed=["claim"]))
    model.job("notes", get("src", passed=["lint"]))
    model.build("lint", STARTED, took={"src": "s2"})
    model.build("notes", STARTED, took={"src": "s2"})
    assert name(model, claiming) is LEAKED
    model.job("notes", get("src", passed=["lint", "test"]))
    assert name(model, claiming) is HANDED_OFF


def test_a_downstream_build_with_another_version_does_not_use_the_lock() -> None:
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    build = model.build("test", STARTED, took={"src": "s3"})
    assert name(model, claiming) is LEAKED
    model.took[build.id] = ()
    model.build("test", STARTED, took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF


def test_downstream_is_by_passed_of_any_resource() -> None:
    """`report` depends on `test` by the report alone, and takes the source without `passed`."""
    model, claiming = claimed_with_source()
    model.versions("reports", "r1", "r2")
    model.job("test", get("src", passed=["claim"]), put("reports"))
    model.job("report", get("reports", passed=["test"]), get("src"))
    model.build("test", took={"src": "s2"}, made={"reports": "r1"})
    assert name(model, claiming) is LEAKED
    model.build("report", STARTED, took={"reports": "r1", "src": "s2"})
    assert name(model, claiming) is HANDED_OFF


def test_what_the_claiming_build_made_besides_the_lock_is_followed_too() -> None:
    model, claiming = claimed_with_source()
    model.versions("builds", "b1", "b2")
    model.versions("artifact", "b1")
    model.job("claim", get("src"), put("envs"), put("builds", step="artifact"))
    model.job("test", get("builds", passed=["claim"]))
    claiming = model.build("claim", took={"src": "s2"}, made={"envs": "v2", "artifact": "b1"})
    assert name(model, claiming) is LEAKED
    build = model.build("test", STARTED, took={"builds": "b1"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


def test_names_of_steps_are_not_names_of_resources_for_what_came_along() -> None:
    """`claim` gets `src` by the step `code`, and a resource `code` of another kind has the same version."""
    model = PipelineModel()
    for resource in ("envs", "src", "code"):
        model.versions(resource, "v1", "v2", "v3")
    model.job("claim", get("src", step="code"), put("envs"))
    model.job("test", get("src", passed=["claim"]), get("code"))
    claiming = model.build("claim", took={"code": "v1"}, made={"envs": "v2"})
    model.build("test", STARTED, took={"src": "v3", "code": "v1"})
    assert name(model, claiming) is LEAKED
    model.build("test", STARTED, took={"src": "v1", "code": "v3"})
    assert name(model, claiming) is HANDED_OFF


@pytest.mark.parametrize("far", [False, True])
def test_can_still_take_what_came_along_counts_only_on_ways_that_give_the_lock_back(far: bool) -> None:
    model, claiming = claimed_with_source()
    model.versions("reports", "r1")
    model.job("test", get("src", passed=["claim"]), put("reports"))
    model.next_inputs("test", {"src": "s2"})
    assert name(model, claiming) is LEAKED
    if far:
        model.job("release", get("reports", passed=["test"]), put("envs"))
    else:
        model.job("test", get("src", passed=["claim"]), put("envs", step="give-back"))
    verdict = judged(model, claiming)
    assert verdict.name is HANDED_OFF
    assert verdict.dead_since == claiming.end_time
    assert "test" in verdict.reason


def test_a_put_to_another_resource_does_not_give_the_lock_back() -> None:
    """The step has the name of the lock's resource, and puts to another one."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]), put("other-envs", step="envs"))
    assert name(model, claiming) is LEAKED
    model.job("test", get("src", passed=["claim"]), put("other-envs", step="envs"), put("envs", step="other-envs"))
    assert name(model, claiming) is HANDED_OFF


def test_a_job_that_releases_elsewhere_in_the_pipeline_does_not_count() -> None:
    """`other-claim` puts to the same resource and can take s2, but does not come after the claiming job."""
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.job("test", get("src", passed=["claim"]))
    model.build("lint", took={"src": "s2"})
    model.job("other-claim", get("src", passed=["lint"]), put("envs"))
    model.next_inputs("other-claim", {"src": "s2"})
    assert name(model, claiming) is LEAKED
    model.job("other-claim", get("src", passed=["lint", "claim"]), put("envs"))
    assert name(model, claiming) is HANDED_OFF


def test_the_releasing_job_takes_the_lock_without_passed_and_depends_on_the_claiming_job_by_another_resource() -> None:
    model, claiming = claimed_with_source()
    model.job("release", get("envs"), get("src", passed=["claim"]), put("envs"))
    model.next_inputs("release", {"envs": "v2", "src": "s2"})
    assert name(model, claiming) is HANDED_OFF
    build = model.build("release", STARTED, took={"envs": "v2", "src": "s2"})
    assert judged(model, claiming).dead_since is None
    model.set_status(build, SUCCEEDED)
    assert name(model, claiming) is LEAKED


def test_that_releasing_job_has_gone_on_to_a_newer_version_of_the_other_resource() -> None:
    model, claiming = claimed_with_source()
    model.job("release", get("envs"), get("src", passed=["claim"]), put("envs"))
    model.next_inputs("release", {"envs": "v3", "src": "s3"})
    assert name(model, claiming) is LEAKED
    model.next_inputs("release", {"envs": "v3", "src": "s2"})
    assert name(model, claiming) is HANDED_OFF


def test_a_timer_takes_the_lock_after_tests_that_do_not_take_it() -> None:
    """Tests work in the environment without the lock; a timer then takes any version, for the job that releases."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("timer", get("envs"))
    model.job("destroy", get("envs", passed=["timer"]), put("envs"))
    test = model.build("test", STARTED, took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(test, SUCCEEDED)
    assert name(model, claiming) is LEAKED
    model.build("timer", took={"envs": "v2"})
    assert name(model, claiming) is HANDED_OFF
    model.build("destroy", STARTED, took={"envs": "v2"})
    assert judged(model, claiming).dead_since is None
    model.builds.popitem()
    model.build("destroy", took={"envs": "v2"})
    assert name(model, claiming) is LEAKED


def test_every_job_in_passed_counts_for_what_came_along_as_well() -> None:
    model, claiming = claimed_with_source()
    for job in ("test", "audit"):
        model.job(job, get("src", passed=["claim"]))
    model.job("release", get("src", passed=["test", "audit"]), put("envs"))
    model.build("test", took={"src": "s2"})
    audit = model.build("audit", took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(audit, FAILED)
    assert name(model, claiming) is LEAKED


def test_a_way_that_leads_to_giving_back_counts_until_its_last_job_has_run() -> None:
    """The design asks that a way leads there, not that it is open to its end: this errs for the user."""
    model, claiming = claimed_with_source()
    for job in ("test", "audit"):
        model.job(job, get("src", passed=["claim"]))
    model.job("release", get("src", passed=["test", "audit"]), put("envs"))
    model.build("audit", FAILED, took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF
    model.build("test", took={"src": "s2"})
    assert name(model, claiming) is LEAKED


def test_a_pending_rerun_downstream_uses_the_lock_by_what_came_along() -> None:
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.job("test", get("src", passed=["claim"]))
    lint = model.build("lint", FAILED, took={"src": "s2"})
    test = model.build("test", FAILED, took={"src": "s2"})
    model.rerun(lint, PENDING)
    assert name(model, claiming) is LEAKED
    rerun = model.rerun(test, PENDING)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.user) == (HANDED_OFF, rerun)
    assert verdict.reason.endswith("; ci/test 1.1 is waiting to start with it again")


def test_the_lock_has_been_dead_since_the_last_downstream_build_with_what_came_along() -> None:
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.job("test", get("src", passed=["claim"]))
    assert judged(model, claiming).dead_since == claiming.end_time
    test = model.build("test", FAILED, took={"src": "s2"})
    model.build("lint", took={"src": "s2"})
    assert judged(model, claiming).dead_since == test.end_time


def test_of_two_locks_claimed_by_one_build_each_keeps_the_other() -> None:
    """The design follows every version that the claiming build carried: the other lock's is one of them."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("envs"), put("envs", step="second"))
    model.job("deploy", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"envs": "v2", "second": "v3"})
    build = model.build("deploy", STARTED, took={"envs": "v3"})
    assert judged(model, claiming).dead_since is None
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED, "of two versions of one build a job takes one and never the other"


def test_while_no_job_took_one_of_two_locks_claimed_by_one_build_either_can_be_next() -> None:
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3")
    model.job("claim", put("envs"), put("envs", step="second"))
    model.job("deploy", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"envs": "v2", "second": "v3"})
    model.next_inputs("deploy", {"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF
    model.build("deploy", SUCCEEDED, took={"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_an_older_version_that_a_later_build_claimed_passes_a_lock_over() -> None:
    """Two builds wait for the pool: the later one claims first, and its lock stays next for good."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("next", get("envs", passed=["claim"]))
    model.versions("envs", "v-of-later", "v-of-earlier")
    earlier = model.build("claim", STARTED)
    later = model.build("claim", made={"envs": "v-of-later"})
    model.build("next", took={"envs": "v-of-later"})
    model.made[earlier.id] = (Carried("envs", "envs", ref("v-of-earlier")),)
    earlier = model.set_status(earlier, SUCCEEDED)
    model.next_inputs("next", {"envs": "v-of-later"})
    assert verdict_on(ModelQueries(model), earlier, "v-of-earlier").name is LEAKED
    assert verdict_on(ModelQueries(model), later, "v-of-later").name is LEAKED


def test_a_build_that_is_running_under_an_older_configuration_uses_the_lock() -> None:
    """`test` took the source before the pipeline was set again; now it comes after `claim` by the lock alone."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    build = model.build("test", STARTED, took={"src": "s2"})
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, SUCCEEDED)
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize(("after_claiming", "expected"), [(-1, HANDED_OFF), (0, LEAKED)])
def test_a_job_that_had_what_came_along_before_the_claim_can_have_it_again(
    after_claiming: int, expected: VerdictName
) -> None:
    """People start a chain again with the same commit."""
    model, claiming = claimed_with_source()
    model.job("release", get("src", passed=["claim"]), put("envs"))
    model.build("release", took={"src": "s2"}, start=(claiming.start_time or 0) + after_claiming)
    assert name(model, claiming) is expected


def test_the_reason_names_no_build_that_never_had_to_do_with_the_lock() -> None:
    """`lint` took the same version of the source before the claim, and failed; it does not come after it."""
    model, claiming = claimed_with_source()
    model.job("lint", get("src"))
    model.job("test", get("src", passed=["claim"]))
    model.build("lint", FAILED, took={"src": "s2"})
    model.build("test", FAILED, took={"src": "s2"})
    verdict = judged(model, claiming)
    assert verdict.name is LEAKED
    assert "test 1" in verdict.reason
    assert "lint" not in verdict.reason


@pytest.mark.parametrize("is_removed", [False, True], ids=["passed removed", "job removed"])
def test_an_active_build_of_an_older_configuration_keeps_the_lock(is_removed: bool) -> None:
    """`test` started after the claim and before the change, so it can have come after the claiming build."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    build = model.build("test", STARTED, took={"src": "s2"})
    model.job("test", get("src"))
    if is_removed:
        del model.steps["test"]
    assert name(model, claiming) is LEAKED
    model.last_updated = build.start_time
    assert judged(model, claiming).dead_since is None
    model.last_updated = (build.start_time or 0) - STARTS_AFTER_CHANGE
    assert judged(model, claiming).dead_since is None, "it can have started with the configuration from before"
    model.last_updated -= 1
    assert name(model, claiming) is LEAKED, "it started after the change"
    model.last_updated = build.start_time
    model.change(build, start_time=claiming.start_time)
    for model.last_updated in (build.start_time, claiming.start_time):
        assert judged(model, claiming).dead_since is None, "it started in the second of the claiming build"
    model.last_updated = build.start_time
    model.change(build, start_time=(claiming.start_time or 0) - 1)
    assert name(model, claiming) is LEAKED, "it started before the claiming build"
    model.change(build, start_time=build.start_time)
    model.last_updated = build.start_time
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


def test_where_concourse_does_not_tell_when_the_pipeline_changed_it_may_have_changed_at_any_time() -> None:
    """Older versions of Concourse have no `last_updated`."""
    model, claiming = claimed_with_source()
    model.job("test", get("src"))
    build = model.build("test", STARTED, took={"src": "s2"})
    del model.steps["test"]
    model.last_updated = None
    assert judged(model, claiming).user == build
    model.change(build, start_time=(claiming.start_time or 0) - 1)
    assert name(model, claiming) is LEAKED, "it started before the claiming build"


def test_what_a_job_took_counts_although_its_step_was_renamed_since() -> None:
    """Its next input is undetermined: Concourse answers nothing for some seconds after a step was renamed."""
    model, claiming = claimed_with_source()
    model.job("test", get("src"), get("envs", passed=["claim"]))
    later = model.build("claim", took={"src": "s3"}, made={"envs": "v3"})
    assert later.id > claiming.id
    model.build("test", FAILED, took={"envs": "v3", "src": "s3"})
    assert name(model, claiming) is LEAKED
    model.job("test", get("src"), get("envs", step="renamed", passed=["claim"]))
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize(
    ("after_start", "is_asked"), [(-STARTS_AFTER_CHANGE - 1, False), (-STARTS_AFTER_CHANGE, True), (0, True)]
)
def test_who_took_what_came_along_is_of_interest_only_if_the_pipeline_changed_since(
    after_start: int, is_asked: bool
) -> None:
    """No job depends on the claiming job now."""
    model, claiming = claimed_with_source()
    model.last_updated = (claiming.start_time or 0) + after_start
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    asked = {query.about[1] for query in queries.asked if query.method == "builds_with_input"}
    assert asked == ({"envs", "src"} if is_asked else {"envs"})


def test_what_the_claiming_build_made_by_a_step_that_was_removed_since_is_followed_too() -> None:
    model, claiming = claimed_with_source()
    model.job("claim", put("envs"), put("parts"))
    claiming = model.build("claim", made={"envs": "v4", "parts": "p4"})
    model.job("claim", put("envs"))
    model.job("test", get("parts", passed=["claim"]))
    user = model.build("test", STARTED, took={"parts": "p4"})
    verdict = verdict_on(ModelQueries(model), claiming, "v4")
    assert (verdict.name, verdict.user) == (HANDED_OFF, user)


def test_a_job_that_takes_locks_by_passed_and_cannot_take_this_one_does_not_count() -> None:
    """`test` had the lock and failed, so `back` can take the source again, but only with another lock."""
    model, claiming = claimed_with_source()
    model.job("test", get("envs", passed=["claim"]))
    model.job("back", get("src", passed=["claim"]), get("envs", passed=["test"]), put("envs"))
    model.build("test", FAILED, took={"envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.job("back", get("src", passed=["claim"]), get("envs"), put("envs"))
    assert name(model, claiming) is HANDED_OFF


def test_a_job_that_had_the_lock_can_start_with_it_again_with_another_input() -> None:
    model, claiming = claimed_with_source()
    model.versions("parts", "p1", "p2")
    model.job("build", get("src", passed=["claim"]), put("parts"))
    model.job("back", get("parts", passed=["build"]), get("envs", passed=["claim"]), put("envs"))
    model.build("build", took={"src": "s2"}, made={"parts": "p1"})
    model.build("back", FAILED, took={"parts": "p1", "envs": "v2"})
    assert name(model, claiming) is LEAKED
    model.build("build", took={"src": "s2"}, made={"parts": "p2"})
    assert name(model, claiming) is HANDED_OFF


def test_what_a_job_passed_on_before_the_claim_is_of_another_lock() -> None:
    """`test` succeeded with the source before the claim, and failed with it since."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]))
    model.job("back", get("src", passed=["test"]), get("envs"), put("envs"))
    earlier = model.build("test", took={"src": "s2"})
    model.change(earlier, start_time=(claiming.start_time or 0) - 600)
    assert name(model, claiming) is HANDED_OFF
    model.build("test", FAILED, took={"src": "s2"})
    assert name(model, claiming) is LEAKED
    model.build("test", took={"src": "s2"})
    assert name(model, claiming) is HANDED_OFF

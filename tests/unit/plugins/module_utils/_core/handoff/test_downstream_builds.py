# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked, where a job depends on what a build after the claim made or took: one test for each clause.

In all of them the build of `claim` has taken s2 of `src` and made v2 of `envs`, those before and after s1, v1, s3, v3.
"""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    HANDED_OFF,
    LEAKED,
    PENDING,
    STARTED,
    SUCCEEDED,
    UNSUCCESSFUL,
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


def chained() -> tuple[PipelineModel, Build]:
    """`build` made the tarball p2 of the claim's source; `test` and `release` depend on the tarball alone."""
    model, claiming = claimed_with_source()
    model.versions("parts", "p1", "p2", "p3")
    model.job("build", get("src", passed=["claim"]), put("parts"))
    model.job("test", get("parts", passed=["build"]))
    model.job("release", get("parts", passed=["test"]), get("envs"), put("envs"))
    for number in (1, 2, 3):
        model.build("build", took={"src": f"s{number}"}, made={"parts": f"p{number}"})
    return model, claiming


@pytest.mark.parametrize("status", [PENDING, STARTED])
def test_a_build_with_what_a_build_after_the_claim_made_uses_the_lock(status: BuildStatus) -> None:
    model, claiming = chained()
    model.next_inputs("test", {"parts": "p3"})
    assert name(model, claiming) is LEAKED
    build = model.build("test", status, took={"parts": "p2"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "test 1" in verdict.reason
    ended = model.set_status(build, FAILED)
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (LEAKED, ended.end_time)


def test_a_build_with_what_another_build_made_does_not_use_the_lock() -> None:
    model, claiming = chained()
    model.next_inputs("test", {"parts": "p3"})
    model.build("test", STARTED, took={"parts": "p3"})
    model.build("test", STARTED, took={"parts": "p1"})
    assert name(model, claiming) is LEAKED


def test_a_job_that_can_take_what_a_build_after_the_claim_made_counts_on_the_way_to_giving_back() -> None:
    model, claiming = chained()
    model.next_inputs("test", {"parts": "p2"})
    verdict = judged(model, claiming)
    assert (verdict.name, "test" in verdict.reason) == (HANDED_OFF, True)
    build = model.build("test", took={"parts": "p2"})
    assert "release" in judged(model, claiming).reason
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize("status", UNSUCCESSFUL)
def test_what_a_build_made_that_did_not_succeed_was_not_passed_on(status: BuildStatus) -> None:
    model, claiming = chained()
    build = next(one for one in model.builds.values() if (one.job, one.name) == ("build", "2"))
    model.next_inputs("test", {"parts": "p2"})
    assert name(model, claiming) is HANDED_OFF
    model.set_status(build, status)
    assert name(model, claiming) is LEAKED


def test_the_chain_is_followed_over_many_resources() -> None:
    model, claiming = chained()
    model.job("release", get("envs"), put("envs"))
    before = "build"
    for link in range(6):
        model.job(f"link-{link}", get(f"r{link - 1}" if link else "parts", passed=[before]), put(f"r{link}"))
        took = {f"r{link - 1}": "x"} if link else {"parts": "p2"}
        model.build(f"link-{link}", took=took, made={f"r{link}": "x"})
        before = f"link-{link}"
    model.job("test", get("r5", passed=[before]))
    assert name(model, claiming) is LEAKED
    model.build("test", STARTED, took={"r5": "x"})
    assert judged(model, claiming).dead_since is None


def test_what_a_build_after_the_claim_took_besides_is_passed_on_too() -> None:
    """`smoke` depends on `deploy` by the charts alone, which the claiming build did not have."""
    model, claiming = claimed_with_source()
    model.versions("charts", "c1", "c2")
    model.job("deploy", get("envs", passed=["claim"]), get("charts"))
    model.job("smoke", get("charts", passed=["deploy"]))
    model.build("deploy", took={"envs": "v2", "charts": "c1"})
    assert name(model, claiming) is LEAKED
    build = model.build("smoke", STARTED, took={"charts": "c1"})
    assert name(model, claiming) is HANDED_OFF
    model.took[build.id] = ()
    model.build("smoke", STARTED, took={"charts": "c2"})
    assert name(model, claiming) is LEAKED


def test_a_build_that_has_the_lock_of_another_claim_is_no_link_of_the_chain() -> None:
    """All claims are for one version of the tasks, which every job passes on: the lock shows whose build it is."""
    model = PipelineModel()
    model.job("claim", get("tasks"), put("envs"))
    model.job("deploy", get("envs", passed=["claim"]), get("tasks", passed=["claim"]), put("reports"))
    model.job("test", get("reports", passed=["deploy"]))
    claims = [model.build("claim", took={"tasks": "t1"}, made={"envs": f"v{number}"}) for number in range(3)]
    for number in range(3):
        model.build("deploy", took={"envs": f"v{number}", "tasks": "t1"}, made={"reports": f"r{number}"})
    model.build("test", STARTED, took={"reports": "r1"})
    model.next_inputs("test", {"reports": "r2"})
    verdicts = [verdict_on(ModelQueries(model), claim, f"v{number}").name for number, claim in enumerate(claims)]
    assert verdicts == [LEAKED, HANDED_OFF, LEAKED]


def test_builds_that_started_before_the_claim_cannot_have_the_lock() -> None:
    """The source did not change for days: what ran with it before this claim has nothing to do with it."""
    model = PipelineModel()
    model.job("claim", get("src"), put("envs"))
    model.job("test", get("src", passed=["claim"]))
    model.build("claim", took={"src": "s1"}, made={"envs": "v1"})
    older = model.build("test", STARTED, took={"src": "s1"})
    model.rerun(model.build("test", FAILED, took={"src": "s1"}), PENDING)
    claiming = model.build("claim", took={"src": "s1"}, made={"envs": "v2"})
    assert name(model, claiming) is LEAKED
    assert judged(model, claiming).dead_since == claiming.end_time
    model.set_status(older, FAILED)
    later = model.build("test", STARTED, took={"src": "s1"})
    assert name(model, claiming) is HANDED_OFF
    model.change(later, start_time=claiming.start_time)
    assert name(model, claiming) is HANDED_OFF, "it started in the second of the claiming build"
    model.set_status(later, FAILED)
    model.rerun(later, PENDING)
    assert name(model, claiming) is HANDED_OFF


@pytest.mark.parametrize(("count", "expected"), [(50, LEAKED), (51, VerdictName.UNREACHABLE)])
def test_more_builds_than_can_be_followed_leave_the_lock_in_doubt(count: int, expected: VerdictName) -> None:
    model, claiming = claimed_with_source()
    model.job("build", get("src", passed=["claim"]), put("parts"))
    model.job("test", get("parts", passed=["build"]))
    for number in range(count):
        model.build("build", took={"src": "s2"}, made={"parts": f"p{number}"})
    model.build("test", FAILED, took={"parts": "p0"})
    queries = ModelQueries(model)
    verdict = verdict_on(queries, claiming, "v2")
    assert verdict.name is expected
    assert (verdict.dead_since is None) == (expected is VerdictName.UNREACHABLE)
    assert [query.method for query in queries.asked].count("build_resources") <= 52


def test_a_job_that_nothing_depends_on_costs_no_question() -> None:
    """Thousands of builds can have taken the tasks; only what leads on is asked for."""
    model, claiming = claimed_with_source()
    model.job("test", get("src", passed=["claim"]), put("parts"))
    for number in range(200):
        model.build("test", FAILED if number % 2 else SUCCEEDED, took={"src": "s2"}, made={"parts": f"p{number}"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").name is LEAKED
    assert len(queries.asked) <= 23, queries.asked


def test_the_source_of_what_a_build_after_the_claim_made_changed_so_that_jobs_after_it_go_by_activity() -> None:
    model, claiming = chained()
    model.next_inputs("test", {"parts": "p3"})
    build = model.build("test", STARTED, took={"parts": "p2"})
    model.forgotten = {"parts"}
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.dead_since) == (HANDED_OFF, None)
    assert "forgotten" in verdict.reason
    model.set_status(build, FAILED)
    assert name(model, claiming) is LEAKED


def test_the_chain_continues_from_a_build_whose_step_was_renamed() -> None:
    """`build` lists s2 by a step that its job no longer has, but s2 lists the build."""
    model, claiming = claimed_with_source()
    model.job("build", get("src", step="code", passed=["claim"]), put("parts"))
    model.build("build", took={"code": "s2"}, made={"parts": "p2"})
    model.job("build", get("src", step="source", passed=["claim"]), put("parts"))
    model.job("lint", get("parts", passed=["build"]))
    model.job("test", get("src", passed=["build"]), put("reports"))
    model.job("last", get("reports", passed=["test"]))
    model.build("test", took={"src": "s2"}, made={"reports": "r2"})
    assert name(model, claiming) is LEAKED
    model.build("last", STARTED, took={"reports": "r2"})
    assert judged(model, claiming).dead_since is None


def test_the_chain_continues_from_a_build_whose_step_gets_another_resource_now() -> None:
    """The chart that `build` took by that step is no tool, so it does not show whose build of `test` it is."""
    model, claiming = claimed_with_source()
    model.job("build", get("src", passed=["claim"]), get("charts", step="things"), put("parts"))
    model.build("build", took={"src": "s2", "things": "c1"}, made={"parts": "p2"})
    model.job("build", get("src", passed=["claim"]), get("tools", step="things"), put("parts"))
    model.job("lint", get("charts"))
    model.job("test", get("tools", passed=["build"]), get("parts", passed=["build"]), put("reports"))
    model.job("last", get("reports", passed=["test"]))
    model.build("test", took={"tools": "t1", "parts": "p2"}, made={"reports": "r2"})
    assert name(model, claiming) is LEAKED
    last = model.build("last", STARTED, took={"reports": "r2"})
    assert judged(model, claiming).dead_since is None
    model.set_status(last, FAILED)
    model.build("test", STARTED, took={"tools": "t2", "parts": "p3"})
    verdict = judged(model, claiming)
    assert (verdict.name, verdict.taker) == (HANDED_OFF, "test"), "which tool belongs to the build nobody knows"


def test_a_version_that_is_passed_on_twice_counts_in_the_jobs_after_either_build_and_in_no_others() -> None:
    """`smoke` comes after the claim, and not after `build`; `lint` comes after neither."""
    model, claiming = claimed_with_source()
    model.job("build", get("src", passed=["claim"]), put("parts"))
    model.job("test", get("parts", passed=["build"]), get("src", passed=["build"]))
    model.job("smoke", get("src", passed=["claim"]))
    model.job("lint", get("src"))
    model.build("build", took={"src": "s2"}, made={"parts": "p2"})
    model.build("lint", STARTED, took={"src": "s2"})
    assert name(model, claiming) is LEAKED
    waiting = model.build("smoke", PENDING)
    model.next_inputs("smoke", {"src": "s2"})
    assert judged(model, claiming).user == waiting


def test_the_chain_is_not_followed_while_a_build_has_the_lock_itself() -> None:
    model, claiming = chained()
    model.job("smoke", get("envs", passed=["claim"]))
    user = model.build("smoke", STARTED, took={"envs": "v2"})
    queries = ModelQueries(model)
    assert verdict_on(queries, claiming, "v2").user == user
    assert [query.about for query in queries.asked if query.method == "build_resources"] == [(claiming.id,)]


def test_a_get_step_that_the_claiming_job_no_longer_has_took_a_version_of_the_resource_of_its_name() -> None:
    """So nothing is forgotten, and a job after it with a later lock keeps none."""
    model, claiming = claimed_with_source()
    model.job("claim", put("envs"))
    model.job("lint", get("src"))
    model.job("deploy", get("envs", passed=["claim"]))
    model.build("deploy", STARTED, took={"envs": "v3"})
    model.next_inputs("deploy", {"envs": "v3"})
    assert name(model, claiming) is LEAKED

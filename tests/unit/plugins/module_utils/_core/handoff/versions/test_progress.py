# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gone on or not: Concourse takes versions in the order of the builds that passed them on, not in their own order.

In all of them two builds of `claim` wait for the pool at once: the later one claims v2 first, the earlier one v3 then.
"""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.job_graph import JobGraph
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildStatus,
    JobInput,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.trace import fetch_version_use
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.progress import VersionProgress
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


def claimed_out_of_order() -> tuple[PipelineModel, Build]:
    """The build that claimed v2; the one before it made v3, and `test` wants both."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3", "v4")
    model.job("claim", put("envs"))
    model.job("test", get("envs", passed=["claim"]), put("envs"))
    model.build("claim", made={"envs": "v3"})
    return model, model.build("claim", made={"envs": "v2"})


def test_a_newer_version_of_an_earlier_build_does_not_pass_the_lock_over() -> None:
    model, claiming = claimed_out_of_order()
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF
    model.build("claim", made={"envs": "v4"})
    model.next_inputs("test", {"envs": "v4"})
    assert name(model, claiming) is LEAKED


def test_a_newer_version_of_an_earlier_build_that_was_taken_last_does_not_pass_the_lock_over() -> None:
    model, claiming = claimed_out_of_order()
    model.build("test", took={"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF
    model.build("claim", made={"envs": "v4"})
    model.build("test", took={"envs": "v4"})
    assert name(model, claiming) is LEAKED


@pytest.mark.parametrize(("by_builds", "expected"), [(True, LEAKED), (False, HANDED_OFF)])
def test_before_concourse_6_0_an_older_version_of_a_later_build_does_not_pass_the_lock_over(
    by_builds: bool, expected: VerdictName
) -> None:
    """There a job takes the latest version next, whatever builds passed it on; only a newer one comes before it."""
    model, claiming = claimed_out_of_order()
    earlier = next(build for build in model.builds.values() if build.id < claiming.id)
    model.build("test", FAILED, took={"envs": "v2"})
    queries = ModelQueries(model)
    queries.by_builds = by_builds
    assert verdict_on(queries, earlier, "v3").name is expected
    model.build("claim", made={"envs": "v4"})
    model.build("test", FAILED, took={"envs": "v4"})
    queries = ModelQueries(model)
    queries.by_builds = by_builds
    assert verdict_on(queries, earlier, "v3").name is LEAKED


@pytest.mark.parametrize("status", [FAILED, BuildStatus.ABORTED, STARTED, PENDING])
def test_only_a_build_that_succeeded_has_passed_a_version_on(status: BuildStatus) -> None:
    model, claiming = claimed_out_of_order()
    model.build("claim", status, made={"envs": "v4"})
    model.next_inputs("test", {"envs": "v4"})
    assert name(model, claiming) is HANDED_OFF


def test_a_newer_version_that_nobody_is_known_to_have_passed_on_does_not_pass_the_lock_over() -> None:
    """`test` took it before the pipeline was set again, or by hand: it says nothing about what comes by `passed`."""
    model, claiming = claimed_out_of_order()
    model.next_inputs("test", {"envs": "v4"})
    assert name(model, claiming) is HANDED_OFF


def test_a_rerun_has_the_place_of_its_original() -> None:
    """The re-run of the earlier build is the latest of all, but Concourse has it right after its original."""
    model, claiming = claimed_out_of_order()
    earlier = next(build for build in model.builds.values() if build.id < claiming.id)
    rerun = model.rerun(earlier, SUCCEEDED)
    model.made[rerun.id] = (Carried("envs", "envs", ref("v4")),)
    model.next_inputs("test", {"envs": "v4"})
    assert name(model, claiming) is HANDED_OFF
    model.build("claim", made={"envs": "v5"})
    model.next_inputs("test", {"envs": "v5"})
    assert name(model, claiming) is LEAKED


def test_the_builds_of_every_job_in_passed_count_and_not_those_of_the_claiming_job() -> None:
    """`smoke` and `deploy` ran side by side: only `smoke` had v2 before v3."""
    model, claiming = claimed()
    for job in ("smoke", "deploy"):
        model.job(job, get("envs", passed=["claim"]))
    model.job("release", get("envs", passed=["smoke", "deploy"]), put("envs"))
    model.next_inputs("release", {"envs": "v3"})
    for job, versions in (("smoke", ("v2", "v3")), ("deploy", ("v3", "v2"))):
        for version in versions:
            model.build(job, took={"envs": version})
    assert name(model, claiming) is HANDED_OFF
    model.versions("envs", "v4")
    for job in ("smoke", "deploy"):
        model.build(job, took={"envs": "v4"})
    model.next_inputs("release", {"envs": "v4"})
    assert name(model, claiming) is LEAKED


def test_a_version_that_came_along_is_passed_over_by_a_later_build_only() -> None:
    """The next build of `claim` took s3; then somebody pinned the source, and its last one took s2 again."""
    model, claiming = claimed_with_source()
    model.job("release", get("envs"), get("src", passed=["claim"]), put("envs"))
    model.next_inputs("release", {"envs": "v3", "src": "s3"})
    assert name(model, claiming) is LEAKED
    model.build("claim", took={"src": "s2"}, made={"envs": "v4"})
    assert name(model, claiming) is HANDED_OFF


@pytest.mark.parametrize("paused", ["job", "pipeline"])
def test_while_a_job_is_paused_only_what_it_took_counts(paused: str) -> None:
    """With `version: every` the build before may have succeeded since, and is the next that it takes."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is LEAKED
    model.paused_jobs, model.paused = ({"test"}, False) if paused == "job" else (set(), True)
    assert name(model, claiming) is HANDED_OFF
    model.build("test", took={"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_what_a_job_takes_next_does_not_count_if_it_could_not_take_the_lock_then() -> None:
    """The build of v3 ended first: with `version: every`, v2 comes before v3 as soon as the job is scheduled again."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    (later,) = (build for build in model.builds.values() if build.id > claiming.id)
    slow = model.change(claiming, end_time=later.end_time)
    assert name(model, slow) is HANDED_OFF
    model.build("test", took={"envs": "v3"})
    assert name(model, slow) is LEAKED


@pytest.mark.parametrize(("is_slow", "repeated", "expected"), [(False, "v2", LEAKED), (True, "v3", HANDED_OFF)])
def test_since_a_job_first_succeeded_with_a_version_the_job_after_it_can_take_that(
    is_slow: bool, repeated: str, expected: VerdictName
) -> None:
    """A later re-run does not change what could be chosen."""
    model, claiming = claimed()
    model.job("smoke", get("envs", passed=["claim"]))
    model.job("test", get("envs", passed=["smoke"]))
    builds = {version: model.build("smoke", took={"envs": version}) for version in ("v2", "v3")}
    if is_slow:
        model.change(builds["v2"], end_time=builds["v3"].end_time)
    model.rerun(builds[repeated], SUCCEEDED)
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ([], LEAKED),
        ([get("src")], LEAKED),
        ([get("src", passed=["unit"])], LEAKED),
        ([get("src", passed=["claim"])], LEAKED),
        ([get("src", passed=["claim", "unit"])], HANDED_OFF),
        ([get("src", passed=["claim"]), get("src", step="tested", passed=["claim", "unit"])], HANDED_OFF),
    ],
)
def test_what_a_job_takes_next_does_not_count_if_another_input_can_have_kept_it_from_the_lock(
    inputs: list[JobInput], expected: VerdictName
) -> None:
    """With `version: every`, v2 comes before v3 as soon as its source has passed `unit`, too."""
    model, claiming = claimed_with_source()
    model.job("unit", get("src"))
    model.job("test", get("envs", passed=["claim"]), *inputs)
    sources = {step.step: "s3" for step in inputs}
    model.next_inputs("test", {"envs": "v3", **sources})
    assert name(model, claiming) is expected
    model.build("test", took={"envs": "v3", **sources})
    assert name(model, claiming) is LEAKED


def test_two_inputs_that_passed_the_same_two_jobs_need_not_have_come_together_yet() -> None:
    """A build of `smoke` has had v2, but with another source than the build of `claim`."""
    model, claiming = claimed_with_source()
    model.job("smoke", get("envs", passed=["claim"]), get("src"))
    both = ["claim", "smoke"]
    model.job("test", get("envs", passed=both), get("src", passed=both))
    model.build("smoke", took={"envs": "v2", "src": "s3"})
    model.build("smoke", took={"envs": "v3", "src": "s3"})
    model.next_inputs("test", {"envs": "v3", "src": "s3"})
    assert name(model, claiming) is HANDED_OFF


def test_what_a_job_takes_next_does_not_count_if_it_can_be_of_another_configuration() -> None:
    """The job may have been paused when it was configured, and not have been scheduled since."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    (later,) = (build for build in model.builds.values() if build.id > claiming.id)
    for updated, expected in ((claiming.end_time, True), (later.end_time, False), (None, False)):
        model.last_updated = updated
        assert progress_of(model, claiming, "v2").ask_has_passed_over_everywhere("test") is expected, updated


def test_a_job_that_takes_every_version_continues_from_the_newest_that_it_ever_took() -> None:
    """It took v9 of the first build, then v3 of the third, as the second had not succeeded yet: that one is next."""
    model = PipelineModel()
    model.versions("envs", "v1", "v2", "v3", "v9")
    model.job("claim", put("envs"))
    model.job("test", get("envs", passed=["claim"]))
    _first, claiming, _third = (model.build("claim", made={"envs": version}) for version in ("v9", "v2", "v3"))
    model.build("test", took={"envs": "v3"})
    assert name(model, claiming) is LEAKED
    model.took = {number: items for number, items in model.took.items() if not items}
    model.builds = {number: build for number, build in model.builds.items() if build.job == "claim"}
    model.build("test", took={"envs": "v9"})
    model.build("test", took={"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF


def test_a_build_that_nobody_passed_over_is_found_with_few_questions() -> None:
    """Ten locks that were all passed over by one version: who passed that on is asked once."""
    model = PipelineModel()
    model.job("claim", put("envs"))
    model.job("test", get("envs", passed=["claim"]))
    claims = [model.build("claim", made={"envs": f"v{number}"}) for number in range(11)]
    model.next_inputs("test", {"envs": "v10"})
    queries = ModelQueries(model)
    verdicts = [verdict_on(queries, build, f"v{number}").name for number, build in enumerate(claims[:-1])]
    assert verdicts == [LEAKED] * 10
    assert len(queries.asked) <= 10 * 9 + 10, len(queries.asked)
    assert verdict_on(queries, claims[-1], "v10").name is HANDED_OFF


def progress_of(model: PipelineModel, source: Build, version: str) -> VersionProgress:
    queries, graph = ModelQueries(model), JobGraph(model.configured_jobs())
    use = fetch_version_use(queries, model.ref, source, ("envs", ref(version)))
    assert use is not None
    return VersionProgress(queries, model.ref, graph, use)


@pytest.mark.parametrize("passed", [(), ("claim",)])
def test_a_job_that_takes_the_version_next_has_not_passed_it_over(passed: tuple[str, ...]) -> None:
    model, claiming = claimed()
    model.job("test", get("envs", passed=passed))
    model.next_inputs("test", {"envs": "v2"})
    progress = progress_of(model, claiming, "v2")
    job = progress.graph.job("test")
    assert not progress.ask_has_passed_over(job, job.inputs[0])
    assert not progress.ask_has_passed_over_everywhere("test")


def test_a_next_version_that_the_resource_does_not_know_passes_nothing_over() -> None:
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]), put("envs"))
    model.next_inputs("test", {"envs": "unknown"})
    assert name(model, claiming) is HANDED_OFF


def test_a_job_that_took_a_newer_version_than_its_last_one_has_passed_over_what_came_before_both() -> None:
    """With `version: every` it continues from v4, which a later build claimed than the one of v2."""
    model, claiming = claimed()
    model.job("test", get("envs", passed=["claim"]))
    model.build("claim", made={"envs": "v4"})
    model.build("test", took={"envs": "v4"})
    model.build("test", took={"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_what_a_job_took_by_one_step_passes_nothing_over_that_it_takes_by_another() -> None:
    """Both steps get the locks: the one any, which was v3 last; the other those of `claim`, and it took v1 last."""
    model, claiming = claimed()
    model.job("compare", get("envs", step="any"), get("envs", step="own", passed=["claim"]))
    model.build("compare", took={"any": "v3", "own": "v1"})
    assert name(model, claiming) is HANDED_OFF
    model.build("compare", took={"any": "v1", "own": "v3"})
    assert name(model, claiming) is LEAKED


def test_the_claiming_build_has_its_place_in_the_order_though_its_job_puts_no_more() -> None:
    """The outputs of `claim` are not looked at any more; its later build, which took v3, passed the lock over."""
    model, claiming = claimed()
    model.job("claim", get("envs"))
    model.job("test", get("envs", passed=["claim"]))
    model.next_inputs("test", {"envs": "v3"})
    assert name(model, claiming) is HANDED_OFF
    model.build("claim", took={"envs": "v3"})
    assert name(model, claiming) is LEAKED


def test_another_version_of_the_same_build_that_comes_next_passes_nothing_over() -> None:
    """`check` has taken the lock of a later build, and somebody has pinned the second lock of this one."""
    model, _other = claimed()
    model.versions("envs", "a", "b", "c")
    model.job("claim", put("envs", step="first"), put("envs", step="second"))
    model.job("check", get("envs", passed=["claim"]))
    claiming = model.build("claim", made={"first": "a", "second": "b"})
    model.build("claim", made={"first": "c"})
    model.build("check", FAILED, took={"envs": "c"})
    model.next_inputs("check", {"envs": "b"})
    progress = progress_of(model, claiming, "a")
    assert not progress.ask_has_passed_over_everywhere("check")

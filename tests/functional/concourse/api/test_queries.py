# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries, against an emulator with pipelines and builds."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.instance_vars import compact_json
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    BuildStatus,
    JobInput,
    JobOutput,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import (
    BuildQueries,
    NoCredibleResponse,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
    ResourceReference,
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import (
    CONFIG,
    FLOW,
    V1,
    VARIABLES,
    Connect,
)

DEPLOY = PipelineReference("ops", "deploy", compact_json(VARIABLES))


def test_it_implements_build_queries(queries: ConcourseQueries) -> None:
    narrow: BuildQueries = queries
    assert narrow.build(BuildReference(id=1)) is not None


def test_a_build_by_id_and_by_name(atc: Emulator, queries: ConcourseQueries) -> None:
    by_id = queries.build(BuildReference(id=1))
    assert by_id is not None
    assert (by_id.pipeline, by_id.job, by_id.name, by_id.status) == (FLOW, "claim", "1", BuildStatus.SUCCEEDED)
    assert queries.build(BuildReference(pipeline=FLOW, job="claim", name="1")) == by_id
    rerun = atc.rerun(1)
    found = queries.build(BuildReference(pipeline=FLOW, job="claim", name="1.1"))
    assert found is not None
    assert (found.id, found.rerun_of) == (rerun["id"], 1)


@pytest.mark.parametrize(
    "reference",
    [
        BuildReference(id=4711),
        BuildReference(pipeline=FLOW, job="claim", name="99"),
        BuildReference(pipeline=FLOW, job="ghost", name="1"),
        BuildReference(pipeline=PipelineReference("main", "ghost"), job="claim", name="1"),
        BuildReference(pipeline=PipelineReference("ghost", "flow"), job="claim", name="1"),
        BuildReference(pipeline=PipelineReference("ops", "deploy"), job="claim", name="1"),
        BuildReference(pipeline=PipelineReference("ops", "deploy", '{"branch":"feature/x"}'), job="claim", name="1"),
        BuildReference(
            pipeline=PipelineReference("ops", "deploy", '{"branch":"feature/x","num":"9000"}'), job="claim", name="1"
        ),
    ],
)
def test_no_such_build(reference: BuildReference, queries: ConcourseQueries) -> None:
    assert queries.build(reference) is None


@pytest.mark.parametrize(
    "reference",
    [
        BuildReference(),
        BuildReference(id=10**30),
        BuildReference(pipeline=FLOW, job="claim"),
        BuildReference(pipeline=FLOW, job="claim", name="latest"),
        BuildReference(pipeline=PipelineReference("main", "..", None), job="claim", name="1"),
        BuildReference(pipeline=PipelineReference("main", "x" * 9000), job="claim", name="1"),
        BuildReference(pipeline=PipelineReference("ops", "deploy", "{no json"), job="claim", name="1"),
    ],
)
def test_unusable_references(reference: BuildReference, queries: ConcourseQueries) -> None:
    with pytest.raises(NoCredibleResponse):
        queries.build(reference)


def test_instanced_pipelines(atc: Emulator, queries: ConcourseQueries) -> None:
    made = atc.record_build(
        "ops/deploy", "claim", instance_vars=VARIABLES, outputs=[{"name": "taken", "version": {"ref": "d1"}}]
    )
    build = queries.build(BuildReference(pipeline=DEPLOY, job="claim", name="1"))
    assert build is not None
    assert (build.id, build.pipeline) == (made["id"], DEPLOY)
    assert DEPLOY in queries.pipelines("ops")
    assert {job.name for job in queries.jobs(DEPLOY)} == {"claim", "use"}
    number = queries.version_id(DEPLOY, "lock", Version.of_commit("d1"))
    assert number is not None
    assert queries.builds_with_output(DEPLOY, "lock", number) == (build,)
    assert queries.latest_builds(DEPLOY, "claim") == (build,)
    assert not queries.is_archived(DEPLOY)
    with pytest.raises(NoCredibleResponse, match="404"):
        queries.jobs(PipelineReference("ops", "deploy"))


def test_names_with_characters_reserved_in_urls(atc: Emulator, connect: Connect) -> None:
    name = "a b+c/d?e#f%g&h=ü"
    config = {
        "resources": CONFIG["resources"],
        "jobs": [{"name": name, "plan": [{"put": "taken", "resource": "lock"}]}],
    }
    atc.set_team(name, {"owner": ["local:admin"]})
    atc.set_pipeline("main/odd", config)
    atc.rename_pipeline("main/odd", name)
    atc.record_build(f"main/{name}", name)
    pipeline, queries = PipelineReference("main", name), connect(atc.url).queries()
    build = queries.build(BuildReference(pipeline=pipeline, job=name, name="1"))
    assert build is not None
    assert (build.pipeline, build.job) == (pipeline, name)
    assert queries.pipelines(name) == ()


def test_pipelines_of_a_team(queries: ConcourseQueries) -> None:
    assert set(queries.pipelines("ops")) == {DEPLOY, PipelineReference("ops", "open")}
    assert queries.pipelines("ghost") == ()


def test_an_incomplete_list_of_pipelines_is_rejected(atc: Emulator, connect: Connect) -> None:
    viewer = connect(atc.url, username="viewer", password="viewer-pa55word").queries()
    assert DEPLOY in viewer.pipelines("ops")
    assert viewer.pipelines("ghost") == ()
    with pytest.raises(NoCredibleResponse, match="only the exposed pipelines of team main"):
        viewer.pipelines("main")
    with pytest.raises(NoCredibleResponse, match="only the exposed pipelines of team ops"):
        connect(atc.url, anonymous=True).queries().pipelines("ops")


def test_jobs_distinguish_steps_and_resources(atc: Emulator, connect: Connect) -> None:
    claim, use = connect(atc.url).queries().jobs(FLOW)
    assert (claim.outputs, claim.has_active_build) == ((JobOutput("taken", "lock"),), False)
    assert use.inputs == (JobInput("held", "lock", frozenset({"claim"})),)
    atc.record_build("main/flow", "claim", status="started")
    assert connect(atc.url).queries().jobs(FLOW)[0].has_active_build


def test_an_archived_pipeline(atc: Emulator, connect: Connect) -> None:
    assert not connect(atc.url).queries().is_archived(FLOW)
    atc.archive_pipeline("main/flow")
    assert connect(atc.url).queries().is_archived(FLOW)


def test_whether_a_list_of_pipelines_says_the_same_of_one(atc: Emulator, connect: Connect) -> None:
    queries = connect(atc.url).queries()
    assert queries.is_listed_alike(FLOW)
    assert queries.is_listed_alike(DEPLOY)
    queries = connect(atc.url).queries()
    queries.resources(frozenset({"main"}))
    atc.pause_pipeline("main/flow")
    assert not queries.is_listed_alike(FLOW), "it is paused since the list was fetched"


def test_the_builds_of_a_version(atc: Emulator, queries: ConcourseQueries) -> None:
    taken = atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    build = queries.build(BuildReference(id=1))
    assert build is not None
    assert [step.version for step in queries.build_resources(build).outputs] == [V1]
    number = queries.version_id(FLOW, "lock", V1)
    assert number is not None
    assert [one.id for one in queries.builds_with_input(FLOW, "lock", number)] == [taken["id"]]
    assert [one.id for one in queries.builds_with_output(FLOW, "lock", number)] == [1]
    assert queries.version_id(FLOW, "lock", Version.of_commit("never")) is None
    assert queries.version_id(FLOW, "no-such-resource", V1) is None


def test_again_sends_a_new_request(atc: Emulator, queries: ConcourseQueries) -> None:
    number = queries.version_id(FLOW, "lock", V1)
    assert number is not None
    assert queries.builds_with_input(FLOW, "lock", number) == ()
    atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    assert queries.builds_with_input(FLOW, "lock", number) == ()
    assert len(queries.builds_with_input(FLOW, "lock", number, again=True)) == 1
    assert len(queries.builds_with_input(FLOW, "lock", number)) == 1


def test_next_inputs(atc: Emulator, connect: Connect) -> None:
    assert connect(atc.url).queries().next_inputs(FLOW, "use") == {"held": V1}
    assert connect(atc.url).queries().next_inputs(PipelineReference("ops", "open"), "use") is None
    with pytest.raises(NoCredibleResponse, match="requires a login"):
        connect(atc.url, anonymous=True).queries().next_inputs(PipelineReference("ops", "open"), "use")


@pytest.mark.parametrize("is_pipeline", [False, True])
def test_next_inputs_of_which_a_version_is_forgotten(atc: Emulator, connect: Connect, is_pipeline: bool) -> None:
    """Concourse lists null for the version until it schedules the job, which it does not while that is paused."""
    assert connect(atc.url).queries().next_inputs(FLOW, "use") == {"held": V1}
    if is_pipeline:
        atc.pause_pipeline("main/flow")
    else:
        atc.pause_job("main/flow", "use")
    resources: Any = CONFIG["resources"]
    moved = [{**resource, "source": {"uri": "git@host:moved.git"}} for resource in resources]
    atc.set_pipeline("main/flow", {**CONFIG, "resources": moved})
    assert connect(atc.url).queries().next_inputs(FLOW, "use") == {}


def test_builds_of_a_job_with_a_rerun_of_an_old_one(atc: Emulator, queries: ConcourseQueries) -> None:
    for number in range(100, 250):
        atc.record_build("main/flow", "claim", id=number)
    rerun = atc.rerun(100)["id"]
    latest = queries.latest_builds(FLOW, "claim")
    assert len(latest) == 100
    assert latest[0].id == 249
    assert rerun not in {build.id for build in latest}
    original = queries.build(BuildReference(id=100))
    assert original is not None
    assert rerun in {build.id for build in queries.builds_from(FLOW, "claim", original)}


def test_builds_of_a_pipeline_from_one_on(atc: Emulator, queries: ConcourseQueries) -> None:
    """Also those of a job that was removed, and re-runs, which are at the place of their originals."""
    first = atc.record_build("main/flow", "use", status="failed", id=40)["id"]
    for number in range(600):
        atc.record_build("main/flow", "claim", id=50 + number)
    rerun = atc.rerun(first)["id"]
    atc.remove_job("main/flow", "use")
    original = queries.build(BuildReference(id=first))
    assert original is not None
    listed = [build.id for build in queries.pipeline_builds_from(FLOW, original)]
    assert (len(listed), set(listed) >= {first, rerun}) == (500, True)
    assert not {first, rerun} & {build.id for build in queries.pipeline_builds(FLOW)}


def test_a_page_full_of_reruns_is_rejected(atc: Emulator, queries: ConcourseQueries) -> None:
    atc.record_build("main/flow", "claim", id=50)
    atc.record_build("main/flow", "claim", id=51)
    for _count in range(120):
        atc.record_build("main/flow", "claim", rerun_of=50)
    original = queries.build(BuildReference(id=50))
    assert original is not None
    with pytest.raises(NoCredibleResponse, match="did not list all builds since"):
        queries.builds_from(FLOW, "claim", original)


def test_order_of_versions_over_many_pages(atc: Emulator, queries: ConcourseQueries) -> None:
    for number in range(2, 1001):
        atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
    atc.clear_log()
    pick = random.Random(7)
    pairs = [(pick.randint(1, 1000), pick.randint(1, 1000)) for _count in range(60)] + [
        (1000, 1),
        (1, 1000),
        (500, 500),
    ]

    def newer(pair: tuple[int, int]) -> bool:
        first, second = (Version.of_commit(f"v{number}") for number in pair)
        return queries.is_newer(FLOW, "lock", first, second)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(newer, pairs)) == [first > second for first, second in pairs]
    # The list is fetched once, in pages of 200; each version is searched at most once.
    assert len(atc.requests(path="/versions$")) - _filtered(atc) <= 5
    assert _filtered(atc) <= 2 * len(pairs)


def _filtered(atc: Emulator) -> int:
    return sum("filter=" in entry["query"] for entry in atc.requests(path="/versions$"))


def test_a_recent_version_needs_one_page(atc: Emulator, queries: ConcourseQueries) -> None:
    for number in range(2, 1001):
        atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
    atc.clear_log()
    assert queries.is_newer(FLOW, "lock", Version.of_commit("v999"), V1)
    assert not queries.is_newer(FLOW, "lock", V1, Version.of_commit("v998"))
    assert len(atc.requests(path="/versions$")) == 2


def test_a_version_newer_than_the_list(atc: Emulator, queries: ConcourseQueries) -> None:
    for number in range(2, 301):
        atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
    assert queries.is_newer(FLOW, "lock", Version.of_commit("v299"), V1)
    atc.save_version("main/flow", "lock", {"ref": "late"})
    late = Version.of_commit("late")
    assert queries.is_newer(FLOW, "lock", late, Version.of_commit("v299"))
    assert not queries.is_newer(FLOW, "lock", Version.of_commit("v299"), late)
    assert queries.is_newer(FLOW, "lock", late, V1)


def test_versions_that_cannot_be_ordered(queries: ConcourseQueries) -> None:
    ghost, other = Version.of_commit("ghost"), Version.of_commit("other")
    assert not queries.is_newer(FLOW, "lock", ghost, ghost)
    for first, second in ((ghost, V1), (V1, ghost), (ghost, other)):
        with pytest.raises(NoCredibleResponse):
            queries.is_newer(FLOW, "lock", first, second)


def test_addresses_of_this_concourse(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(external_url="https://ci.example.com/base")
    atc.clear_log()
    queries = connect(atc.url, url_aliases=("http://old.example.com/",)).queries()
    assert queries.names_this_concourse(atc.url)
    assert queries.names_this_concourse("http://OLD.example.com:80")
    assert atc.log.entries == []
    assert queries.names_this_concourse("https://CI.example.com:443/base/")
    for foreign in (
        "https://ci.example.com",
        "https://ci.example.com.evil.org/base",
        "https://u@ci.example.com/base",
        "",
    ):
        assert not queries.names_this_concourse(foreign)


def test_addresses_without_a_response(connect: Connect) -> None:
    queries = connect("http://no-such-host.invalid").queries()
    assert queries.names_this_concourse("http://no-such-host.invalid:80/")
    with pytest.raises(NoCredibleResponse):
        queries.names_this_concourse("https://ci.example.com")


def test_a_concourse_before_instanced_pipelines_and_external_urls(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version="5.2.0")
    queries = connect(atc.url).queries()
    build = queries.build(BuildReference(pipeline=FLOW, job="claim", name="1"))
    assert build is not None
    assert queries.names_this_concourse(atc.url)
    assert not queries.names_this_concourse("https://ci.example.com")
    assert queries.pipelines("main") == (FLOW,)
    assert [one.id for one in queries.builds_from(FLOW, "claim", build)] == [1]
    assert queries.version_id(FLOW, "lock", V1) == 1


def test_all_resources_that_the_login_sees(atc: Emulator, connect: Connect) -> None:
    """Those of archived pipelines are not in the list of all resources."""
    atc.set_pipeline("ops/old", CONFIG)
    atc.archive_pipeline("ops/old")
    old, opened = (PipelineReference("ops", name) for name in ("old", "open"))
    everything = {ResourceReference(one, "lock") for one in (FLOW, DEPLOY, opened, old)}
    seen = connect(atc.url, username="admin", password="admin-pa55word").queries().resources(frozenset())
    assert (set(seen), len(seen)) == (everything, 4)
    viewer = connect(atc.url, username="viewer", password="viewer-pa55word").queries()
    assert set(viewer.resources(frozenset({"ops"}))) == everything - {ResourceReference(FLOW, "lock")}


def test_a_version_is_found_in_many_resources_at_once(atc: Emulator, connect: Connect) -> None:
    for number in range(20):
        atc.set_pipeline(f"main/flow-{number}", CONFIG)
    atc.record_build("main/flow-7", "claim", outputs=[{"name": "taken", "version": {"ref": "v1"}}])
    queries = connect(atc.url, username="admin", password="admin-pa55word").queries()
    found = queries.version_ids(queries.resources(frozenset()), V1)
    assert {resource.pipeline.name for resource in found} == {"flow", "flow-7"}
    for resource, number in found.items():
        (build,) = queries.builds_with_output(resource.pipeline, resource.name, number)
        assert build.pipeline == resource.pipeline


def test_a_resource_that_cannot_be_asked_is_no_answer(atc: Emulator, connect: Connect) -> None:
    queries = connect(atc.url, username="admin", password="admin-pa55word").queries()
    resources = queries.resources(frozenset())
    atc.add_fault("status", status=500, path="/api/v1/teams/ops/pipelines/open/resources/lock/versions")
    with pytest.raises(NoCredibleResponse, match="500"):
        queries.version_ids(resources, V1)


@pytest.mark.parametrize(
    ("version", "can_search", "by_builds"),
    [
        ("5.4.1", False, False),
        ("5.5.0", True, False),
        ("5.8.1", True, False),
        ("6.0.0", True, True),
        ("8.2.5", True, True),
    ],
)
def test_what_the_version_of_concourse_tells(
    atc: Emulator, connect: Connect, version: str, can_search: bool, by_builds: bool
) -> None:
    atc.change_settings(version=version)
    queries = connect(atc.url).queries()
    assert (queries.can_search_versions(), queries.orders_by_builds()) == (can_search, by_builds)

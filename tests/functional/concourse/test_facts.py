# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers to the questions of the rules, on an emulator with real pipelines."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import (
    ConcourseQueries,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.instance_vars import (
    compact_json,
)
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
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import (
    CONFIG,
    VARIABLES,
    Connect,
)

FLOW = PipelineReference("main", "flow")
DEPLOY = PipelineReference("ops", "deploy", compact_json(VARIABLES))
V1 = Version.of_commit("v1")


@pytest.fixture
def facts(atc: Emulator, connect: Connect) -> ConcourseQueries:
    return connect(atc.url).queries()


def test_they_are_the_facts_that_the_rules_ask_for(facts: ConcourseQueries) -> None:
    narrow: BuildQueries = facts
    assert narrow.build(BuildReference(id=1)) is not None


def test_a_build_by_id_and_by_name(atc: Emulator, facts: ConcourseQueries) -> None:
    by_id = facts.build(BuildReference(id=1))
    assert by_id is not None
    assert (by_id.pipeline, by_id.job, by_id.name, by_id.status) == (FLOW, "claim", "1", BuildStatus.SUCCEEDED)
    assert facts.build(BuildReference(pipeline=FLOW, job="claim", name="1")) == by_id
    rerun = atc.rerun(1)
    found = facts.build(BuildReference(pipeline=FLOW, job="claim", name="1.1"))
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
def test_no_such_build(reference: BuildReference, facts: ConcourseQueries) -> None:
    assert facts.build(reference) is None


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
def test_references_that_nothing_can_be_said_about(reference: BuildReference, facts: ConcourseQueries) -> None:
    with pytest.raises(NoCredibleResponse):
        facts.build(reference)


def test_instanced_pipelines(atc: Emulator, facts: ConcourseQueries) -> None:
    made = atc.record_build(
        "ops/deploy", "claim", instance_vars=VARIABLES, outputs=[{"name": "taken", "version": {"ref": "d1"}}]
    )
    build = facts.build(BuildReference(pipeline=DEPLOY, job="claim", name="1"))
    assert build is not None
    assert (build.id, build.pipeline) == (made["id"], DEPLOY)
    assert DEPLOY in facts.pipelines("ops")
    assert {job.name for job in facts.jobs(DEPLOY)} == {"claim", "use"}
    number = facts.version_id(DEPLOY, "lock", Version.of_commit("d1"))
    assert number is not None
    assert facts.builds_with_output(DEPLOY, "lock", number) == (build,)
    assert facts.latest_builds(DEPLOY, "claim") == (build,)
    assert not facts.is_archived(DEPLOY)
    with pytest.raises(NoCredibleResponse, match="404"):
        facts.jobs(PipelineReference("ops", "deploy"))


def test_names_with_all_that_a_url_has_a_meaning_for(atc: Emulator, connect: Connect) -> None:
    name = "a b+c/d?e#f%g&h=ü"
    config = {
        "resources": CONFIG["resources"],
        "jobs": [{"name": name, "plan": [{"put": "taken", "resource": "lock"}]}],
    }
    atc.set_team(name, {"owner": ["local:admin"]})
    atc.set_pipeline("main/odd", config)
    atc.rename_pipeline("main/odd", name)
    atc.record_build(f"main/{name}", name)
    pipeline, facts = PipelineReference("main", name), connect(atc.url).queries()
    build = facts.build(BuildReference(pipeline=pipeline, job=name, name="1"))
    assert build is not None
    assert (build.pipeline, build.job) == (pipeline, name)
    assert facts.pipelines(name) == ()


def test_pipelines_of_a_team(facts: ConcourseQueries) -> None:
    assert set(facts.pipelines("ops")) == {DEPLOY, PipelineReference("ops", "open")}
    assert facts.pipelines("ghost") == ()


def test_a_list_that_hides_pipelines_is_not_believed(atc: Emulator, connect: Connect) -> None:
    viewer = connect(atc.url, username="viewer", password="viewer-pa55word").queries()
    assert DEPLOY in viewer.pipelines("ops")
    assert viewer.pipelines("ghost") == ()
    with pytest.raises(NoCredibleResponse, match="only the exposed pipelines of team main"):
        viewer.pipelines("main")
    with pytest.raises(NoCredibleResponse, match="only the exposed pipelines of team ops"):
        connect(atc.url, anonymous=True).queries().pipelines("ops")


def test_jobs_tell_steps_and_resources_apart(atc: Emulator, connect: Connect) -> None:
    claim, use = connect(atc.url).queries().jobs(FLOW)
    assert (claim.outputs, claim.has_active_build) == ((JobOutput("taken", "lock"),), False)
    assert use.inputs == (JobInput("held", "lock", frozenset({"claim"})),)
    atc.record_build("main/flow", "claim", status="started")
    assert connect(atc.url).queries().jobs(FLOW)[0].has_active_build


def test_an_archived_pipeline(atc: Emulator, connect: Connect) -> None:
    assert not connect(atc.url).queries().is_archived(FLOW)
    atc.archive_pipeline("main/flow")
    assert connect(atc.url).queries().is_archived(FLOW)


def test_where_a_version_went(atc: Emulator, facts: ConcourseQueries) -> None:
    taken = atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    build = facts.build(BuildReference(id=1))
    assert build is not None
    assert [step.version for step in facts.build_resources(build).outputs] == [V1]
    number = facts.version_id(FLOW, "lock", V1)
    assert number is not None
    assert [one.id for one in facts.builds_with_input(FLOW, "lock", number)] == [taken["id"]]
    assert [one.id for one in facts.builds_with_output(FLOW, "lock", number)] == [1]
    assert facts.version_id(FLOW, "lock", Version.of_commit("never")) is None
    assert facts.version_id(FLOW, "no-such-resource", V1) is None


def test_again_asks_who_took_it_by_now(atc: Emulator, facts: ConcourseQueries) -> None:
    number = facts.version_id(FLOW, "lock", V1)
    assert number is not None
    assert facts.builds_with_input(FLOW, "lock", number) == ()
    atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    assert facts.builds_with_input(FLOW, "lock", number) == ()
    assert len(facts.builds_with_input(FLOW, "lock", number, again=True)) == 1
    assert len(facts.builds_with_input(FLOW, "lock", number)) == 1


def test_next_inputs(atc: Emulator, connect: Connect) -> None:
    assert connect(atc.url).queries().next_inputs(FLOW, "use") == {"held": V1}
    assert connect(atc.url).queries().next_inputs(PipelineReference("ops", "open"), "use") is None
    with pytest.raises(NoCredibleResponse, match="requires a login"):
        connect(atc.url, anonymous=True).queries().next_inputs(PipelineReference("ops", "open"), "use")


def test_builds_of_a_job_with_a_rerun_of_an_old_one(atc: Emulator, facts: ConcourseQueries) -> None:
    for number in range(100, 250):
        atc.record_build("main/flow", "claim", id=number)
    rerun = atc.rerun(100)["id"]
    latest = facts.latest_builds(FLOW, "claim")
    assert len(latest) == 100
    assert latest[0].id == 249
    assert rerun not in {build.id for build in latest}
    original = facts.build(BuildReference(id=100))
    assert original is not None
    assert rerun in {build.id for build in facts.builds_from(FLOW, "claim", original)}


def test_too_many_reruns_to_be_sure(atc: Emulator, facts: ConcourseQueries) -> None:
    atc.record_build("main/flow", "claim", id=50)
    atc.record_build("main/flow", "claim", id=51)
    for _count in range(120):
        atc.record_build("main/flow", "claim", rerun_of=50)
    original = facts.build(BuildReference(id=50))
    assert original is not None
    with pytest.raises(NoCredibleResponse, match="did not list all builds since"):
        facts.builds_from(FLOW, "claim", original)


def test_order_of_versions_over_many_pages(atc: Emulator, facts: ConcourseQueries) -> None:
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
        return facts.is_newer(FLOW, "lock", first, second)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(newer, pairs)) == [first > second for first, second in pairs]
    # The list is read once, by 200, whoever asks; and each version looked for at most once.
    assert len(atc.requests(path="/versions$")) - _filtered(atc) <= 5
    assert _filtered(atc) <= 2 * len(pairs)


def _filtered(atc: Emulator) -> int:
    return sum("filter=" in entry["query"] for entry in atc.requests(path="/versions$"))


def test_a_version_near_the_top_costs_one_page(atc: Emulator, facts: ConcourseQueries) -> None:
    for number in range(2, 1001):
        atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
    atc.clear_log()
    assert facts.is_newer(FLOW, "lock", Version.of_commit("v999"), V1)
    assert not facts.is_newer(FLOW, "lock", V1, Version.of_commit("v998"))
    assert len(atc.requests(path="/versions$")) == 2


def test_a_version_that_came_after_the_list_was_read(atc: Emulator, facts: ConcourseQueries) -> None:
    for number in range(2, 301):
        atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
    assert facts.is_newer(FLOW, "lock", Version.of_commit("v299"), V1)
    atc.save_version("main/flow", "lock", {"ref": "late"})
    late = Version.of_commit("late")
    assert facts.is_newer(FLOW, "lock", late, Version.of_commit("v299"))
    assert not facts.is_newer(FLOW, "lock", Version.of_commit("v299"), late)
    assert facts.is_newer(FLOW, "lock", late, V1)


def test_versions_that_cannot_be_ordered(facts: ConcourseQueries) -> None:
    ghost, other = Version.of_commit("ghost"), Version.of_commit("other")
    assert not facts.is_newer(FLOW, "lock", ghost, ghost)
    for first, second in ((ghost, V1), (V1, ghost), (ghost, other)):
        with pytest.raises(NoCredibleResponse):
            facts.is_newer(FLOW, "lock", first, second)


def test_whose_claim_it_is(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(external_url="https://ci.example.com/base")
    atc.clear_log()
    facts = connect(atc.url, url_aliases=("http://old.example.com/",)).queries()
    assert facts.names_this_concourse(atc.url)
    assert facts.names_this_concourse("http://OLD.example.com:80")
    assert atc.log.entries == []
    assert facts.names_this_concourse("https://CI.example.com:443/base/")
    for foreign in (
        "https://ci.example.com",
        "https://ci.example.com.evil.org/base",
        "https://u@ci.example.com/base",
        "",
    ):
        assert not facts.names_this_concourse(foreign)


def test_without_contact_nobody_knows_whose_claim_it_is(connect: Connect) -> None:
    facts = connect("http://no-such-host.invalid").queries()
    assert facts.names_this_concourse("http://no-such-host.invalid:80/")
    with pytest.raises(NoCredibleResponse):
        facts.names_this_concourse("https://ci.example.com")


def test_a_concourse_before_instanced_pipelines_and_external_urls(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version="5.2.0")
    facts = connect(atc.url).queries()
    build = facts.build(BuildReference(pipeline=FLOW, job="claim", name="1"))
    assert build is not None
    assert facts.names_this_concourse(atc.url)
    assert not facts.names_this_concourse("https://ci.example.com")
    assert facts.pipelines("main") == (FLOW,)
    assert [one.id for one in facts.builds_from(FLOW, "claim", build)] == [1]
    assert facts.version_id(FLOW, "lock", V1) == 1

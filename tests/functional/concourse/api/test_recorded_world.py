# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries against recorded responses of Concourse 8.2.5; every request must be a recorded one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.tests.atc import Replay
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect

WORLD = Path(__file__).parents[3] / "contract" / "world.json"
CI, FLOW = PipelineReference("main", "ci"), PipelineReference("main", "flow")
DEPLOY = PipelineReference("ops", "deploy", '{"branch":"feature/x","cfg":{"deep":true},"num":9000}')
RECORDED = {
    (response["path"], response.get("params", {}).get("limit")): response["body"]
    for response in json.loads(WORLD.read_text(encoding="utf-8"))["answers"]
}
NEWEST_FIRST = [
    Version.of(listed["version"]) for listed in RECORDED["/api/v1/teams/main/pipelines/ci/resources/envs/versions", 200]
]


@pytest.fixture
def queries(connect: Connect) -> Iterator[ConcourseQueries]:
    with Replay(WORLD) as replay:
        yield connect(replay.url, username="admin", password="admin").queries()
        assert replay.missed == []


def test_its_external_url(queries: ConcourseQueries) -> None:
    assert queries.names_this_concourse("http://127.0.0.1:8080")
    assert not queries.names_this_concourse("http://127.0.0.1:8081")


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (BuildReference(id=69), "flow/hold 2"),
        (BuildReference(pipeline=CI, job="leak-failed", name="1.1"), "ci/leak-failed 1.1"),
        (BuildReference(pipeline=DEPLOY, job="hold", name="1"), "deploy/hold 1"),
        (BuildReference(pipeline=CI, job="hold", name="99"), None),
    ],
)
def test_builds(reference: BuildReference, text: str | None, queries: ConcourseQueries) -> None:
    build = queries.build(reference)
    assert (None if build is None else str(build)) == text


@pytest.mark.parametrize(("pipeline", "resource"), [(CI, "envs"), (FLOW, "lock"), (DEPLOY, "envs")])
def test_every_build_and_version_of_every_job(
    pipeline: PipelineReference, resource: str, queries: ConcourseQueries
) -> None:
    assert pipeline in queries.pipelines(pipeline.team)
    assert not queries.is_archived(pipeline)
    made = set[Version]()
    for job in queries.jobs(pipeline):
        assert job.has_active_build == any(build.is_active for build in queries.latest_builds(pipeline, job.name))
        for build in queries.latest_builds(pipeline, job.name):
            assert queries.build(BuildReference(pipeline=pipeline, job=job.name, name=build.name)) == build
            made |= {step.version for step in queries.build_resources(build).outputs}
        for step, version in (queries.next_inputs(pipeline, job.name) or {}).items():
            assert step in {one.step for one in job.inputs}
            assert queries.version_id(pipeline, resource, version) is not None
    assert made
    for version in made:
        number = queries.version_id(pipeline, resource, version)
        assert number is not None
        makers = queries.builds_with_output(pipeline, resource, number)
        assert all(version in {step.version for step in queries.build_resources(build).outputs} for build in makers)
        for build in queries.builds_with_input(pipeline, resource, number):
            assert version in {step.version for step in queries.build_resources(build).inputs}


def test_the_order_of_versions(queries: ConcourseQueries) -> None:
    assert len(NEWEST_FIRST) > 5
    for place, version in enumerate(NEWEST_FIRST):
        newer = [queries.is_newer(CI, "envs", version, other) for other in NEWEST_FIRST]
        assert newer == [place < other for other in range(len(NEWEST_FIRST))]


def test_a_next_input_that_is_undetermined(queries: ConcourseQueries) -> None:
    assert queries.next_inputs(FLOW, "waits") is None

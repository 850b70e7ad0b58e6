# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build made a claim."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
    StepVersion,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.claims import ClaimReader

NOW = 1_795_000_000
BASE = "https://ci.example.com"
PAGE = f"{BASE}/teams/main/pipelines/ci/jobs/claim/builds"
VARIABLES = '{"n":1,"s":"x"}'


def build(name: str = "7", *, start: int | None = NOW - 60, number: int = 70, variables: str | None = None) -> Build:
    pipeline = PipelineReference("main", "ci", variables)
    return Build(number, name, BuildStatus.STARTED, "main", pipeline, "claim", start_time=start)


def has_claimed(
    message: str,
    one: Build | None = None,
    *,
    at: int = NOW,
    put: tuple[str, ...] | None = None,
    variables: str | None = None,
    by_name_only: bool = False,
) -> bool:
    def resources(_build: Build) -> BuildResources:
        if put is None:
            raise NoCredibleResponse("nobody should ask")
        return BuildResources(outputs=tuple(StepVersion("env", Version.of_commit(commit)) for commit in put))

    job = JobReference(PipelineReference("main", "ci", variables), "claim")
    reader = ClaimReader(job, "main", lambda base: base == BASE, resources)
    lock = Lock("aws", "env-1", State.CLAIMED)
    snapshot = Snapshot("c", "main", ("aws",), (lock,), {lock.path: Claim("abc", at, "git", message)})
    decide = reader.is_named if by_name_only else reader.fetch_has_claimed
    return decide(one or build(variables=variables), reader.current(snapshot, "aws"))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"claiming: env-1\nBuild URL: {PAGE}/7 ", True),
        (f"claiming: env-1\nBuild URL: {PAGE}/70 ", False),
        (f"claiming: env-1\nBuild URL: {PAGE}/7.1 ", False),
        (f"claiming: env-1\nBuild URL: {BASE}/builds/70 ", True),
        (f"claiming: env-1\nBuild URL: {BASE}/builds/7 ", False),
        ("claiming: env-1\nBuild URL: https://other/teams/main/pipelines/ci/jobs/claim/builds/7 ", False),
        (f"claiming: env-1\nBuild URL: {PAGE.replace('main', 'ops')}/8 ", False),
        (f"claiming: env-1\nBuild URL: {PAGE.replace('/ci/', '/cd/')}/8 ", False),
        (f"claiming: env-1\nBuild URL: {PAGE.replace('claim', 'hold')}/8 ", False),
        (f"claiming: env-1\nBuild URL: {PAGE}/8?vars.n=1 ", False),
        ("main/ci/claim build 7 claiming: env-1", True),
        ("ci/claim build 7 claiming: env-1", True),
        ("main/ci/claim build 8 claiming: env-1", False),
        ("manually claim env-1", False),
        ('Revert "unclaiming: env-1"', False),
    ],
)
def test_by_name(message: str, expected: bool) -> None:
    assert has_claimed(message) is expected


@pytest.mark.parametrize(
    "message",
    [
        f"claiming: env-1\nBuild URL: {PAGE.replace('main', 'ops')}/7 ",
        f"claiming: env-1\nBuild URL: {PAGE.replace('/ci/', '/cd/')}/7 ",
        f"claiming: env-1\nBuild URL: {PAGE.replace('claim', 'hold')}/7 ",
        f"claiming: env-1\nBuild URL: {PAGE}/7?vars.n=1 ",
        "main/cd/hold build 7 claiming: env-1",
    ],
)
def test_a_claim_under_an_earlier_name_is_the_builds_if_it_is_among_its_outputs(message: str) -> None:
    assert has_claimed(message, put=("xyz", "abc"))
    assert not has_claimed(message, put=("xyz",))
    assert not has_claimed(message, at=NOW - 200)
    assert not has_claimed(message.replace(BASE, "https://other").replace("build 7", "build 8"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("vars.n=1&vars.s=%22x%22", True),
        ("vars.n=1&vars.s=x", True),  # as 8.0.0 to 8.0.2 wrote it
        ("vars.n=2&vars.s=%22x%22", False),
        ("vars.n=1", False),
        ("", False),
    ],
)
def test_instances(query: str, expected: bool) -> None:
    message = f"claiming: env-1\nBuild URL: {PAGE}/7?{query} "
    assert has_claimed(message, variables=VARIABLES, put=()) is expected


def test_a_claim_before_the_start_is_another_builds() -> None:
    message = f"claiming: env-1\nBuild URL: {PAGE}/7 "
    assert has_claimed(message, at=NOW - 60 - 60)
    assert not has_claimed(message, at=NOW - 60 - 61)
    assert not has_claimed(message, build(start=None))


@pytest.mark.parametrize("message", ["claiming: env-1", "claiming: env-1\nBuild URL: "])
def test_claims_that_name_no_build(message: str) -> None:
    assert has_claimed(message, put=("xyz", "abc"))
    assert not has_claimed(message, put=("xyz",))
    assert not has_claimed(message, at=NOW - 200)
    assert not has_claimed(message, by_name_only=True)
    with pytest.raises(NoCredibleResponse):
        has_claimed(message)


@pytest.mark.parametrize(
    ("pool", "was", "now", "expected"),
    [
        ("aws", State.UNCLAIMED, State.CLAIMED, 1),
        ("aws", State.CLAIMED, State.UNCLAIMED, 0),  # the build releases what another one has claimed
        ("gcp", State.UNCLAIMED, State.CLAIMED, 0),
    ],
)
def test_only_claims_in_the_pool_are_past_claims(pool: str, was: State, now: State, expected: int) -> None:
    reader = ClaimReader(
        JobReference(PipelineReference("main", "ci"), "claim"), "main", bool, lambda _: BuildResources()
    )
    move = Move("abc", datetime.fromtimestamp(NOW, UTC), pool, "env-1", was, now, "git", f"env-1\nBuild URL: {PAGE}/7 ")
    assert len(reader.past([move], "aws")) == expected


def test_the_outputs_of_a_build_are_asked_for_once() -> None:
    asked: list[Build] = []

    def resources(one: Build) -> BuildResources:
        asked.append(one)
        return BuildResources()

    reader = ClaimReader(JobReference(PipelineReference("main", "ci"), "claim"), "main", lambda _base: True, resources)
    lock = Lock("aws", "env-1", State.CLAIMED)
    claims = {lock.path: Claim("abc", NOW, "git", "claiming: env-1")}
    current = reader.current(Snapshot("c", "main", ("aws",), (lock,), claims), "aws")
    assert not reader.fetch_has_claimed(build(), current)
    assert not reader.fetch_has_claimed(build(), current)
    assert asked == [build()]

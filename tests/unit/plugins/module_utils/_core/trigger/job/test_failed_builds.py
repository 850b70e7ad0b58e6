# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that ended without a claim: which count, how long the pause is, and when the attempts are used up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.claims import ClaimReader
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.failed_builds import (
    FailedBuilds,
    candidate_builds,
    fetch_failed_builds,
    last_reset,
)

NOW = 1_795_000_000
JOB = JobReference(PipelineReference("main", "ci"), "claim")
READER = ClaimReader(JOB, "main", lambda _base: True, lambda _build: BuildResources())
URL = "https://ci.example.com/teams/main/pipelines/ci/jobs/claim/builds"


def ended(number: int, start: int | None, end: int | None) -> Build:
    return Build(number, str(number), BuildStatus.FAILED, "main", JOB.pipeline, "claim", start_time=start, end_time=end)


def move(lock: str, at: int, now: State | None = State.UNCLAIMED, message: str = "by hand") -> Move:
    was = State.UNCLAIMED if now is State.CLAIMED else None
    return Move("c" * 40, datetime.fromtimestamp(at, UTC), "aws", lock, was, now, "A <a@b>", message)


def start(*moves: Move, updated: int = 0, free: frozenset[str] = frozenset({"env-1"})) -> int:
    return last_reset(updated, READER.past(moves, "aws"), moves, free, READER, NOW)


def test_the_last_reset_is_the_latest_of_three_events() -> None:
    claim = f"claiming: env-2\nBuild URL: {URL}/3"
    assert start() == 0
    assert start(updated=NOW) == NOW
    assert start(move("env-1", NOW - 50), updated=NOW - 70) == NOW - 50
    assert start(move("env-1", NOW - 50), updated=NOW - 30) == NOW - 30
    assert start(move("env-1", NOW - 50), move("env-2", NOW - 20, State.CLAIMED, claim)) == NOW - 20


def test_what_is_no_reset() -> None:
    other = f"claiming: env-2\nBuild URL: {URL.replace('/claim', '/other')}/3"
    assert start(move("env-1", NOW - 50), move("env-2", NOW - 20, State.CLAIMED, other)) == NOW - 50
    assert start(move("env-1", NOW - 50), move("env-3", NOW - 20)) == NOW - 50  # not free any more
    assert start(move("env-1", NOW + 1), updated=NOW - 70) == NOW - 70  # a clock that is ahead
    assert start(updated=NOW + 1) == 0


def test_the_latest_builds_are_candidates() -> None:
    builds = [ended(number, NOW - 100 + number, NOW - 50) for number in range(1, 9)]
    assert [one.id for one in candidate_builds(builds, NOW - 95, 3)] == [8, 7, 6]
    assert [one.id for one in candidate_builds(builds, NOW - 93, 30)] == [8, 7]
    assert candidate_builds([ended(1, None, NOW - 40)], NOW - 50, 5) != ()  # aborted while it was pending
    # Times are whole seconds: what was over in the second of the fresh start may have been over before it.
    assert candidate_builds([ended(1, NOW - 50, NOW - 50)], NOW - 50, 5) == ()
    assert candidate_builds([ended(1, NOW - 50, NOW - 49)], NOW - 50, 5) != ()
    assert candidate_builds([ended(1, NOW - 40, None)], NOW - 50, 5) != ()


def test_builds_that_claimed_do_not_count() -> None:
    claims = READER.past([move("env-1", NOW - 60, State.CLAIMED, f"claiming: env-1\nBuild URL: {URL}/2")], "aws")
    builds = [ended(3, NOW - 50, NOW - 40), ended(2, NOW - 70, NOW - 30), ended(1, NOW - 90, NOW - 80)]
    assert [one.id for one in fetch_failed_builds(builds, 0, claims, READER, 1).builds] == [3, 1]
    assert [one.id for one in fetch_failed_builds(builds, NOW - 60, claims, READER, 1).builds] == [3]


@pytest.mark.parametrize(
    ("builds", "share", "count", "pause", "used_up"),
    [
        (1, 1, 1, 1, False),
        (4, 1, 4, 8, False),
        (5, 1, 5, 16, True),
        (7, 1, 7, 60, True),
        (99, 1, 99, 60, True),
        (1, 3, 1, 1, False),
        (3, 3, 1, 1, False),
        (4, 3, 2, 2, False),
        (14, 3, 5, 16, False),
        (15, 3, 5, 16, True),
    ],
)
def test_pauses_and_exhaustion(builds: int, share: int, count: int, pause: int, used_up: bool) -> None:
    failed = FailedBuilds(tuple(ended(number, NOW - 9, NOW - number) for number in range(builds)), share)
    assert (failed.attempts, failed.next_attempt_at, failed.is_exhausted(5)) == (count, NOW + 60 * pause, used_up)


def test_without_builds_there_is_no_pause() -> None:
    assert FailedBuilds((), 3).next_attempt_at == 0
    assert not FailedBuilds((), 3).is_exhausted(1)
    assert not FailedBuilds((), 0).is_exhausted(1)

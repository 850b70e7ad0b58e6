# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a pool needs, and what a run asks for to know it."""

# pylint does not see the fields that these classes inherit.
# pylint: disable=redundant-keyword-arg

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
    StepVersion,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import JobReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import PipelineState, Preparation
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.builds import PAGE
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.result import trigger_result

from .trigger_model import NOW, ModelJobApi, World, run_to_end

DAY = 24 * 3600


@dataclass
class RecordingApi(ModelJobApi):
    """Lists what it is asked for beyond the job and its builds. `outputs` is the commit that each build has put."""

    outputs: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def pipeline(self, job: JobReference) -> PipelineState:
        self.asked.append("pipeline")
        return super().pipeline(job)

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        if limit > PAGE:
            self.asked.append(f"{limit} builds")
        return super().newest_builds(job, limit)

    def resources(self, build: Build) -> BuildResources:
        self.asked.append(f"outputs of {build.name}")
        return BuildResources(outputs=(StepVersion("env", Version.of_commit(self.outputs[build.id])),))

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        self.asked.append(f"moves since {int(since.timestamp()) - NOW}")
        return super().moves(since=since, pools=pools)

    def preparation(self, build: Build) -> Preparation:
        self.asked.append(f"preparation of {build.name}")
        return Preparation(is_max_in_flight=True)


def a_world(*locks: str) -> World:
    """Pool red with free locks."""
    world = World()
    for name in locks:
        world.move("red", name, State.UNCLAIMED)
    return world


def add_build(world: World, *statuses: BuildStatus) -> Build:
    """Make a build that goes through these statuses."""
    build = world.make_build("from-red")
    for status in statuses:
        world.change(world.builds[build.id - 1], status)
    return world.builds[build.id - 1]


def add_failed_builds(world: World, count: int) -> None:
    for _number in range(count):
        add_build(world, BuildStatus.STARTED, BuildStatus.FAILED)


def claim_without_name(world: World, name: str) -> str:
    """Claim a lock as pool resources do that know no build; return the commit."""
    world.move("red", name, State.CLAIMED, f"claiming: {name}")
    return world.history[-1].commit


def counted(api: ModelJobApi, **options: Any) -> dict[str, Any]:
    (pool,) = trigger_result(run_to_end(api, "red", **options))["pools"]
    assert isinstance(pool, dict)
    return pool


def test_a_claim_that_names_no_build_is_found_by_the_outputs_of_the_build() -> None:
    world = a_world("a", "b")
    build = add_build(world, BuildStatus.STARTED)
    api = RecordingApi(world, outputs={build.id: claim_without_name(world, "a")})
    pool = counted(api)
    assert (pool["unclaimed"], pool["active"], pool["triggered"]) == (1, 0, 1)
    assert api.asked == ["outputs of 1", "pipeline"], "no history of the locks"


def test_no_outputs_are_asked_for_where_pending_builds_are_enough() -> None:
    world = a_world("a", "b")
    build = add_build(world, BuildStatus.STARTED)
    add_build(world)
    api = RecordingApi(world, outputs={build.id: claim_without_name(world, "a")})
    pool = counted(api)
    assert (pool["unclaimed"], pool["active"], pool["triggered"]) == (1, 2, 0)
    assert api.asked == ["pipeline"]


def test_a_named_claim_counts_also_where_pending_builds_are_enough() -> None:
    world = a_world("a", "b")
    world.claim(add_build(world, BuildStatus.STARTED), "red", "a")
    add_build(world)
    assert counted(ModelJobApi(world))["active"] == 1


def test_a_claim_that_names_no_team_is_of_the_default_team() -> None:
    world = a_world("a", "b")
    add_build(world, BuildStatus.STARTED)
    world.move("red", "a", State.CLAIMED, "ci/from-red build 1 claiming: a")
    assert counted(ModelJobApi(world))["triggered"] == 1


def test_the_history_is_read_once_from_a_minute_before_the_build() -> None:
    world = a_world("a", "b")
    add_build(world, BuildStatus.STARTED)
    api = RecordingApi(world)
    assert counted(api)["triggered"] == 1
    assert api.asked == ["moves since -60", "pipeline"]


def test_a_pool_without_free_locks_and_builds_asks_for_nothing_more() -> None:
    world = a_world("a")
    world.move("red", "a", State.CLAIMED)
    api = RecordingApi(world)
    assert counted(api)["state"] == "satisfied"
    assert api.asked == []


def test_a_paused_job_explains_its_pending_builds_itself() -> None:
    world = a_world("a", "b")
    world.paused = True
    add_build(world)
    api = RecordingApi(world)
    pool = counted(api, dry_run=True)
    assert (pool["state"], pool["needed"]) == ("waiting", 1)
    assert pool["reason"].endswith("they have to wait, because job main/ci/from-red is paused")
    add_build(world)
    api.asked.clear()
    assert counted(api)["state"] == "waiting"
    assert api.asked == []


def test_a_pool_that_needs_no_build_is_satisfied_also_in_an_archived_pipeline() -> None:
    world = a_world("a")
    world.pipeline = PipelineState(is_archived=True)
    add_build(world)
    assert counted(ModelJobApi(world))["state"] == "satisfied"


def test_one_missing_build_waits_for_the_next_attempt() -> None:
    world = a_world("a")
    world.now += 10
    add_failed_builds(world, 1)
    world.now += 59
    pool = counted(ModelJobApi(world))
    assert (pool["state"], pool["triggered"]) == ("waiting", 0)
    world.now += 1
    assert counted(ModelJobApi(world))["triggered"] == 1


@pytest.mark.parametrize(
    ("locks", "failed", "asked"),
    [
        (1, 7, ["pipeline", "moves since -59"]),
        (25, 130, ["pipeline", "225 builds", "moves since -59"]),
    ],
)
def test_as_many_failed_builds_count_as_there_are_attempts(locks: int, failed: int, asked: list[str]) -> None:
    world = a_world(*(f"lock-{number}" for number in range(locks)))
    world.now += 1
    add_failed_builds(world, failed)
    world.now += DAY
    api = RecordingApi(world)
    pool = counted(api)
    assert (pool["state"], pool["triggered"]) == ("stuck", 0)
    assert pool["stuck_builds"] == [
        f"https://ci.example.com/from-red/{number}" for number in range(failed, failed - 5 * locks, -1)
    ]
    assert api.asked == asked


def test_older_builds_are_not_asked_for_if_those_that_are_listed_show_the_last_reset() -> None:
    world = a_world("a")
    add_failed_builds(world, PAGE + 9)
    world.now += 60
    world.pipeline = PipelineState(last_updated=world.now)
    world.now += 1
    add_failed_builds(world, 1)
    api = RecordingApi(world)
    assert counted(api)["state"] == "waiting"
    assert api.asked == ["pipeline", "moves since 1"]


@pytest.mark.parametrize(
    ("locks", "is_paused", "state"), [(("a",), True, "waiting"), ((), False, "satisfied"), ((), True, "waiting")]
)
def test_a_pending_build_is_not_asked_about_if_it_need_not_start(
    locks: tuple[str, ...], is_paused: bool, state: str
) -> None:
    world = a_world(*locks, "held")
    world.move("red", "held", State.CLAIMED)
    world.pipeline = PipelineState(is_paused=is_paused)
    add_build(world)
    world.now += DAY
    api = RecordingApi(world)
    pool = counted(api)
    assert (pool["state"], pool["blocked"], api.asked) == (state, None, ["pipeline"])


@pytest.mark.parametrize(("arrived", "is_blocked"), [(-DAY, True), (0, True), (1, False), (300, False)])
def test_a_lock_that_arrived_less_than_ten_minutes_ago_does_not_wait_for_long(arrived: int, is_blocked: bool) -> None:
    world = World(pipeline=PipelineState(last_updated=NOW))
    world.now = NOW + arrived
    world.move("red", "a", State.UNCLAIMED)
    add_build(world)
    world.now = NOW + 600
    assert (counted(RecordingApi(world))["blocked"] is not None) is is_blocked


def test_a_pending_build_that_waits_for_long_is_looked_at_one_day_back() -> None:
    world = a_world("a")
    add_build(world)
    world.now += 3 * DAY
    api = RecordingApi(world)
    pool = counted(api)
    assert pool["blocked"] == {
        "build": "1",
        "id": 1,
        "url": "https://ci.example.com/from-red/1",
        "since": "2026-11-20T11:06:40Z",
        "missing_inputs": {},
        "reason": "the job already runs as many builds as it may (max_in_flight)",
    }
    assert api.asked == ["pipeline", f"moves since {2 * DAY - 60}", "preparation of 1"]

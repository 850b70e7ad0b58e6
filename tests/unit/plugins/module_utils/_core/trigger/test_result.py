# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run: states, reasons, values and table."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import (
    CannotTrigger,
    JobState,
    PipelineState,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.failed_builds import FailedBuilds
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import TriggerPool
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import (
    BuildNeed,
    JobCondition,
    TriggerDecision,
    TriggerRules,
    decide,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.pool_trigger import PoolTrigger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.result import (
    failure_result,
    report_lines,
    trigger_result,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerFailed
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.state import TriggerState

from .trigger_model import NOW, ModelJobApi, World, run_of, run_to_end

JOB = JobReference(PipelineReference("main", "ci"), "claim")
KEYS = {
    *("name", "job", "instance_vars", "unclaimed", "active", "pending", "needed", "triggered", "state", "reason"),
    *("stuck_builds", "blocked", "checked", "job_url"),
}


def decided(
    need: BuildNeed,
    *,
    job: JobState | None = None,
    pipeline: PipelineState | None = None,
    failed: int = 0,
    limit: int = 100,
    now: int = NOW,
) -> TriggerDecision:
    builds = tuple(
        Build(number, str(number), BuildStatus.FAILED, "main", JOB.pipeline, "claim", NOW - 9, NOW)
        for number in range(failed)
    )
    condition = JobCondition(JOB, job or JobState(), pipeline or PipelineState())
    return decide(need, condition, FailedBuilds(builds, need.unclaimed), TriggerRules(), limit, now)


CLAIM_PAUSED = {"job": JobState(is_paused=True)}


@pytest.mark.parametrize(
    ("need", "facts", "expected"),
    [
        (BuildNeed(0, 0, 0), {}, (0, "satisfied", "no lock is free")),
        (BuildNeed(0, 2, 2), {}, (0, "satisfied", "no lock is free")),
        (BuildNeed(2, 3, 1), {}, (0, "satisfied", "2 free locks and 3 builds to claim them, 1 of them pending")),
        (BuildNeed(1, 1, 0), {}, (0, "satisfied", "1 free lock and 1 build to claim them")),
        (BuildNeed(3, 1, 0), {}, (2, "triggered", "2 builds for 3 free locks besides 1 active build")),
        (
            BuildNeed(3, 1, 0),
            {"limit": 1},
            (
                1,
                "limited",
                "2 builds for 3 free locks besides 1 active build; max_triggers allows 1 of them in this run",
            ),
        ),
        (
            BuildNeed(2, 0, 0),
            {**CLAIM_PAUSED, "limit": 0},
            (
                0,
                "limited",
                "2 builds for 2 free locks; they have to wait, because job main/ci/claim is paused;"
                " max_triggers allows 0 of them in this run",
            ),
        ),
        (
            BuildNeed(2, 2, 1),
            CLAIM_PAUSED,
            (0, "waiting", "1 build waiting for 2 free locks, because job main/ci/claim is paused"),
        ),
        (BuildNeed(2, 2, 0), CLAIM_PAUSED, (0, "satisfied", "2 free locks and 2 builds to claim them")),
        (
            BuildNeed(0, 1, 1),
            {"pipeline": PipelineState(is_paused=True)},
            (0, "waiting", "1 build waiting for 0 free locks, because pipeline main/ci is paused"),
        ),
        (
            BuildNeed(1, 0, 0),
            CLAIM_PAUSED,
            (1, "waiting", "1 build for 1 free lock; they have to wait, because job main/ci/claim is paused"),
        ),
        (
            BuildNeed(1, 0, 0),
            {"failed": 2},
            (
                0,
                "waiting",
                "the last 2 builds ended without a claim (attempt 2 of 5); the next attempt is due at"
                " 2026-11-18T11:08:40Z",
            ),
        ),
        (BuildNeed(1, 0, 0), {"failed": 2, "now": NOW + 120}, (1, "triggered", "1 build for 1 free lock")),
        (
            BuildNeed(1, 0, 0),
            {"failed": 5, "now": NOW + 9999},
            (
                0,
                "stuck",
                "5 builds ended without a claim since the last lock became free; no more are started until a build of"
                " the job claims a lock, another lock becomes free or the pipeline is set again",
            ),
        ),
        (BuildNeed(0, 0, 0), {"job": JobState(is_manual=False)}, (0, "satisfied", "no lock is free")),
    ],
)
def test_decisions(need: BuildNeed, facts: dict[str, object], expected: tuple[int, str, str]) -> None:
    decision = decided(need, **facts)  # type: ignore[arg-type]
    assert (decision.start, decision.state, decision.reason) == expected
    assert (decision.need, decision.needed) == (need, need.needed)
    assert len(decision.stuck) == (5 if decision.state is TriggerState.STUCK else 0)
    assert (decision.paused is not None) == (" is paused" in decision.reason or facts is CLAIM_PAUSED)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"job": JobState(is_manual=False)}, "main/ci/claim has disable_manual_trigger set"),
        ({"pipeline": PipelineState(is_archived=True, is_paused=True)}, "main/ci is archived"),
    ],
)
def test_jobs_that_concourse_does_not_start(facts: dict[str, object], words: str) -> None:
    with pytest.raises(CannotTrigger, match=words):
        decided(BuildNeed(1, 0, 0), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (TriggerRules(max_triggers=0), "max_triggers is 0"),
        (TriggerRules(max_triggers=-1), "max_triggers is -1"),
        (TriggerRules(retry=0), "retry is 0"),
    ],
)
def test_limits_below_one(rules: TriggerRules, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        rules.check()


def test_the_result_has_every_key_and_is_json() -> None:
    world = World()
    world.move("red", "lock", State.UNCLAIMED)
    world.move("r\udcffd\x1b[2J", "lock", State.UNCLAIMED)
    run = run_to_end(ModelJobApi(world), "red", r"r\xffd" + "\x1b[2J")
    result = trigger_result(run)
    assert json.loads(json.dumps(result)) == result
    assert [pool.keys() for pool in result["pools"]] == [KEYS, KEYS]
    assert [pool["state"] for pool in result["pools"]] == [TriggerState.TRIGGERED] * 2
    assert not any("\x1b" in line for line in result["report"])
    assert result["report"][0].split() == ["POOL", "STATE", "FREE", "ACTIVE", "STARTED"]
    assert result["report"][1].split() == ["red", "triggered", "1", "0", "1"]
    assert result["report"][3] == "  started https://ci.example.com/from-red/1"


def test_a_failure_before_the_count_has_no_pools() -> None:
    run = run_of(ModelJobApi(World()), "red")
    assert failure_result(run) == {"triggered": []}


def test_a_failed_pool_keeps_its_counts() -> None:
    world = World()
    for name in ("a", "b", "c"):
        world.move("red", name, State.UNCLAIMED)
    losses = iter(["nothing", "not carried out"])
    run = run_of(ModelJobApi(world, lambda: next(losses)), "red")
    run.fetch()
    with pytest.raises(TriggerFailed, match="Pool red: A build of main/ci/from-red was requested"):
        run.start_builds()
    result = failure_result(run)
    assert result["changed"] is True
    (pool,) = result["pools"]
    assert [pool[key] for key in ("state", "unclaimed", "active", "needed", "triggered")] == ["failed", 3, 0, 3, 1]
    assert "was requested" in pool["reason"]
    assert pool["job_url"] == "main/ci/from-red"


def test_a_dry_run_has_the_same_numbers() -> None:
    results = []
    for dry_run in (True, False):
        world = World()
        for name in ("a", "b", "c"):
            world.move("red", name, State.UNCLAIMED)
        run = run_to_end(ModelJobApi(world), "red", max_triggers=2, dry_run=dry_run)
        results.append(trigger_result(run))
        assert len(world.builds) == (0 if dry_run else 2)
    assert results[0]["pools"] == results[1]["pools"]
    assert [one["build"] for one in results[0]["triggered"]] == [None, None]


def test_limits_of_one_are_accepted() -> None:
    TriggerRules(max_triggers=1, retry=1).check()


def test_each_started_build_is_in_the_result_with_its_page() -> None:
    world = World()
    world.move("red", "lock", State.UNCLAIMED)
    run = run_of(ModelJobApi(world), "red")
    instance = JobReference(PipelineReference("main", "ci", '{"branch":"main"}'), "from-red")
    run.fetch()
    run.start_builds()
    run.triggers[0].pool = TriggerPool("red", instance)
    result = trigger_result(run)
    assert result["triggered"] == [
        {
            "pool": "red",
            "team": "main",
            "pipeline": "ci",
            "instance_vars": {"branch": "main"},
            "job": "from-red",
            "build": "1",
            "id": 1,
            "url": "https://ci.example.com/from-red/1",
        }
    ]
    assert result["commit"] == f"{1:040x}"
    assert result["pools"][0]["instance_vars"] == {"branch": "main"}


def test_a_pool_that_was_not_counted_says_so() -> None:
    run = run_of(ModelJobApi(World()), "red")
    run.snapshot = Snapshot("c", "main", ("red",), (), {})
    run.triggers = [PoolTrigger(pool) for pool in run.pools]
    (pool,) = failure_result(run)["pools"]
    assert (pool["state"], pool["reason"]) == ("failed", "the pool was not counted")


def test_a_pool_that_failed_after_the_count_shows_what_it_needed() -> None:
    trigger = PoolTrigger(TriggerPool("red", JOB), need=BuildNeed(3, 1, 1), failure="No build can be started.")
    run = run_of(ModelJobApi(World()), "red")
    run.snapshot = Snapshot("c", "main", ("red",), (), {})
    run.triggers = [trigger]
    (pool,) = failure_result(run)["pools"]
    assert [pool[key] for key in ("unclaimed", "active", "pending", "needed")] == [3, 1, 1, 2]
    trigger.decision = replace(decided(BuildNeed(3, 1, 1)), needed=7)  # by a tally
    (pool,) = failure_result(run)["pools"]
    assert pool["needed"] == 7


def test_the_report_aligns_its_columns_and_links_to_the_builds_that_failed() -> None:
    stuck = decided(BuildNeed(2, 0, 0), failed=10, now=NOW + 9999)
    first, second = PoolTrigger(TriggerPool("a-long-name", JOB)), PoolTrigger(TriggerPool("red", JOB), decision=stuck)
    lines = report_lines([first, second], ModelJobApi(World()).page)
    assert [line for line in lines if not line.startswith("  ")] == [
        "POOL         STATE   FREE  ACTIVE  STARTED",
        "a-long-name  failed  ?     ?       0",
        "red          stuck   ?     ?       0",
    ]
    assert lines[-10:] == [f"  see https://ci.example.com/claim/{number}" for number in range(10)]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run: states, reasons, values and table."""

from __future__ import annotations

import json

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.failed_builds import FailedBuilds
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job_api import (
    CannotTrigger,
    JobState,
    PipelineState,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import (
    BuildNeed,
    JobCondition,
    TriggerDecision,
    TriggerRules,
    decide,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.result import (
    failure_result,
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


@pytest.mark.parametrize(
    ("need", "facts", "expected"),
    [
        (BuildNeed(0, 0, 0), {}, (0, "satisfied", "no lock is free")),
        (BuildNeed(0, 2, 2), {}, (0, "satisfied", "no lock is free")),
        (BuildNeed(2, 3, 1), {}, (0, "satisfied", "2 free locks and 3 builds to claim them, 1 of them pending")),
        (BuildNeed(3, 1, 0), {}, (2, "triggered", "2 builds for 3 free locks besides 1 active build")),
        (BuildNeed(3, 1, 0), {"limit": 1}, (1, "limited", "max_triggers allows 1 of them")),
        (BuildNeed(3, 1, 0), {"limit": 0}, (0, "limited", "max_triggers allows 0 of them")),
        (BuildNeed(2, 2, 1), {"job": JobState(is_paused=True)}, (0, "waiting", "as job main/ci/claim is paused")),
        (BuildNeed(2, 2, 0), {"job": JobState(is_paused=True)}, (0, "satisfied", "2 free locks")),
        (BuildNeed(0, 1, 1), {"pipeline": PipelineState(is_paused=True)}, (0, "waiting", "pipeline main/ci is paused")),
        (
            BuildNeed(1, 0, 0),
            {"job": JobState(is_paused=True)},
            (1, "waiting", "they have to wait, as job main/ci/claim is"),
        ),
        (BuildNeed(1, 0, 0), {"failed": 2}, (0, "waiting", "(attempt 2 of 5); the next attempt is due at 2026-11-1")),
        (BuildNeed(1, 0, 0), {"failed": 2, "now": NOW + 120}, (1, "triggered", "1 build for 1 free lock")),
        (BuildNeed(1, 0, 0), {"failed": 5, "now": NOW + 9999}, (0, "stuck", "5 builds ended without a claim")),
        (BuildNeed(0, 0, 0), {"job": JobState(is_manual=False)}, (0, "satisfied", "no lock is free")),
    ],
)
def test_decisions(need: BuildNeed, facts: dict[str, object], expected: tuple[int, str, str]) -> None:
    decision = decided(need, **facts)  # type: ignore[arg-type]
    start, state, words = expected
    assert (decision.start, decision.state) == (start, state)
    assert words in decision.reason
    assert len(decision.stuck) == (5 if state == "stuck" else 0)


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
    assert result["report"][3] == "  started https://ci.example.com/builds/1"


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

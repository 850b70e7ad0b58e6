# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds that the tally counts: started once, given back if they were not, and shown in the result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import JobReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tally_files import TallyCounts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import TallyPlan
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.strategy import (
    STARTED_WITHIN,
    TallyStrategy,
    with_tally,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import CannotTrigger, JobState
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import BuildNeed, TriggerDecision
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerFailed, TriggerRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.state import TriggerState
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.trigger.trigger_model import (
    ModelJobApi,
    World,
    run_of,
)

from .tally_model import CLAIMED, FREE, ModelTallies, retry


@dataclass
class TallyApi(ModelJobApi):
    """A Concourse beside a repository with tallies. `refused` are jobs that it starts no build of."""

    tallies: ModelTallies = field(default_factory=ModelTallies)
    silent: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    def job(self, job: JobReference) -> JobState:
        if job.name in self.silent:
            raise NoCredibleResponse("it answered 502")
        return super().job(job)

    def start(self, job: JobReference) -> Build:
        if job.name in self.refused:
            raise CannotTrigger("no rights")
        return super().start(job)

    def snapshot(self) -> Snapshot:
        return self.tallies.snapshot()

    def moves(self, **_wanted: t.Any) -> tuple[Move, ...]:
        return ()


def api_of(free: dict[str, int], *, before_push: t.Callable[[int], None] | None = None, **options: t.Any) -> TallyApi:
    tallies = ModelTallies(tuple(free), free=dict(free))
    if before_push is not None:
        tallies.before_push = before_push
    return TallyApi(World(now=tallies.now), tallies=tallies, **options)


def run_by_tally(api: TallyApi, **options: t.Any) -> tuple[TriggerRun, str]:
    """Return the run and its failure."""
    run = run_of(api, *api.tallies.pools, **options)
    run.strategy = TallyStrategy(api.tallies)
    run.fetch()
    try:
        run.start_builds()
    except TriggerFailed as error:
        return run, str(error)
    return run, ""


def started(run: TriggerRun) -> list[int]:
    return [len(trigger.builds) for trigger in run.triggers]


def test_counted_builds_are_started_and_the_result_has_the_numbers_of_the_tally() -> None:
    api = api_of({"aws": 2, "gcp": 1})
    run, failure = run_by_tally(api)
    assert (failure, started(run), run.changed) == ("", [2, 1], True)
    assert api.tallies.texts == {"aws": ("0\n", "2\n"), "gcp": ("0\n", "1\n")}
    assert [trigger.state for trigger in run.triggers] == [TriggerState.TRIGGERED] * 2
    assert [trigger.decision and trigger.decision.needed for trigger in run.triggers] == [2, 1]


def test_check_mode_counts_and_neither_writes_nor_starts() -> None:
    api = api_of({"aws": 2})
    run, _failure = run_by_tally(api, dry_run=True)
    assert (run.triggers[0].builds, api.tallies.pushes, api.world.builds) == ([None, None], 0, [])


def test_max_triggers_leaves_the_others_in_the_tally() -> None:
    api = api_of({"aws": 2, "gcp": 2})
    run, _failure = run_by_tally(api, max_triggers=3)
    assert started(run) == [2, 1]
    assert api.tallies.texts["gcp"] == ("1\n", "1\n")
    assert run.triggers[1].state is TriggerState.LIMITED


def test_builds_that_concourse_refuses_to_start_are_returned() -> None:
    api = api_of({"aws": 2, "gcp": 1}, refused=frozenset({"from-aws"}))
    run, failure = run_by_tally(api)
    assert failure == "Pool aws: no rights"
    assert started(run) == [0, 1]
    assert api.tallies.texts == {"aws": ("2\n", "0\n"), "gcp": ("0\n", "1\n")}


def test_a_build_whose_start_is_unknown_stays_counted() -> None:
    api = api_of({"aws": 2}, lose=lambda: "not carried out")
    _run, failure = run_by_tally(api)
    assert "no such build is listed" in failure
    assert api.tallies.texts["aws"] == ("1\n", "1\n"), "the second build is given back, the first is not"


def test_a_failed_give_back_is_part_of_the_failure_of_the_pools_that_it_is_about() -> None:
    api = api_of({"aws": 2, "gcp": 1}, refused=frozenset({"from-aws"}))
    api.tallies.before_push = lambda number: api.tallies.change("aws", (None, FREE)) if number > 1 else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.strategy.PushRetry", retry
        )
        run, failure = run_by_tally(api)
    assert run.triggers[1].failure is None
    assert failure.startswith("Pool aws: no rights ")
    assert "a later run will start them" in failure


def test_a_job_without_a_credible_answer_is_not_counted_and_the_other_pools_are() -> None:
    api = api_of({"aws": 1, "gcp": 1}, silent=frozenset({"from-aws"}))
    run, failure = run_by_tally(api)
    assert "The state of job main/ci/from-aws is unknown" in failure
    assert started(run) == [0, 1]
    assert list(api.tallies.texts) == ["gcp"]


def test_a_branch_that_moved_before_the_push_is_counted_again() -> None:
    api = api_of({"aws": 1})
    asked: list[str] = []
    api.world.interrupt = asked.append
    api.tallies.before_push = lambda number: api.tallies.change("aws", (None, FREE)) if number == 1 else None
    run, _failure = run_by_tally(api)
    assert started(run) == [2]
    assert asked.count("job") == 4, "each request is told before and after it: once for each snapshot"


def test_a_job_that_cannot_be_started_fails_its_pool_alone() -> None:
    api = api_of({"aws": 1, "gcp": 1})
    refuse = JobState(is_manual=False)
    api_job = ModelJobApi.job
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TallyApi, "job", lambda self, job: refuse if job.name == "from-aws" else api_job(self, job))
        run, failure = run_by_tally(api)
    assert failure.startswith("Pool aws: ")
    assert started(run) == [0, 1]


def test_problems_of_the_tally_are_warnings() -> None:
    api = api_of({"aws": 1})
    api.tallies.texts["aws"] = ("many\n", "0\n")
    warnings: list[str] = []
    run = run_of(api, "aws")
    run.strategy, run.warn = TallyStrategy(api.tallies), warnings.append
    run.fetch()
    run.start_builds()
    assert [warning.startswith("Pool aws: ") for warning in warnings] == [True]


def test_a_claimed_lock_needs_no_build() -> None:
    api = api_of({"aws": 1})
    run_by_tally(api)
    api.tallies.change("aws", (FREE, CLAIMED))
    run, _failure = run_by_tally(api)
    assert (started(run), run.triggers[0].state) == ([0], TriggerState.SATISFIED)


@pytest.mark.parametrize("seconds", [5, 10, 25, 60, 100])
def test_a_slow_run_and_another_one_start_no_build_twice(seconds: int) -> None:
    """A run that sees counted builds missing takes a slow one for killed, and starts them itself."""
    api = api_of({"aws": 20})
    is_at_work = False

    def respond(request: str) -> None:
        nonlocal is_at_work
        if request != "start":
            return
        api.world.now += seconds
        api.tallies.now = api.world.now
        if not is_at_work:
            is_at_work = True
            run_by_tally(api)
            is_at_work = False

    api.world.interrupt = respond
    _run, failure = run_by_tally(api)
    assert failure == ""
    assert len(api.world.builds) <= 20
    api.world.interrupt = lambda _request: None
    api.world.now += 1000
    run_by_tally(api)
    assert (len(api.world.builds), api.tallies.texts["aws"]) == (20, ("0\n", "20\n"))


@pytest.mark.parametrize("when", [1, 2, 5])
def test_a_run_that_does_not_count_in_the_tally_starts_builds_too(when: int) -> None:
    """For example one with `strategy: reconcile` on another host, or a person."""
    api = api_of({"aws": 6})
    requests = 0

    def respond(request: str) -> None:
        nonlocal requests
        requests += request == "start"
        if request == "start" and requests == 2 * when:
            run = run_of(api, "aws")
            run.fetch()
            run.start_builds()

    api.world.interrupt = respond
    run, failure = run_by_tally(api)
    assert failure == ""
    assert 6 <= len(api.world.builds) <= 7
    assert api.tallies.texts["aws"] == (f"{6 - started(run)[0]}\n", f"{started(run)[0]}\n")
    run, _failure = run_by_tally(api)
    assert started(run) == [0]


def test_a_slow_run_gives_back_what_it_has_no_time_for_and_says_so() -> None:
    api = api_of({"aws": 4})

    def respond(request: str) -> None:
        api.world.now += STARTED_WITHIN // 4 + 1 if request == "start" else 0

    api.world.interrupt = respond
    run, failure = run_by_tally(api)
    assert (failure, started(run), api.tallies.texts["aws"]) == ("", [2], ("2\n", "2\n"))
    (trigger,) = run.triggers
    assert trigger.state is TriggerState.LIMITED
    assert trigger.decision is not None
    assert trigger.decision.reason.endswith("the run took so long that it leaves 2 builds to the next run")


def a_decision(needed: int, start: int, state: TriggerState, paused: str | None = None) -> TriggerDecision:
    return TriggerDecision(BuildNeed(), needed, start, state, "by the builds", paused=paused)


@pytest.mark.parametrize(
    ("decision", "plan", "expected"),
    [
        (a_decision(2, 0, TriggerState.STUCK), TallyPlan(TallyCounts(3, 0)), (3, 0, "stuck", "by the builds")),
        (a_decision(0, 0, TriggerState.SATISFIED), TallyPlan(TallyCounts(0, 1)), (0, 0, "satisfied", "by the builds")),
        (
            a_decision(1, 1, TriggerState.TRIGGERED),
            TallyPlan(TallyCounts(0, 1)),
            (0, 0, "satisfied", "0 builds to start by the tally"),
        ),
        (
            a_decision(1, 1, TriggerState.TRIGGERED),
            TallyPlan(TallyCounts(0, 2), 2),
            (2, 2, "triggered", "2 builds to start by the tally"),
        ),
        (
            a_decision(1, 1, TriggerState.TRIGGERED),
            TallyPlan(TallyCounts(1, 2), 2),
            (3, 2, "limited", "3 builds to start by the tally; max_triggers allows 2 of them in this run"),
        ),
    ],
)
def test_the_numbers_of_the_tally_replace_those_of_the_builds(
    decision: TriggerDecision, plan: TallyPlan, expected: tuple[int, int, str, str]
) -> None:
    found = with_tally(decision, plan)
    assert (found.needed, found.start, found.state.value, found.reason) == expected


def test_builds_of_a_paused_job_wait_whatever_the_tally_says() -> None:
    waiting = a_decision(1, 1, TriggerState.WAITING, "job main/ci/from-aws")
    found = with_tally(waiting, TallyPlan(TallyCounts(0, 1), 1))
    assert found.state is TriggerState.WAITING
    assert found.reason.startswith("1 build to start by the tally; ")
    assert "job main/ci/from-aws" in found.reason

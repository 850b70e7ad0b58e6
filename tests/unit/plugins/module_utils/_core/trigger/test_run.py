# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over several pools: what one failure means for the others, checks and warnings."""

# pylint does not see the fields that these classes inherit.
# pylint: disable=redundant-keyword-arg

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import JobReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import (
    CannotTrigger,
    JobState,
    Preparation,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import TriggerPool
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import TriggerRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.result import (
    failure_result,
    trigger_result,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerFailed, TriggerRun

from .trigger_model import ModelJobApi, World, run_of, run_to_end


@dataclass
class FaultyApi(ModelJobApi):
    """Gives no credible answer about the jobs in `silent`, and none about any builds once `is_down`."""

    silent: frozenset[str] = frozenset()
    is_down: bool = False
    blocking: Preparation = field(default_factory=Preparation)
    checked: list[str] = field(default_factory=list)
    is_check_refused: bool = False

    def job(self, job: JobReference) -> JobState:
        if job.name in self.silent:
            raise NoCredibleResponse("it answered 502")
        return super().job(job)

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        if self.is_down:
            raise NoCredibleResponse("it answered 502")
        return super().newest_builds(job, limit)

    def preparation(self, build: Build) -> Preparation:
        return self.blocking

    def check(self, job: JobReference, resource: str) -> None:
        if self.is_check_refused:
            raise CannotTrigger("It answered 403.")
        self.checked.append(f"{job.name}:{resource}")


def a_world(*pools: str) -> World:
    world = World()
    for pool in pools:
        world.move(pool, "lock", State.UNCLAIMED)
    return world


def failed_run(api: ModelJobApi, *pools: str) -> tuple[TriggerRun, str]:
    run = run_of(api, *pools)
    run.fetch()
    with pytest.raises(TriggerFailed) as error:
        run.start_builds()
    return run, str(error.value)


def test_a_job_without_a_credible_answer_does_not_stop_the_other_pools() -> None:
    run, words = failed_run(FaultyApi(a_world("red", "blue"), silent=frozenset({"from-red"})), "red", "blue")
    assert words == "Pool red: The state of job main/ci/from-red is unknown, because it answered 502."
    red, blue = failure_result(run)["pools"]
    assert (red["state"], red["unclaimed"], red["needed"], red["triggered"]) == ("failed", None, None, 0)
    assert (blue["state"], blue["triggered"]) == ("triggered", 1)
    assert any(line.split() == ["red", "failed", "?", "?", "0"] for line in failure_result(run)["report"])


def test_nothing_more_is_started_once_concourse_stopped_responding() -> None:
    api = FaultyApi(a_world("red", "blue"))

    def lose() -> str:
        api.is_down = True
        return "lost"

    api.lose = lose
    run, words = failed_run(api, "red", "blue")
    assert "Pool red: A build of main/ci/from-red was requested" in words
    assert "Pool blue: Nothing was started, because Concourse stopped responding earlier in this run." in words
    assert [len(trigger.builds) for trigger in run.triggers] == [0, 0]


@pytest.mark.parametrize(("dry_run", "checked"), [(False, ["from-red:envs"]), (True, [])])
def test_resources_of_pools_with_new_builds_are_checked_outside_of_check_mode(
    dry_run: bool, checked: list[str]
) -> None:
    world = a_world("red")
    world.move("blue", "lock", State.CLAIMED)  # no lock is free, so no build starts
    api = FaultyApi(world)
    run = run_of(api, "red", "blue", dry_run=dry_run)
    run.rules = TriggerRules(resource_check=True)
    run.pools = [TriggerPool(pool.name, pool.job, "envs") for pool in run.pools]
    run.fetch()
    run.start_builds()
    assert api.checked == checked


def test_a_failed_check_is_a_warning_of_the_run() -> None:
    warnings: list[str] = []
    run = run_of(FaultyApi(a_world("red"), is_check_refused=True), "red")
    run.rules, run.warn = TriggerRules(resource_check=True), warnings.append
    run.pools = [TriggerPool(pool.name, pool.job, "envs") for pool in run.pools]
    run.fetch()
    run.start_builds()
    assert warnings == ["Resource envs of pool red was not checked: It answered 403."]


@pytest.mark.parametrize(("minutes", "warnings"), [(59, 0), (60, 1)])
def test_a_serial_job_that_makes_no_progress_is_a_warning_after_an_hour(minutes: int, warnings: int) -> None:
    world = a_world("red")
    world.make_build("from-red")
    world.now += 60 * minutes
    run = run_of(FaultyApi(world, blocking=Preparation(is_max_in_flight=True)), "red")
    given: list[str] = []
    run.warn = given.append
    run.fetch()
    run.start_builds()
    assert len(given) == warnings
    (pool,) = trigger_result(run)["pools"]
    assert pool["blocked"] is not None


def test_all_pools_together_start_no_more_builds_than_max_triggers_allows() -> None:
    world = a_world("red", "blue", "green")
    world.move("blue", "another", State.UNCLAIMED)
    run = run_to_end(ModelJobApi(world), "red", "blue", "green", max_triggers=2)
    assert [len(trigger.builds) for trigger in run.triggers] == [1, 1, 0]
    assert [trigger.state.value for trigger in run.triggers] == ["triggered", "limited", "limited"]


def test_builds_that_somebody_else_starts_are_in_the_reason() -> None:
    world = a_world("red", "blue")

    def interrupt(request: str) -> None:
        if request == "start" and not world.builds:
            world.make_build("from-red")

    world.interrupt = interrupt
    red, blue = trigger_result(run_to_end(ModelJobApi(world), "red", "blue"))["pools"]
    assert red["reason"] == "1 build for 1 free lock; somebody else starts builds of the job too"
    assert blue["reason"] == "1 build for 1 free lock"


def test_a_strategy_gets_the_snapshot_and_the_builds_that_were_asked_for_before_it() -> None:
    @dataclass
    class Recording:
        has_written: bool = False
        seen: list[Snapshot] = field(default_factory=list)

        def start_builds(self, run: TriggerRun, snapshot: Snapshot) -> None:
            self.seen.append(snapshot)

    run, strategy = run_of(ModelJobApi(a_world("red")), "red"), Recording()
    run.strategy = strategy
    run.fetch()
    run.start_builds()
    assert strategy.seen == [run.snapshot] != [None]
    assert run.triggers[0].job_builds.requested_at == run.clock()


def test_a_build_that_waits_for_an_input_is_a_warning_and_part_of_the_result() -> None:
    world = a_world("red")
    world.make_build("from-red")
    world.now += 3600
    warnings: list[str] = []
    run = run_of(FaultyApi(world, blocking=Preparation((("src", "no versions"),))), "red")
    run.warn = warnings.append
    run.fetch()
    run.start_builds()
    (warning,) = warnings
    assert "Pool red: build 1 of job main/ci/from-red has not started, because input src has no version" in warning
    (pool,) = trigger_result(run)["pools"]
    assert pool["blocked"]["missing_inputs"] == {"src": "no versions"}
    assert pool["blocked"]["build"] == "1"
    assert "has not started" in pool["reason"]


def test_many_started_builds_are_counted_beside_the_first_links() -> None:
    world = World()
    for number in range(30):
        world.move("red", f"lock-{number}", State.UNCLAIMED)
    report = trigger_result(run_to_end(ModelJobApi(world), "red"))["report"]
    links = [line for line in report if line.startswith("  started ")]
    assert 0 < len(links) < 30
    assert report[-1] == f"  and {30 - len(links)} more"


def test_a_run_that_has_read_nothing_starts_nothing() -> None:
    api = FaultyApi(a_world("red"))
    run_of(api, "red").start_builds()
    assert api.world.builds == []


def test_more_failed_builds_than_one_page_lists_are_asked_for() -> None:
    world = World()
    for number in range(60):
        world.move("red", f"lock-{number}", State.UNCLAIMED)
    world.now += 60
    for _number in range(4 * 60):
        build = world.make_build("from-red")
        world.change(build, BuildStatus.STARTED)
        world.change(world.builds[build.id - 1], BuildStatus.FAILED)
    world.now += 7 * 60
    run = run_to_end(ModelJobApi(world), "red")
    (pool,) = trigger_result(run)["pools"]
    assert (pool["state"], pool["triggered"]) == ("waiting", 0), "after the fourth attempt, 8 minutes have to pass"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The age of a judgement at the push, and locks about which Concourse responds slowly."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.last_look import MAX_AGE, WAITS, LastLook
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock

from .clean_model import ERRORED, RUNNING, ModelPools
from .clean_runs import begin, clean, done, planned, reasons, retry

TOO_SLOW = "Concourse responds too slowly to judge it again before the push"


@pytest.fixture
def pools() -> ModelPools:
    """Three dead locks of pool aws: env-1, env-2 and env-3."""
    pools = ModelPools()
    for number in (1, 2, 3):
        pools.add(f"aws/env-{number}", ERRORED)
    return pools


def test_a_look_ends_so_early_that_there_is_time_to_write_before_the_push() -> None:
    assert max(WAITS) < MAX_AGE
    assert sorted(WAITS) == list(WAITS)


def test_a_slow_lock_is_left_to_a_push_of_its_own(pools: ModelPools) -> None:
    """It gets more time as soon as no other lock waits for the push."""
    pools.response_times["env-2"] = WAITS[0] + 0.5
    pools.now = -pools.response_times["env-2"]  # of the first judgement, which has no limit
    run = clean(pools)
    assert pools.history == [
        "judge 3",
        *["write 3", "judge 3", "write 2", "push"],
        *["snapshot", "write 1", "judge 1"],
        *["snapshot", "write 1", "judge 1", "push"],
    ]
    assert pools.released() == ["aws/env-1 > aws", "aws/env-3 > aws", "aws/env-2 > aws"]
    assert done(run) == ["aws/env-1", "aws/env-3", "aws/env-2"]
    assert sorted(done(run)) == planned(run)
    assert pools.pushed_at[0] == WAITS[0], "the others wait no longer"


def test_a_lock_that_is_always_slow_is_asked_again_and_then_kept_and_named(pools: ModelPools) -> None:
    pools.response_times["env-2"] = MAX_AGE + 40
    run = clean(pools)
    assert pools.history.count("push") == 1
    assert pools.history.count("judge 1") == len(WAITS)
    assert reasons(run) == {"aws/env-2": TOO_SLOW}
    assert planned(run) == done(run) == ["aws/env-1", "aws/env-3"]


def test_a_single_slow_lock_is_asked_again_and_then_kept(pools: ModelPools) -> None:
    pools.add("aws/env-1")
    pools.add("aws/env-3")
    pools.response_times["env-2"] = MAX_AGE
    run = clean(pools)
    assert pools.history.count("judge 1") == len(WAITS)
    assert pools.released() == []
    assert reasons(run)["aws/env-2"] == TOO_SLOW


def test_the_locks_are_asked_about_in_the_other_order_after_a_look_without_a_judgement(pools: ModelPools) -> None:
    """Requests that wait for a slow response are sent too late; the last ones of a look are the first of the next."""
    orders: list[list[str]] = []
    snapshot = pools.snapshot()

    def judge(locks: Sequence[Lock], *_others: object, **_limits: object) -> tuple[JudgedLock, ...]:
        orders.append([lock.name for lock in locks])
        return ()

    look = LastLook(judge, lambda: 0.0)
    for _number in WAITS:
        assert not look.is_given_up
        look.take(snapshot.locks, snapshot, [])
    assert look.is_given_up
    assert orders == [["env-1", "env-2", "env-3"], ["env-3", "env-2", "env-1"]]


def test_all_locks_are_released_by_a_concourse_that_is_slow_for_all(pools: ModelPools) -> None:
    pools.response_times = dict.fromkeys(("env-1", "env-2", "env-3"), WAITS[0] + 1)
    run = clean(pools)
    assert len(done(run)) == 3
    assert pools.history.count("push") == 1


def test_a_slow_lock_that_is_taken_up_meanwhile_is_kept(pools: ModelPools) -> None:
    pools.response_times["env-2"] = WAITS[0] + 0.5
    pools.others_take_up(ERRORED, RUNNING, before_judging=4)
    run = clean(pools)
    assert done(run) == ["aws/env-1", "aws/env-3"]
    assert reasons(run)["aws/env-2"].startswith("running")


def test_a_slow_lock_that_changed_hands_meanwhile_is_kept(pools: ModelPools) -> None:
    pools.response_times["env-2"] = WAITS[0] + 0.5
    pools.others_push(lambda: pools.add("aws/env-2", ERRORED, commit="another-claim"))
    run = clean(pools)
    assert done(run) == ["aws/env-1", "aws/env-3"]
    assert reasons(run)["aws/env-2"] == "it changed hands during this run"


def test_no_judgement_is_too_old_because_it_took_long_to_write_again(pools: ModelPools) -> None:
    """Signed commits take their time: they are written first, and judged once more."""
    pools.writing_time = MAX_AGE + 1
    pools.others_take_up(RUNNING)
    run = clean(pools)
    assert pools.history == ["judge 3", "write 3", "judge 3", "write 2", "judge 2", "push"]
    assert done(run) == ["aws/env-2", "aws/env-3"]


@pytest.mark.parametrize("response_time", [0.0, 0.3, WAITS[0], WAITS[0] + 0.1, WAITS[1], WAITS[1] + 0.1, MAX_AGE, 43.0])
@pytest.mark.parametrize("writing_time", [0.0, 0.5, 1.5, MAX_AGE, 20.0])
@pytest.mark.parametrize("overtaken", [0, 1, 2])
def test_no_judgement_is_older_than_the_bound_at_the_push(
    pools: ModelPools, response_time: float, writing_time: float, overtaken: int
) -> None:
    pools.response_times = {"env-1": 0.1, "env-2": response_time, "env-3": 1.0}
    pools.writing_time = writing_time
    pools.others_push(before=range(1, overtaken + 1))
    judged_at: list[float] = []
    pools.before_judging = lambda _number: judged_at.append(pools.now)
    ages: list[float] = []
    others_push = pools.before_push

    def before_push(number: int) -> None:
        ages.append(pools.now - judged_at[-1])
        others_push(number)

    pools.before_push = before_push
    run = clean(pools)
    assert max(ages) <= MAX_AGE
    assert set(done(run)) | set(reasons(run)) == {"aws/env-1", "aws/env-2", "aws/env-3"}
    assert {"aws/env-1", "aws/env-3"} <= set(done(run))
    assert ("aws/env-2" in done(run)) == (response_time <= WAITS[1])


def test_a_refused_second_push_shows_what_the_first_one_released(pools: ModelPools) -> None:
    pools.response_times["env-2"] = WAITS[0] + 0.5
    pools.others_push(before=range(2, 1000))
    run = begin(pools)
    run.decide()
    with pytest.raises(RepositoryError, match=r"no further lock was released and .* still held: aws/env-2\."):
        run.push_releases(pools, retry)
    assert done(run) == ["aws/env-1", "aws/env-3"]


def test_a_late_push_of_a_batch_is_recognized(pools: ModelPools) -> None:
    """The response to the first push is lost; the next look is too short for env-2, which that push has released."""
    pools.late = (1,)
    pools.before_judging = lambda number: pools.response_times.update({"env-2": 9.0 if number == 3 else 0.0})
    run = clean(pools)
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws", "aws/env-3 > aws"], "each once"
    assert done(run) == planned(run) == ["aws/env-1", "aws/env-2", "aws/env-3"]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of cleaning while others push, builds start and Concourse does not answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import TooManyReleases
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import (
    MIN_ATTEMPTS,
    MIN_SECONDS,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption, RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict

from .clean_model import ERRORED, HANDED_OFF, LEAKED, MINUTE, NOW, RUNNING, UNREACHABLE, ModelPools
from .clean_runs import begin, clean, done, planned, reasons, retry


@pytest.fixture
def pools() -> ModelPools:
    """Pool aws with two dead locks, env-1 and env-2, and a running one, env-3; an empty pool sick."""
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("aws/env-2", LEAKED)
    pools.add("aws/env-3", RUNNING)
    return pools


@pytest.fixture
def one_dead_lock() -> ModelPools:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    return pools


def test_locks_are_judged_again_between_write_and_push(pools: ModelPools) -> None:
    run = begin(pools)
    run.decide()
    assert pools.history == ["judge 3"]
    run.push_releases(pools, retry)
    assert pools.history == ["judge 3", "write 2", "judge 2", "push"]
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"]
    assert planned(run) == done(run) != []
    assert planned(run) == ["aws/env-1", "aws/env-2"]


def test_check_mode_decides_what_the_run_does(pools: ModelPools) -> None:
    checked, real = begin(pools), begin(pools)
    checked.decide()
    real.decide()
    real.push_releases(pools, retry)
    assert checked.plan == real.plan
    assert checked.released == ()


def test_nothing_to_release_asks_nothing_more() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", RUNNING)
    pools.add("aws/env-2")
    run = clean(pools)
    assert pools.history == ["judge 2"]
    assert run.released == ()


def test_overtaken_once(pools: ModelPools) -> None:
    pools.others_push()
    run = clean(pools)
    assert pools.history == ["judge 3", *["write 2", "judge 2", "push"], "snapshot", *["write 2", "judge 2", "push"]]
    assert len(pools.released()) == 2
    assert planned(run) == done(run) != []


def test_always_overtaken_gives_up_and_names_the_locks_that_are_still_held(pools: ModelPools) -> None:
    pools.others_push(before=range(1000))
    run = begin(pools)
    run.decide()
    with pytest.raises(
        RepositoryError, match=r"8 times in a row, for 960 seconds, .*nothing was released.*aws/env-1, aws/env-2"
    ) as failure:
        run.push_releases(pools, retry)
    assert pools.history.count("push") == MIN_ATTEMPTS == 8
    assert "aws/env-3" not in str(failure.value)
    assert pools.released() == []
    assert run.released == ()
    assert planned(run) == ["aws/env-1", "aws/env-2"], "the result still shows the plan"


def test_pauses_grow_up_to_a_limit(pools: ModelPools) -> None:
    pools.others_push(before=range(6))
    pauses: list[float] = []
    clean(pools, attempts=retry(seconds=1, pauses=pauses))
    assert pauses == [0.05, 0.1, 0.2, 0.2, 0.2]


def test_it_retries_while_there_is_time(pools: ModelPools) -> None:
    """Others push several times a second, so that each attempt wins by chance only."""
    pools.others_push(before=range(100))
    run = clean(pools, attempts=retry(seconds=1))
    assert pools.history.count("push") == 100
    assert planned(run) == done(run) != []


def test_it_gives_up_when_the_time_is_over(pools: ModelPools) -> None:
    pools.others_push(before=range(1000))
    with pytest.raises(RepositoryError, match="60 times in a row, for 120 seconds"):
        clean(pools, attempts=retry(seconds=2))
    assert pools.history.count("push") == MIN_SECONDS / 2


@pytest.mark.parametrize("verdict", [RUNNING, HANDED_OFF, UNREACHABLE])
def test_a_lock_taken_up_before_the_push_is_kept(pools: ModelPools, verdict: Verdict) -> None:
    pools.others_take_up(verdict)
    run = begin(pools)
    run.decide()
    assert planned(run) == ["aws/env-1", "aws/env-2"]
    run.push_releases(pools, retry)
    assert pools.history == ["judge 3", "write 2", "judge 2", "write 1", "push"]
    assert pools.released() == ["aws/env-2 > aws"]
    assert reasons(run)["aws/env-1"].startswith(verdict.name.value)
    assert {step.judged.lock.name: step.judged.verdict for step in run.plan}["env-1"] is verdict


def test_a_lock_whose_holder_ended_again_waits_for_the_timeout(one_dead_lock: ModelPools) -> None:
    one_dead_lock.others_take_up(Verdict(ERRORED.name, "a re-run errored just now", NOW - MINUTE))
    run = clean(one_dead_lock)
    assert one_dead_lock.released() == []
    assert "releasable at" in reasons(run)["aws/env-1"]


def test_all_locks_taken_up_is_no_push_and_no_error(pools: ModelPools) -> None:
    pools.others_take_up(RUNNING, UNREACHABLE)
    run = clean(pools)
    assert pools.history == ["judge 3", "write 2", "judge 2"]
    assert planned(run) == []
    assert run.released == ()


def test_a_lock_taken_up_while_overtaken_is_kept(pools: ModelPools) -> None:
    pools.others_push(lambda: pools.verdicts.update({"claim-of-aws/env-2": RUNNING}))
    clean(pools)
    assert pools.released() == ["aws/env-1 > aws"]


@pytest.mark.parametrize("verdict", [ERRORED, RUNNING, None])
def test_a_lock_that_changed_hands_is_kept(pools: ModelPools, verdict: Verdict | None) -> None:
    """Also if the new claim is dead: the next run judges it from the start."""
    pools.others_push(lambda: pools.add("aws/env-1", verdict, commit="another-claim"))
    run = clean(pools)
    assert pools.history[-3:] == ["write 1", "judge 1", "push"]
    assert pools.released() == ["aws/env-2 > aws"]
    assert reasons(run)["aws/env-1"] == "it changed hands during this run"
    assert pools.locks["aws/env-1"] == (None if verdict is None else "another-claim")


def test_a_forced_lock_that_changed_hands_is_kept(one_dead_lock: ModelPools) -> None:
    commit = one_dead_lock.add("aws/env-1", RUNNING)
    one_dead_lock.others_push(lambda: one_dead_lock.add("aws/env-1", RUNNING, commit="another-claim"))
    run = begin(one_dead_lock, force={"aws/env-1": commit})
    run.decide()
    assert planned(run) == ["aws/env-1"]
    run.push_releases(one_dead_lock, retry)
    assert one_dead_lock.released() == []
    assert one_dead_lock.locks["aws/env-1"] == "another-claim"


def test_all_locks_gone_ends_without_another_push(one_dead_lock: ModelPools) -> None:
    one_dead_lock.others_push(one_dead_lock.locks.clear)
    run = clean(one_dead_lock)
    assert one_dead_lock.history.count("push") == 1
    assert run.released == ()
    assert planned(run) == []


def test_all_locks_released_by_others_at_the_last_attempt_is_no_error(one_dead_lock: ModelPools) -> None:
    one_dead_lock.others_push(
        lambda: one_dead_lock.locks.update(
            {"aws/env-1": None} if one_dead_lock.history.count("push") == MIN_ATTEMPTS else {}
        ),
        before=range(1000),
    )
    assert planned(clean(one_dead_lock)) == []


@pytest.mark.parametrize(
    ("target", "change", "released", "reason"),
    [
        ("aws", lambda pools: pools.twice.add("aws/env-1"), ["aws/env-2 > aws"], "both claimed and unclaimed"),
        ("aws", lambda pools: pools.obstacles.append("aws/unclaimed/env-1"), ["aws/env-2 > aws"], "in the way"),
        ("sick", lambda pools: pools.add("sick/env-1"), ["aws/env-2 > sick"], "has a lock of this name"),
        ("sick", lambda pools: pools.pools.remove("sick"), [], "pool sick, where it was to be moved, no longer exists"),
    ],
)
def test_a_lock_whose_place_is_taken_while_overtaken_is_kept(
    pools: ModelPools, target: str, change: Callable[[ModelPools], object], released: list[str], reason: str
) -> None:
    pools.others_push(lambda: change(pools))
    run = clean(pools, "aws", release_to={} if target == "aws" else {"aws": target})
    assert pools.released() == released
    assert reason in reasons(run)["aws/env-1"]


@pytest.mark.parametrize("path", ["aws/unclaimed/env-1", "aws/unclaimed"])
def test_an_obstacle_keeps_the_locks_that_it_blocks(pools: ModelPools, path: str) -> None:
    pools.add("gcp/env-1", ERRORED)
    pools.obstacles.append(path)
    run = begin(pools)
    run.decide()
    checked = planned(run)
    run.push_releases(pools, retry)
    assert planned(run) == checked
    assert "gcp/env-1 > gcp" in pools.released()
    assert ("aws/env-2 > aws" in pools.released()) == (path == "aws/unclaimed/env-1")
    assert reasons(run)["aws/env-1"].startswith(f"{path} is in the way")


def test_a_push_that_is_carried_out_late_is_recognized(pools: ModelPools) -> None:
    pools.late = (1,)
    run = begin(pools)
    run.decide()
    decided = run.plan
    run.push_releases(pools, retry)
    # The snapshot after the push shows nothing yet, so the run pushes again, and its own late push overtakes it.
    assert pools.history[-3:] == ["push", "snapshot", "contains?"]
    assert planned(run) == done(run) != []
    assert run.plan == decided
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"]


def test_a_late_push_is_recognized_also_if_nothing_is_left_to_release(pools: ModelPools) -> None:
    pools.late = (1,)
    pools.others_take_up(RUNNING, RUNNING, before_judging=3)
    run = clean(pools)
    assert pools.history.count("push") == 1
    assert planned(run) == done(run) != []
    assert planned(run) == ["aws/env-1", "aws/env-2"]


def test_a_push_of_others_is_not_mistaken_for_a_late_one_of_ours(pools: ModelPools) -> None:
    pools.late = (1,)
    pools.others_push()
    clean(pools)
    assert pools.history.count("push") == 2
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"], "each once"


def test_release_to_of_two_pools() -> None:
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("gcp/env-1", ERRORED)
    clean(pools, "aws", "gcp", release_to={"aws": "sick", "gcp": "sick"})
    assert pools.released() == ["aws/env-1 > sick"]
    assert pools.locks["gcp/env-1"] == "claim-of-gcp/env-1"


def test_too_many_releases_releases_none_and_keeps_the_plan(pools: ModelPools) -> None:
    run = begin(pools, max_releases=1)
    with pytest.raises(TooManyReleases, match=r"2 locks .* max_releases allows 1.*none was"):
        run.decide()
    assert planned(run) == ["aws/env-1", "aws/env-2"]
    assert pools.history == ["judge 3"]
    assert run.released == ()


def test_as_many_as_allowed_are_released(pools: ModelPools) -> None:
    clean(pools, max_releases=2)
    assert len(pools.released()) == 2


def test_an_outdated_commit_to_force_stops_everything(pools: ModelPools) -> None:
    run = begin(pools, force={"aws/env-3": "an-older-claim"})
    with pytest.raises(BadOption, match="check the lock again"):
        run.decide()
    assert pools.released() == []
    assert run.plan == ()


def test_a_refused_push_leaves_the_run_undone(pools: ModelPools) -> None:
    def refuse(snapshot: Snapshot, commit: str) -> PushOutcome:
        raise RepositoryError("The server refuses the push: protected branch.")

    pools.push = refuse  # type: ignore[method-assign]
    run = begin(pools)
    run.decide()
    with pytest.raises(RepositoryError, match="protected branch"):
        run.push_releases(pools, retry)
    assert run.released == ()
    assert planned(run) == ["aws/env-1", "aws/env-2"]


def test_a_release_carries_the_lock_of_the_latest_snapshot(pools: ModelPools) -> None:
    pools.others_push(lambda: pools.contents.update({"aws/env-1": "edited"}))
    clean(pools)
    assert [release.lock.blob for release in pools.accepted] == ["edited", "content-of-env-2"]
    assert all("Claim-Commit: claim-of-aws/" in release.message for release in pools.accepted)


def test_other_words_for_the_same_verdict_change_nothing_in_the_result(pools: ModelPools) -> None:
    """Check mode, which judges once, returns the same."""
    pools.others_take_up(Verdict(ERRORED.name, "a re-run errored long ago, too", ERRORED.dead_since))
    run = begin(pools)
    run.decide()
    decided = run.plan
    run.push_releases(pools, retry)
    assert run.plan == run.released + tuple(step for step in decided if not step.is_release) == decided

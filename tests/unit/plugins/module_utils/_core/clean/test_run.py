# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of cleaning while other people push, builds start and Concourse falls silent."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.plan import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import (
    CleanRun,
    TooManyReleases,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import (
    MIN_ATTEMPTS,
    MIN_SECONDS,
    PushRetry,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import (
    BadOption,
    RepositoryError,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import (
    PoolOption,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.clean.clean_model import (
    ERRORED,
    HANDED_OFF,
    LEAKED,
    LONG_DEAD,
    MINUTE,
    NOW,
    RUNNING,
    UNREACHABLE,
    ModelPools,
    choose,
)


def begin(pools: ModelPools, *names: str, **rules: Any) -> CleanRun:
    """A run that has taken a snapshot and done nothing else."""
    chosen: Sequence[PoolOption] = choose(*(names or pools.pools))
    run = CleanRun(pools.snapshot(), chosen, CleanRules(**rules), pools.judge, lambda: NOW)
    pools.history.clear()
    return run


def retry(*, seconds: float = MIN_SECONDS, pauses: list[float] | None = None) -> PushRetry:
    """Attempts that each seem to take so many seconds."""
    clock = itertools.count(step=int(seconds))
    return PushRetry((pauses if pauses is not None else []).append, lambda: float(next(clock)), lambda low, _high: low)


def clean(pools: ModelPools, *names: str, attempts: PushRetry | None = None, **rules: Any) -> CleanRun:
    """A run that decides and pushes."""
    run = begin(pools, *names, **rules)
    run.decide()
    run.push_releases(pools, attempts or retry())
    return run


def reasons(cleaning: CleanRun) -> dict[str, str]:
    """Why the kept locks were kept."""
    return {step.judged.lock.pool_and_name: step.reason for step in cleaning.plan if not step.is_release}


def planned(cleaning: CleanRun) -> list[str]:
    return [step.judged.lock.pool_and_name for step in cleaning.releases()]


def two_dead_locks() -> ModelPools:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    pools.add("aws/env-2", LEAKED)
    pools.add("aws/env-3", RUNNING)
    return pools


def test_each_is_judged_again_between_the_writing_and_the_push() -> None:
    pools = two_dead_locks()
    cleaning = begin(pools)
    cleaning.decide()
    assert pools.history == ["judge 3"]
    cleaning.push_releases(pools, retry())
    assert pools.history == ["judge 3", "write 2", "judge 2", "push"]
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"]
    assert cleaning.done
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"]


def test_check_mode_decides_what_the_run_does() -> None:
    checked, real = begin(two_dead_locks()), begin(two_dead_locks())
    checked.decide()
    real.decide()
    real.push_releases(two_dead_locks(), retry())
    assert checked.plan == real.plan
    assert not checked.done


def test_nothing_to_release_asks_nothing_more() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", RUNNING)
    pools.add("aws/env-2")
    cleaning = clean(pools)
    assert pools.history == ["judge 2"]
    assert not cleaning.done


def test_overtaken_once() -> None:
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others() if number == 1 else None
    cleaning = clean(pools)
    assert pools.history == ["judge 3", *["write 2", "judge 2", "push"], "snapshot", *["write 2", "judge 2", "push"]]
    assert len(pools.released()) == 2
    assert cleaning.done


def test_always_overtaken_gives_up_and_says_which_locks_are_still_held() -> None:
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others()
    cleaning = begin(pools)
    cleaning.decide()
    with pytest.raises(
        RepositoryError, match=r"8 times in a row, for 960 seconds, .*nothing was released.*aws/env-1, aws/env-2"
    ) as given_up:
        cleaning.push_releases(pools, retry())
    assert pools.history.count("push") == MIN_ATTEMPTS == 8
    assert "aws/env-3" not in str(given_up.value)
    assert pools.released() == []
    assert not cleaning.done
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"], "the result still tells what was to be done"


def test_pauses_grow_for_a_while() -> None:
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others() if number < 6 else None
    pauses: list[float] = []
    clean(pools, attempts=retry(seconds=1, pauses=pauses))
    assert pauses == [0.05, 0.1, 0.2, 0.2, 0.2]


def test_while_there_is_time_it_goes_on() -> None:
    """Others push several times a second, so that only luck makes us the first."""
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others() if number < 100 else None
    cleaning = clean(pools, attempts=retry(seconds=1))
    assert pools.history.count("push") == 100
    assert cleaning.done


def test_when_the_time_is_over_it_gives_up() -> None:
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others()
    with pytest.raises(RepositoryError, match="60 times in a row, for 120 seconds"):
        clean(pools, attempts=retry(seconds=2))
    assert pools.history.count("push") == MIN_SECONDS / 2


@pytest.mark.parametrize("verdict", [RUNNING, HANDED_OFF, UNREACHABLE])
def test_taken_up_again_at_the_last_moment(verdict: Verdict) -> None:
    pools = two_dead_locks()

    def take_up(number: int) -> None:
        if number == 2:
            pools.verdicts["claim-of-aws/env-1"] = verdict

    pools.before_judging = take_up
    cleaning = begin(pools)
    cleaning.decide()
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"]
    cleaning.push_releases(pools, retry())
    assert pools.history == ["judge 3", "write 2", "judge 2", "write 1", "push"]
    assert pools.released() == ["aws/env-2 > aws"]
    assert reasons(cleaning)["aws/env-1"].startswith(verdict.name.value)
    assert {step.judged.lock.name: step.judged.verdict for step in cleaning.plan}["env-1"] is verdict


def test_dead_since_later_at_the_second_look_waits_for_the_timeout() -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", ERRORED)

    def end_anew(number: int) -> None:
        if number == 2:
            pools.verdicts[commit] = Verdict(ERRORED.name, "a re-run errored just now", NOW - MINUTE)

    pools.before_judging = end_anew
    cleaning = clean(pools)
    assert pools.released() == []
    assert "may go at" in reasons(cleaning)["aws/env-1"]


def test_all_taken_up_again_is_no_push_and_no_error() -> None:
    pools = two_dead_locks()

    def take_up(number: int) -> None:
        if number == 2:
            pools.verdicts |= {"claim-of-aws/env-1": RUNNING, "claim-of-aws/env-2": UNREACHABLE}

    pools.before_judging = take_up
    cleaning = clean(pools)
    assert pools.history == ["judge 3", "write 2", "judge 2"]
    assert planned(cleaning) == []
    assert not cleaning.done


def test_taken_up_while_overtaken_is_seen_before_the_next_push() -> None:
    pools = two_dead_locks()

    def overtake(number: int) -> None:
        if number == 1:
            pools.commit_of_others()
            pools.verdicts["claim-of-aws/env-2"] = RUNNING

    pools.before_push = overtake
    clean(pools)
    assert pools.released() == ["aws/env-1 > aws"]


def change_hands(pools: ModelPools, lock: str, verdict: Verdict | None, *, commit: str = "another-claim") -> None:
    pools.commit_of_others()
    pools.add(lock, verdict, commit=commit)


@pytest.mark.parametrize("verdict", [ERRORED, RUNNING, None])
def test_a_lock_that_changed_hands_is_left_alone(verdict: Verdict | None) -> None:
    """Even where the new claim is dead too: it is judged by the next run, from the start."""
    pools = two_dead_locks()
    pools.before_push = lambda number: change_hands(pools, "aws/env-1", verdict) if number == 1 else None
    cleaning = clean(pools)
    assert pools.history[-3:] == ["write 1", "judge 1", "push"]
    assert pools.released() == ["aws/env-2 > aws"]
    assert reasons(cleaning)["aws/env-1"] == "it changed hands in the meantime"
    assert pools.locks["aws/env-1"] == (None if verdict is None else "another-claim")


def test_a_forced_lock_that_changed_hands_is_left_alone_too() -> None:
    pools = ModelPools()
    commit = pools.add("aws/env-1", RUNNING)
    pools.before_push = lambda number: change_hands(pools, "aws/env-1", RUNNING) if number == 1 else None
    cleaning = begin(pools, force={"aws/env-1": commit})
    cleaning.decide()
    assert planned(cleaning) == ["aws/env-1"]
    cleaning.push_releases(pools, retry())
    assert pools.released() == []
    assert pools.locks["aws/env-1"] == "another-claim"


def test_all_changed_hands_ends_without_a_push() -> None:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)

    def vanish(number: int) -> None:
        pools.commit_of_others()
        del pools.locks["aws/env-1"]

    pools.before_push = vanish
    cleaning = clean(pools)
    assert pools.history.count("push") == 1
    assert not cleaning.done
    assert planned(cleaning) == []


def test_all_changed_hands_at_the_last_attempt_is_no_error() -> None:
    """Nothing is left to do then, and nobody is told that nothing of it was done."""
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)

    def overtake(number: int) -> None:
        pools.commit_of_others()
        if number == MIN_ATTEMPTS:
            pools.locks["aws/env-1"] = None

    pools.before_push = overtake
    cleaning = clean(pools)
    assert planned(cleaning) == []


def test_doubled_by_somebody_while_overtaken() -> None:
    pools = two_dead_locks()

    def double(number: int) -> None:
        if number == 1:
            pools.commit_of_others()
            pools.twice.add("aws/env-1")

    pools.before_push = double
    cleaning = clean(pools)
    assert pools.released() == ["aws/env-2 > aws"]
    assert "both claimed and unclaimed" in reasons(cleaning)["aws/env-1"]


def test_the_place_in_quarantine_taken_while_overtaken() -> None:
    pools = two_dead_locks()
    pools.pools.append("sick")

    def take_place(number: int) -> None:
        if number == 1:
            pools.commit_of_others()
            pools.add("sick/env-1")

    pools.before_push = take_place
    cleaning = clean(pools, "aws", release_to={"aws": "sick"})
    assert pools.released() == ["aws/env-2 > sick"]
    assert "has a lock of this name" in reasons(cleaning)["aws/env-1"]


def test_the_quarantine_itself_gone_while_overtaken() -> None:
    pools = two_dead_locks()
    pools.pools.append("sick")

    def remove_pool(number: int) -> None:
        pools.commit_of_others()
        pools.pools.remove("sick")

    pools.before_push = remove_pool
    cleaning = clean(pools, "aws", release_to={"aws": "sick"})
    assert pools.released() == []
    assert "is gone" in reasons(cleaning)["aws/env-1"]


@pytest.mark.parametrize("path", ["aws/unclaimed/env-1", "aws/unclaimed"])
def test_something_in_the_way_keeps_the_locks_that_it_is_in_the_way_of(path: str) -> None:
    pools = two_dead_locks()
    pools.add("gcp/env-1", ERRORED)
    pools.obstacles.append(path)
    cleaning = begin(pools)
    cleaning.decide()
    checked = planned(cleaning)
    cleaning.push_releases(pools, retry())
    assert planned(cleaning) == checked
    assert "gcp/env-1 > gcp" in pools.released()
    assert ("aws/env-2 > aws" in pools.released()) == (path == "aws/unclaimed/env-1")
    assert reasons(cleaning)["aws/env-1"].startswith(f"{path} is in its way")


def test_something_put_in_the_way_while_overtaken() -> None:
    pools = two_dead_locks()

    def put(number: int) -> None:
        if number == 1:
            pools.commit_of_others()
            pools.obstacles.append("aws/unclaimed/env-1")

    pools.before_push = put
    cleaning = clean(pools)
    assert pools.released() == ["aws/env-2 > aws"]
    assert "in its way" in reasons(cleaning)["aws/env-1"]


def test_a_push_that_was_given_up_and_came_about_late_is_told() -> None:
    pools = two_dead_locks()
    pools.late = lambda number: number == 1
    cleaning = begin(pools)
    cleaning.decide()
    decided = cleaning.plan
    cleaning.push_releases(pools, retry())
    # The look after the push shows nothing yet, so it is tried again, which the late push overtakes.
    assert pools.history[-3:] == ["push", "snapshot", "contains?"]
    assert cleaning.done
    assert cleaning.plan == decided
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"]


def test_a_late_push_shows_even_if_no_lock_may_go_any_more() -> None:
    pools = two_dead_locks()
    pools.late = lambda number: number == 1

    def take_up(number: int) -> None:
        if number == 3:
            pools.verdicts |= {"claim-of-aws/env-1": RUNNING, "claim-of-aws/env-2": RUNNING}

    pools.before_judging = take_up
    cleaning = clean(pools)
    assert pools.history.count("push") == 1
    assert cleaning.done
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"]


def test_another_push_of_others_is_not_taken_for_a_late_one_of_ours() -> None:
    pools = two_dead_locks()
    pools.late = lambda number: number == 1
    pools.before_push = lambda number: pools.commit_of_others() if number == 1 else None
    clean(pools)
    assert pools.history.count("push") == 2
    assert pools.released() == ["aws/env-1 > aws", "aws/env-2 > aws"], "each once"


def test_two_pools_into_one_quarantine() -> None:
    pools = ModelPools("sick")
    pools.add("aws/env-1", ERRORED)
    pools.add("gcp/env-1", ERRORED)
    clean(pools, "aws", "gcp", release_to={"aws": "sick", "gcp": "sick"})
    assert pools.released() == ["aws/env-1 > sick"]
    assert pools.locks["gcp/env-1"] == "claim-of-gcp/env-1"


def test_too_many_releases_releases_none_and_keeps_the_plan() -> None:
    pools = two_dead_locks()
    cleaning = begin(pools, max_releases=1)
    with pytest.raises(TooManyReleases, match=r"2 locks .* max_releases allows 1.*none was"):
        cleaning.decide()
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"]
    assert pools.history == ["judge 3"]
    assert not cleaning.done


def test_as_many_as_allowed_are_released() -> None:
    pools = two_dead_locks()
    clean(pools, max_releases=2)
    assert len(pools.released()) == 2


def test_a_stale_nonce_stops_everything() -> None:
    pools = two_dead_locks()
    cleaning = begin(pools, force={"aws/env-3": "an-older-claim"})
    with pytest.raises(BadOption, match="look at it again"):
        cleaning.decide()
    assert pools.released() == []
    assert cleaning.plan == ()


def test_an_error_of_the_push_leaves_the_run_undone() -> None:
    pools = two_dead_locks()

    def refuse(snapshot: Snapshot, commit: str) -> PushOutcome:
        raise RepositoryError("The server refuses the push: protected branch.")

    pools.push = refuse  # type: ignore[method-assign]
    cleaning = begin(pools)
    cleaning.decide()
    with pytest.raises(RepositoryError, match="protected branch"):
        cleaning.push_releases(pools, retry())
    assert not cleaning.done
    assert planned(cleaning) == ["aws/env-1", "aws/env-2"]


def test_a_release_carries_the_lock_as_it_is_in_the_latest_look() -> None:
    pools = two_dead_locks()
    pools.before_push = lambda number: pools.commit_of_others() if number == 1 else None
    clean(pools)
    assert [release.lock.blob for release in pools.accepted] == ["content-of-env-1", "content-of-env-2"]
    assert all("Claim-Commit: claim-of-aws/" in release.message for release in pools.accepted)
    assert LONG_DEAD < NOW

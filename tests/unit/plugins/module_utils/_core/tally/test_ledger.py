# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds are counted before they are started, by one of all who try."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tally_files import TallyCounts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import (
    MIN_ATTEMPTS,
    MIN_SECONDS,
    PushRetry,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.ledger import TallyLedger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import TallyDemand

from .tally_model import CLAIMED, FREE, NOW, ModelTallies

STEPS = ("add", "claim", "release", "by hand", "remove", "start", "count", "count", "count 1", "overtaken")
ADDED, TAKEN, RELEASED, REMOVED = (None, FREE), (FREE, CLAIMED), (CLAIMED, FREE), (FREE, None)


def attempts() -> PushRetry:
    """The least number of them, at once."""
    clock = itertools.count(step=int(MIN_SECONDS))
    return PushRetry(lambda _seconds: None, lambda: float(next(clock)), lambda low, _high: low)


def tallying(store: ModelTallies, *, most: int | None = None, active: dict[str, int] | None = None) -> TallyLedger:
    def ask(snapshot: Snapshot) -> Mapping[str, TallyDemand]:
        pools = [lock.pool for lock in snapshot.locks]
        return {pool: TallyDemand(pools.count(pool), (active or {}).get(pool)) for pool in store.pools}

    return TallyLedger(store, store.pools, ask, "run", attempts, lambda: NOW, most)


def count(store: ModelTallies, **options: Any) -> dict[str, int]:
    plans = tallying(store, **options).count(store.snapshot())
    return {pool: plan.start for pool, plan in plans.items()}


def test_nothing_to_count_pushes_nothing() -> None:
    store = ModelTallies()
    assert count(store) == {"aws": 0}
    assert store.pushes == 0


def test_overtaken_it_decides_again() -> None:
    store = ModelTallies(free={"aws": 2})
    store.before_push = lambda number: store.change("aws", ADDED) if number <= 3 else None
    assert count(store) == {"aws": 5}
    assert [one.tally for one in store.accepted] == [TallyCounts(0, 5)]


def test_overtaken_until_there_is_nothing_left_to_start() -> None:
    store = ModelTallies(free={"aws": 1})
    store.before_push = lambda number: store.change("aws", TAKEN)
    assert count(store) == {"aws": 0}
    assert store.accepted == []


def test_always_overtaken_it_gives_up() -> None:
    store = ModelTallies(free={"aws": 1})
    store.before_push = lambda number: store.change("aws", ADDED)
    with pytest.raises(RepositoryError, match=r"8 times in a row, .* so no build was started\. Run again"):
        count(store)
    assert store.pushes == MIN_ATTEMPTS
    assert store.accepted == []


@pytest.mark.parametrize("at", [1, MIN_ATTEMPTS])
def test_a_push_that_was_given_up_and_came_about_late_is_ours(at: int) -> None:
    store = ModelTallies(free={"aws": 3})
    store.late = lambda number: number == at
    store.before_push = lambda number: store.change("aws", ADDED) if number < at else None
    # The look after it shows nothing yet, so it is tried again, which the late push overtakes.
    assert count(store) == {"aws": 2 + at}
    assert len(store.accepted) == 1


def test_what_was_given_back_is_started_by_the_next() -> None:
    store = ModelTallies(("aws", "gcp"), free={"aws": 3, "gcp": 1})
    run = tallying(store)
    run.count(store.snapshot())
    store.change("aws", TAKEN)
    run.give_back({"aws": 2, "gcp": 0})
    assert store.accepted[-1].tally == TallyCounts(2, 0)
    assert len(store.accepted) == 3
    assert count(store) == {"aws": 2, "gcp": 0}


def test_no_more_is_given_back_than_is_to_come_and_nothing_to_a_tally_that_was_deleted() -> None:
    store = ModelTallies(("aws", "gcp"), free={"aws": 2, "gcp": 2})
    run = tallying(store)
    run.count(store.snapshot())
    store.change("aws", TAKEN)
    store.texts["gcp"] = (None, None)
    run.give_back({"aws": 2, "gcp": 1})
    assert store.accepted[-1].tally == TallyCounts(1, 0)
    assert store.accepted[-1].pool == "aws"


def test_giving_back_in_vain_says_what_will_become_of_it() -> None:
    store = ModelTallies(free={"aws": 2})
    run = tallying(store)
    run.count(store.snapshot())
    store.before_push = lambda number: store.change("aws", ADDED)
    with pytest.raises(RepositoryError, match=r"builds that were not started \(aws: 2\); a later run will start them"):
        run.give_back({"aws": 2})


@settings(max_examples=200)
@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_every_free_lock_gets_one_build_whatever_happens(story: list[str]) -> None:
    """Builds claim, a person adds, takes, gives back and starts builds; `waiting` are the builds that have no lock."""
    store = ModelTallies(free={"aws": 2})
    waiting = held = 0
    for step in [*story, "count"]:
        if step == "add":
            store.change("aws", ADDED)
        elif step == "claim" and waiting and store.free["aws"]:
            store.change("aws", TAKEN)
            waiting, held = waiting - 1, held + 1
        elif step == "release" and held:
            store.change("aws", RELEASED)
            held -= 1
        elif step == "by hand" and store.free["aws"]:
            store.change("aws", TAKEN)
            held += 1
        elif step == "remove" and store.free["aws"]:
            store.change("aws", REMOVED)
        elif step == "start":
            waiting += 1
        elif step.startswith("count"):
            started = count(store, active={"aws": waiting}, **({"most": 1} if step == "count 1" else {}))["aws"]
            waiting += started
            assert not started or waiting <= store.free["aws"], "a build too many"
        elif step == "overtaken":
            at = store.pushes + 1
            store.before_push = lambda number, at=at: store.change("aws", ADDED) if number == at else None  # type: ignore[misc]
    assert waiting >= store.free["aws"], "a build too few"

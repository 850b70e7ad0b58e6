# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds are counted before they are started, and by one run only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tally_files import TallyCounts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import MIN_ATTEMPTS
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.ledger import TallyLedger
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import TallyDemand

from .tally_model import CLAIMED, FREE, NOW, ModelTallies, retry

STEPS = ("add", "claim", "release", "by hand", "remove", "start", "count", "count", "count 1", "overtaken")
ADDED, TAKEN, RELEASED, REMOVED = (None, FREE), (FREE, CLAIMED), (CLAIMED, FREE), (FREE, None)


def ledger(store: ModelTallies, *, most: int | None = None, active: dict[str, int] | None = None) -> TallyLedger:
    def ask(snapshot: Snapshot) -> Mapping[str, TallyDemand]:
        pools = [lock.pool for lock in snapshot.locks]
        return {pool: TallyDemand(pools.count(pool), (active or {}).get(pool)) for pool in store.pools}

    return TallyLedger(store, store.pools, ask, "run", retry, lambda: NOW, most)


def count(store: ModelTallies, **options: Any) -> dict[str, int]:
    plans = ledger(store, **options).count(store.snapshot())
    return {pool: plan.start for pool, plan in plans.items()}


def test_nothing_to_count_pushes_nothing() -> None:
    store = ModelTallies()
    assert count(store) == {"aws": 0}
    assert store.pushes == 0


def test_an_overtaken_run_decides_again() -> None:
    store = ModelTallies(free={"aws": 2})
    store.before_push = lambda number: store.change("aws", ADDED) if number <= 3 else None
    assert count(store) == {"aws": 5}
    assert [one.tally for one in store.accepted] == [TallyCounts(0, 5)]


def test_overtaken_until_there_is_nothing_left_to_start() -> None:
    store = ModelTallies(free={"aws": 1})
    store.before_push = lambda number: store.change("aws", TAKEN)
    assert count(store) == {"aws": 0}
    assert store.accepted == []


def test_a_run_that_is_always_overtaken_gives_up() -> None:
    store = ModelTallies(free={"aws": 1})
    store.before_push = lambda number: store.change("aws", ADDED)
    with pytest.raises(RepositoryError, match=r"8 times in a row, .* so no build was started\. Run again"):
        count(store)
    assert store.pushes == MIN_ATTEMPTS
    assert store.accepted == []


@pytest.mark.parametrize("at", [1, MIN_ATTEMPTS])
def test_a_push_that_is_carried_out_late_is_recognized(at: int) -> None:
    store = ModelTallies(free={"aws": 3})
    store.late = (at,)
    store.before_push = lambda number: store.change("aws", ADDED) if number < at else None
    # The snapshot after it shows nothing yet, so the run pushes again, and its own late push overtakes it.
    assert count(store) == {"aws": 2 + at}
    assert len(store.accepted) == 1


def test_builds_that_are_returned_are_started_by_the_next_run() -> None:
    store = ModelTallies(("aws", "gcp"), free={"aws": 3, "gcp": 1})
    run = ledger(store)
    run.count(store.snapshot())
    store.change("aws", TAKEN)
    run.give_back({"aws": 2, "gcp": 0})
    assert store.accepted[-1].tally == TallyCounts(2, 0)
    assert len(store.accepted) == 3
    assert count(store) == {"aws": 2, "gcp": 0}


def test_no_more_builds_are_returned_than_are_counted_and_none_to_a_deleted_tally() -> None:
    store = ModelTallies(("aws", "gcp"), free={"aws": 2, "gcp": 2})
    run = ledger(store)
    run.count(store.snapshot())
    store.change("aws", TAKEN)
    store.texts["gcp"] = (None, None)
    run.give_back({"aws": 2, "gcp": 1})
    assert store.accepted[-1].tally == TallyCounts(1, 0)
    assert store.accepted[-1].pool == "aws"


def test_a_failed_give_back_says_that_a_later_run_starts_the_builds() -> None:
    store = ModelTallies(free={"aws": 2})
    run = ledger(store)
    run.count(store.snapshot())
    store.before_push = lambda number: store.change("aws", ADDED)
    with pytest.raises(RepositoryError, match=r"builds that were not started \(aws: 2\); a later run will start them"):
        run.give_back({"aws": 2})


@settings(max_examples=200)
@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_every_free_lock_gets_one_build_whatever_happens(story: list[str]) -> None:
    """Builds claim and release locks; a person adds, takes and removes locks and starts builds.

    `waiting` counts the builds without a lock, `held` the locks that are claimed.
    """
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


@pytest.mark.parametrize("builds", [{}, {"aws": 0}])
def test_nothing_to_give_back_pushes_nothing(builds: dict[str, int]) -> None:
    store = ModelTallies(free={"aws": 2})
    run = ledger(store)
    run.count(store.snapshot())
    run.give_back(builds)
    assert store.pushes == 1

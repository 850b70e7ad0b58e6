# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tally of pool-trigger-resource, and the plan that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move, MoveKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.tally_files import TallyCounts, read_count
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.counts import (
    TallyRecord,
    carry_forward,
    read_tally_message,
    tally_message,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import (
    SETTLED_AFTER,
    TallyDemand,
    plan_tally,
)

from .tally_model import CLAIMED, FREE, NOW, move

LONG_AGO = datetime.fromtimestamp(NOW - SETTLED_AFTER, UTC)


def record(triggers: str | None, removals: str | None, *moves: Move, at: datetime | None = LONG_AGO) -> TallyRecord:
    return TallyRecord(triggers, removals, at, moves)


@pytest.mark.parametrize(
    ("text", "count"),
    [("3\n", 3), ("0", 0), (" 7 \r\n", 7), ("-2\n", -2), ("007", 7), (None, None), ("", None), ("three", None)],
)
def test_counts_of_a_file(text: str | None, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["1 2", "1e3", "+1", "٣", "9" * 10, "1_0", "- 1"])
def test_contents_that_are_no_count(text: str) -> None:
    assert read_count(text) is None


@pytest.mark.parametrize(
    ("was", "now", "kind", "after"),
    [
        (None, FREE, MoveKind.ADDED, (3, 1)),
        (CLAIMED, FREE, MoveKind.RELEASED, (3, 1)),
        (FREE, CLAIMED, MoveKind.CLAIMED, (2, 0)),
        (FREE, None, MoveKind.REMOVED, (2, 0)),
        (None, CLAIMED, MoveKind.ADDED, (2, 1)),
        (CLAIMED, None, MoveKind.REMOVED, (2, 1)),
    ],
)
def test_count_of_a_move(was: State | None, now: State | None, kind: MoveKind, after: tuple[int, int]) -> None:
    one = move("a", was, now)
    assert one.kind is kind
    assert carry_forward(TallyCounts(2, 1), [one]) == TallyCounts(*after)


def test_departures_beyond_the_removals_reduce_the_triggers() -> None:
    taken = [move(name, FREE, None) for name in "abc"]
    assert carry_forward(TallyCounts(4, 1), taken) == TallyCounts(2, 0)
    assert carry_forward(TallyCounts(1, 1), taken) == TallyCounts(-1, 0)


def test_a_replaced_lock_changes_nothing() -> None:
    renamed = [move("a", FREE, None, lock="x"), move("a", None, FREE, lock="y")]
    assert carry_forward(TallyCounts(0, 2), renamed) == TallyCounts(0, 2)
    assert carry_forward(TallyCounts(0, 2), [*renamed, move("a", None, FREE, lock="z")]) == TallyCounts(1, 2)
    assert carry_forward(TallyCounts(0, 2), [renamed[0], move("b", None, FREE)]) == TallyCounts(1, 1)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=20), st.integers(0, 9), st.integers(0, 9))
def test_the_total_follows_the_free_locks(changes: list[tuple[str, bool]], triggers: int, removals: int) -> None:
    """Each arrival and departure changes the total by one, so it stays the number of free locks."""
    moves = [move(commit, *((None, FREE) if came else (FREE, None))) for commit, came in changes]
    after = carry_forward(TallyCounts(triggers, removals), moves)
    came = sum(1 if one else -1 for _commit, one in changes)
    assert after.triggers + after.removals == triggers + removals + came
    assert after.removals >= 0


@given(st.text(min_size=1, max_size=30), st.integers(-5, 10**6), st.integers(-5, 10**6))
def test_a_message_can_be_read_back(pool: str, triggers: int, removals: int) -> None:
    message = tally_message(pool, TallyCounts(triggers, removals), "run")
    found = read_tally_message(message)
    assert found is not None
    assert found[0] == TallyCounts(triggers, removals)
    subject = message.partition("\n")[0]
    assert subject == f"triggering build with pending triggers: {triggers}; pending removals: {removals}"
    assert read_tally_message(subject + "\n") == (TallyCounts(triggers, removals), None)


@pytest.mark.parametrize(
    "message",
    [
        "",
        'Revert "triggering build with pending triggers: 0; pending removals: 6"',
        "triggering build with pending triggers: x; pending removals: 6",
        "claiming: x\ntriggering build with pending triggers: 0; pending removals: 6",
    ],
)
def test_other_messages_are_no_tally(message: str) -> None:
    assert read_tally_message(message) is None


def test_from_scratch_each_free_lock_is_a_build() -> None:
    plan = plan_tally(record(None, None), TallyDemand(3), NOW)
    assert (plan.start, plan.tally, plan.problems, plan.is_written) == (3, TallyCounts(0, 3), (), True)
    assert plan_tally(record("1", None), TallyDemand(3, active=2), NOW).tally == TallyCounts(0, 3)
    assert plan_tally(record(None, "1"), TallyDemand(3, active=2), NOW).start == 1
    assert not plan_tally(record(None, None), TallyDemand(0), NOW).is_written


def test_triggers_are_started_up_to_the_limit() -> None:
    plan = plan_tally(record("5", "1"), TallyDemand(6, limit=2), NOW)
    assert (plan.start, plan.tally) == (2, TallyCounts(3, 3))
    assert not plan_tally(record("5", "1"), TallyDemand(6, limit=0), NOW).is_written
    assert plan_tally(record("5", "1"), TallyDemand(6, limit=-1), NOW).start == 0


def test_builds_are_lost_only_after_the_settling_time() -> None:
    too_early = datetime.fromtimestamp(NOW - SETTLED_AFTER + 1, UTC)
    assert plan_tally(record("0", "3", at=too_early), TallyDemand(3, active=1), NOW).start == 0
    plan = plan_tally(record("0", "3"), TallyDemand(3, active=1), NOW)
    assert (plan.start, plan.tally) == (2, TallyCounts(0, 3))
    assert "the tally counts 2 builds that cannot be found" in str(plan.problems[0])
    assert plan_tally(record("0", "3"), TallyDemand(3, active=None), NOW).start == 0
    assert plan_tally(record("0", "3"), TallyDemand(3, active=7), NOW).problems == ()


def test_removals_of_an_empty_pool_are_dropped() -> None:
    """Seen in a large repository: six expected claims, and an empty pool."""
    plan = plan_tally(record("0", "6"), TallyDemand(0, active=0), NOW)
    assert (plan.start, plan.tally, plan.is_written) == (0, TallyCounts(0, 0), True)
    assert len(plan.problems) == 1


def test_never_more_builds_than_locks() -> None:
    plan = plan_tally(record("9", "1"), TallyDemand(4), NOW)
    assert (plan.start, plan.tally, plan.is_written) == (3, TallyCounts(0, 4), True)
    assert "has drifted: 9 builds to start, and 3 free locks" in str(plan.problems[0])


@pytest.mark.parametrize(
    ("moves", "locks"),
    [
        (((FREE, CLAIMED), (CLAIMED, FREE)), 1),  # a person takes the lock and releases it
        (((FREE, CLAIMED), (None, FREE)), 1),  # a person takes it, and another one is added
        (((FREE, None), (None, FREE), (None, FREE)), 2),
    ],
)
def test_a_build_whose_lock_was_taken_gets_the_next_one(
    moves: tuple[tuple[State | None, State | None], ...], locks: int
) -> None:
    """The files no longer count the waiting build; Concourse lists it."""
    since = [move(f"commit {number}", *one, lock=f"lock {number}") for number, one in enumerate(moves)]
    plan = plan_tally(record("0", "1", *since), TallyDemand(locks, active=1), NOW)
    assert (plan.start, plan.tally, plan.is_written) == (locks - 1, TallyCounts(0, locks), True)
    assert ".pending-removals does not count 1 build already waiting for a lock" in str(plan.problems[0])
    told = record(str(plan.tally.triggers), str(plan.tally.removals))
    again = plan_tally(told, TallyDemand(locks, active=locks), NOW)
    assert (again.start, again.problems, again.is_written) == (0, (), False)


def test_uncounted_builds_replace_builds_to_start() -> None:
    """Builds started by hand or by Concourse are a problem only if fewer builds are started because of them."""
    assert plan_tally(record("2", "1"), TallyDemand(3, active=2), NOW).tally == TallyCounts(0, 3)
    assert plan_tally(record("2", "1"), TallyDemand(3, active=2), NOW).start == 1
    assert plan_tally(record("2", "1"), TallyDemand(3, active=9, limit=0), NOW).tally == TallyCounts(0, 3)
    for text, locks in (("0", 0), ("0", 1)):
        plan = plan_tally(record(text, str(locks)), TallyDemand(locks, active=4), NOW)
        assert (plan.start, plan.problems, plan.is_written) == (0, (), False)
    drifted = plan_tally(record("5", "0"), TallyDemand(2, active=1), NOW)
    assert (drifted.start, drifted.tally, len(drifted.problems)) == (1, TallyCounts(0, 2), 2)


def test_uncounted_locks_are_reported_and_left() -> None:
    plan = plan_tally(record("1", "1"), TallyDemand(4), NOW)
    assert plan.start == 1
    assert "2 of 4 free locks are not in the tally" in str(plan.problems[0])
    assert "delete .pending-triggers and .pending-removals" in str(plan.problems[0])
    assert not plan_tally(record("0", "2"), TallyDemand(4), NOW).is_written, "it would say the same again and again"


@pytest.mark.parametrize(
    ("triggers", "removals", "at", "words"),
    [
        ("x", "1", LONG_AGO, "is not a number"),
        ("-1", "1", LONG_AGO, "is negative, -1 builds to start and 1 expected claims"),
        ("1", "-1", LONG_AGO, "is negative"),
        ("1", "1", None, "no commit that wrote .pending-triggers was found"),
    ],
)
def test_an_unusable_tally_is_counted_from_scratch(
    triggers: str, removals: str, at: datetime | None, words: str
) -> None:
    plan = plan_tally(record(triggers, removals, at=at), TallyDemand(5, active=2), NOW)
    assert (plan.start, plan.tally, plan.is_written) == (3, TallyCounts(0, 5), True)
    assert words in str(plan.problems[0])


counts = st.none() | st.integers(-3, 12).map(str) | st.sampled_from(["", "x"])
steps = st.sampled_from([(None, FREE), (FREE, None), (FREE, CLAIMED), (CLAIMED, FREE), (None, CLAIMED)])


@given(
    counts,
    counts,
    st.lists(st.tuples(st.sampled_from("abcd"), steps), max_size=6),
    st.integers(0, 12),
    st.none() | st.integers(0, 12),
    st.none() | st.integers(-1, 12),
)
def test_a_plan_is_valid_for_any_tally(
    triggers: str | None,
    removals: str | None,
    changes: list[tuple[str, tuple[State | None, State | None]]],
    unclaimed: int,
    active: int | None,
    limit: int | None,
) -> None:
    moves = [move(commit, *step) for commit, step in changes]
    plan = plan_tally(record(triggers, removals, *moves), TallyDemand(unclaimed, active, limit), NOW)
    assert not plan.tally.is_negative
    assert 0 <= plan.start <= unclaimed
    assert limit is None or plan.start <= max(limit, 0)
    assert plan.start <= max(unclaimed - (active or 0), 0), "a build too many"
    assert plan.start == 0 or plan.is_written
    if plan.is_written:
        # Looked at once more there is nothing left to mend and no more to start than the limit held back.
        written = record(str(plan.tally.triggers), str(plan.tally.removals))
        again = plan_tally(written, TallyDemand(unclaimed, None if active is None else active + plan.start, 0), NOW)
        assert not again.is_written

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets which lock, and what is said to those who get none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import HoldEnd, read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.claim import hold_of, plan_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import Choice, LockRequest
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import ChangePlan, NotAvailable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import LockChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

from .lock_builders import (
    BUILD_URL,
    HOUR,
    NOW,
    RUN,
    by_build,
    claimed_path,
    claiming,
    held,
    lock_of,
    paths,
    request,
    snapshot,
    subjects,
)

FREE = ("aws/env-1", "aws/env-2", "aws/env-3")


def last_first(_snapshot: Snapshot, locks: Sequence[Lock], count: int) -> Sequence[Lock]:
    """A history in which the last lock has been free for the longest time."""
    return sorted(locks, key=lambda lock: lock.name, reverse=True)[: count + 1]


def plan(wanted: LockRequest, state: Snapshot, now: int = NOW) -> ChangePlan:
    return plan_claim(wanted, state, now, RUN, last_first)


def names(planned: ChangePlan) -> list[str]:
    return [lock.name for lock in planned.locks]


def refusal(wanted: LockRequest, state: Snapshot, now: int = NOW) -> str:
    with pytest.raises(NotAvailable) as refused:
        plan(wanted, state, now)
    return str(refused.value)


def test_a_lock_of_a_squashed_commit_with_two_owners_is_given_to_neither() -> None:
    both = held("bob", more="Held-By: ada\n")
    for owner in ("ada", "bob"):
        planned = plan(claiming(owner=owner), snapshot("aws/env-1", "aws/env-2", env_1=both))
        assert names(planned) == ["env-2"]
    assert "env-1 by ada and bob" in refusal(claiming(name="env-1"), snapshot("aws/env-1", env_1=both))


def test_a_free_lock_is_moved() -> None:
    planned = plan(claiming(name="env-2", reason="demo"), snapshot(*FREE))
    (change,) = planned.changes
    assert paths(change) == ("aws/unclaimed/env-2", claimed_path("env-2"))
    assert change.message.startswith(
        "claiming: env-2\n\nReason: demo\nHeld-By: ada\nHold-Until: 2026-09-21T18:13:20Z\n"
    )
    (lock,) = planned.locks
    assert (lock.state, lock.content, lock.claim) == (State.CLAIMED, lock_of(snapshot(*FREE), "env-2"), None)
    assert lock.hold == read_hold(change.message)


def test_a_second_run_changes_nothing() -> None:
    for until in (NOW + 4 * HOUR, NOW + 8 * HOUR, "never"):
        state = snapshot(*FREE, env_2=held("ada", until), env_3=held("bob"))
        planned = plan(claiming(), state)
        assert (planned.changes, names(planned)) == ((), ["env-2"])
        assert planned.locks[0].claim == state.claim(lock_of(state, "env-2"))
        assert planned.locks[0].hold == read_hold(held("ada", until).message)


def test_a_named_lock_is_claimed_in_addition() -> None:
    planned = plan(claiming(name="env-1"), snapshot(*FREE, env_2=held("ada")))
    assert subjects(planned.changes) == ["claiming: env-1"]


def test_the_claim_of_a_build_belongs_to_no_owner() -> None:
    state = snapshot("aws/env-1", env_1=by_build("env-1"))
    assert "env-1 by main/ci/deploy 12" in refusal(claiming(), state)


def test_owners_are_compared_exactly() -> None:
    state = snapshot("aws/env-1", env_1=held("ada"))
    for owner in ("Ada", "ada ", "ad", "adam"):
        assert "Held: env-1 by ada" in refusal(claiming(owner=owner), state)


def test_several_are_claimed_all_or_none() -> None:
    planned = plan(claiming(count=2, choose=Choice.NAME), snapshot(*FREE))
    assert subjects(planned.changes) == ["claiming: env-1", "claiming: env-2"]
    assert names(planned) == ["env-1", "env-2"]
    state = snapshot(*FREE, env_1=held("bob"), env_2=held("bob"))
    assert refusal(claiming(count=2), state).startswith(
        "Pool aws has 1 free lock: too few for count: 2, so none was claimed. Held: env-1 by bob since"
    )


def test_locks_that_the_owner_holds_count() -> None:
    state = snapshot(*FREE, env_3=held("ada"))
    planned = plan(claiming(count=2, choose=Choice.NAME), state)
    assert subjects(planned.changes) == ["claiming: env-1"]
    assert names(planned) == ["env-1", "env-3"]
    full = snapshot(*FREE, env_1=held("bob"), env_2=by_build("env-2"), env_3=held("ada"))
    words = refusal(claiming(count=3), full)
    assert words.startswith("Pool aws has 0 free locks, and ada holds 1: too few for count: 3, so none was claimed.")
    assert "env-3" not in words


def test_of_more_than_count_the_oldest_are_returned() -> None:
    claims: dict[str, Any] = {
        "env_1": held("ada", at=NOW - 1),
        "env_2": held("ada", at=NOW - 3),
        "env_3": held("ada", at=NOW - 2),
    }
    state = snapshot(*FREE, **claims)
    assert names(plan(claiming(), state)) == ["env-2"]
    assert names(plan(claiming(count=2), state)) == ["env-2", "env-3"]


def test_an_extension_does_not_change_which_lock_the_owner_gets() -> None:
    extended = held("ada", NOW + 9 * HOUR, at=NOW, more="Held-Since: 2026-09-20T00:00:00Z\n")
    state = snapshot("aws/env-1", "aws/env-2", env_1=held("ada", at=NOW - HOUR), env_2=extended)
    planned = plan(claiming(), state)
    assert (planned.changes, names(planned)) == ((), ["env-2"])


def test_locks_are_returned_by_name_whatever_was_chosen() -> None:
    many = [f"aws/env-{number}" for number in range(9)]
    for owner in "abcdefgh":
        planned = plan(claiming(owner=owner, count=4), snapshot(*many))
        assert names(planned) == sorted(names(planned))
        assert len(set(names(planned))) == 4


@pytest.mark.parametrize(("choose", "chosen"), [(Choice.NAME, "env-1"), (Choice.OLDEST_FREE, "env-3")])
def test_choices(choose: Choice, chosen: str) -> None:
    assert names(plan(claiming(choose=choose), snapshot(*FREE))) == [chosen]


def test_the_random_choice_depends_on_owner_and_commit_only() -> None:
    state = snapshot(*FREE)
    chosen = {owner: names(plan(claiming(owner=owner), state))[0] for owner in map(str, range(40))}
    assert set(chosen.values()) == {"env-1", "env-2", "env-3"}
    assert chosen == {owner: names(plan(claiming(owner=owner), state))[0] for owner in chosen}


def test_no_choice_reads_the_history_in_vain() -> None:
    def fail(_snapshot: Snapshot, _locks: Sequence[Lock], _count: int) -> Sequence[Lock]:
        raise AssertionError("not needed")

    state = snapshot(*FREE, env_1=held("ada"), env_2=held("bob"))
    oldest = claiming(choose=Choice.OLDEST_FREE)
    assert names(plan_claim(oldest, state, NOW, RUN, fail)) == ["env-1"], "the owner has one"
    assert names(plan_claim(claiming(owner="eve", choose=Choice.OLDEST_FREE), state, NOW, RUN, fail)) == ["env-3"]


def test_a_later_end_extends_without_a_moment_of_freedom() -> None:
    claim = held("ada", NOW + HOUR, at=NOW - HOUR, more="Reason: demo\n")
    state = snapshot("aws/env-1", env_1=claim)
    lock = lock_of(state, "env-1")
    planned = plan(claiming(), state)
    removed, added = planned.changes
    assert isinstance(removed, LockChange)
    assert isinstance(added, LockChange)
    assert paths(removed) == (claimed_path("env-1"), None)
    assert (paths(added), added.content) == ((None, claimed_path("env-1")), lock)
    assert subjects(planned.changes) == ["removing: env-1", "adding claimed: env-1"]
    assert f"\nHolder: ada\nClaim-Commit: {claim.commit}\n" in removed.message
    hold = read_hold(added.message)
    assert (hold.owner, hold.reason, hold.until, hold.since) == ("ada", "demo", NOW + 4 * HOUR, NOW - HOUR)
    (extended,) = planned.locks
    assert (extended.hold, extended.was, extended.claim) == (hold, read_hold(claim.message), None)
    assert (extended.pool, extended.content) == ("aws", lock)


def test_a_second_extension_keeps_the_first_time_and_takes_a_new_reason() -> None:
    claim = held("ada", NOW + HOUR, more="Reason: demo\nHeld-Since: 2026-09-20T00:00:00Z\n")
    planned = plan(claiming(reason="repair"), snapshot("aws/env-1", env_1=claim))
    assert "Reason: repair\n" in planned.changes[1].message
    assert "Held-Since: 2026-09-20T00:00:00Z\n" in planned.changes[1].message


def test_an_expired_hold_is_extended_by_its_owner_only() -> None:
    state = snapshot("aws/env-1", env_1=held("ada", NOW - HOUR))
    assert subjects(plan(claiming(), state).changes) == ["removing: env-1", "adding claimed: env-1"]
    assert "Held: env-1 by ada" in refusal(claiming(owner="bob"), state)


def test_a_time_that_passes_during_the_wait_is_no_end() -> None:
    wanted = claiming(until=Until(at=NOW + HOUR))
    assert names(plan(wanted, snapshot("aws/env-1"), NOW + HOUR - 1)) == ["env-1"]
    with pytest.raises(BadOption, match=r"^until: 2026-09-21T15:13:20Z has passed"):
        plan(wanted, snapshot("aws/env-1"), NOW + HOUR)
    held_until = snapshot("aws/env-1", env_1=held("ada", NOW + HOUR))
    assert plan(wanted, held_until, NOW + 2 * HOUR).changes == (), "a second run changes nothing"


@pytest.mark.parametrize("place", ["aws/claimed", "aws/claimed/env-1"])
def test_an_obstacle_is_not_overwritten(place: str) -> None:
    words = refusal(claiming(), snapshot("aws/env-1", obstacles=(place,)))
    assert words == (
        "Pool aws has no free lock. aws/unclaimed/env-1 cannot be claimed: something that is not a lock is in the way"
        " in claimed/; move it elsewhere."
    )
    assert refusal(claiming(name="env-1"), snapshot("aws/env-1", obstacles=(place,))).startswith(
        "Lock aws/env-1 is not free. aws/unclaimed/env-1 cannot be claimed"
    )


def test_a_lock_in_both_states_is_not_free() -> None:
    state = snapshot("aws/env-1", twice=("env-1",), env_1=by_build("env-1"))
    assert "is not free. Held: env-1 by main/ci/deploy 12" in refusal(claiming(name="env-1"), state)


def test_at_most_ten_holders_are_named() -> None:
    many = [f"aws/env-{number}" for number in range(12)]
    claims: dict[str, Any] = {f"env_{number}": held("bob") for number in range(12)}
    state = snapshot(*many, **claims)
    words = refusal(claiming(), state)
    assert words.startswith("Pool aws has no free lock. Held: env-0 by bob since ")
    assert words.count("Z; env-") == 9
    assert words.count("by bob") == 10
    assert words.endswith(" and 2 more.")


def test_the_locks_to_wait_for_are_those_of_others() -> None:
    state = snapshot(*FREE, env_1=held("ada"), env_2=held("bob"), env_3=by_build("env-3"))
    with pytest.raises(NotAvailable) as refused:
        plan(claiming(count=2), state)
    assert [lock.name for lock in refused.value.locks] == ["env-2", "env-3"]
    assert BUILD_URL not in str(refused.value)


@pytest.mark.parametrize(
    ("wanted", "state", "words"),
    [
        (claiming(pool="gcp"), snapshot(*FREE), "^pool: the repository has no pool gcp. It has: aws, broken.$"),
        (claiming(), Snapshot("c", "main"), "^pool: the repository has no pool aws. It has none.$"),
        (claiming(name="env-9"), snapshot(*FREE), "has no lock env-9. It has: env-1, env-2, env-3.$"),
        (claiming(name="env-9"), snapshot(), "^name: pool aws has no lock env-9. It has no lock.$"),
        (claiming(), snapshot(), "^Pool aws has no lock; add one with state: present.$"),
        (claiming(count=4), snapshot(*FREE), "^count is 4, but pool aws has 3 locks in all.$"),
        (claiming(name="caf\u00e9"), snapshot("aws/caf\u00e9", "aws/cafe\u0301"), None),
    ],
)
def test_what_no_wait_can_mend(wanted: LockRequest, state: Snapshot, words: str | None) -> None:
    if words is None:
        assert names(plan(wanted, state)) == ["caf\u00e9"], "the same characters win"
        return
    with pytest.raises(BadOption, match=words):
        plan(wanted, state)


def test_names_that_a_person_cannot_type() -> None:
    state = snapshot("aws/x\udcff", "aws/cafe\u0301")
    assert names(plan(claiming(name="x\\xff"), state)) == ["x\udcff"]
    assert names(plan(claiming(name="caf\u00e9"), state)) == ["cafe\u0301"]


def test_a_name_of_any_bytes_can_be_chosen_at_random() -> None:
    state = snapshot("aws/x\udcff", "aws/y\udcff")
    chosen = {names(plan(claiming(owner=owner), state))[0] for owner in map(str, range(20))}
    assert chosen == {"x\udcff", "y\udcff"}


# The same letter in three compositions.
GIVEN, FIRST, SECOND = "\u1e69", "\u1e63\u0307", "\u1e61\u0323"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (claiming(name=GIVEN), "^name: .* is the name of 2 locks, which differ only"),
        (claiming(pool=GIVEN), "^pool: .* is the name of 2 pools, which differ only"),
    ],
)
def test_names_that_several_locks_or_pools_have_are_refused(wanted: LockRequest, words: str) -> None:
    state = snapshot(f"aws/{FIRST}", f"aws/{SECOND}", f"{FIRST}/a", f"{SECOND}/a")
    with pytest.raises(BadOption, match=words):
        plan(wanted, state)


def test_many_unknown_names_are_cut() -> None:
    with pytest.raises(BadOption, match=r"env-28, env-29 and 10 more\.$"):
        plan(claiming(name="x"), snapshot(*[f"aws/env-{number}" for number in range(10, 40)]))


def test_a_hold_needs_owner_and_end() -> None:
    for wanted in (request("claimed", owner="ada"), claiming(owner=None)):
        with pytest.raises(BadOption, match=r"^A claim needs owner and until.$"):
            hold_of(wanted, NOW)


def test_never() -> None:
    hold, until = hold_of(claiming(until=Until()), NOW)
    assert (hold.end, hold.until, until) == (HoldEnd.NEVER, None, "never")


def test_a_persons_claim_without_an_end_is_kept_as_it_is() -> None:
    claim = Claim("d" * 40, NOW, "Ada", "claiming: env-1\n\nHeld-By: ada\n")
    planned = plan(claiming(), snapshot("aws/env-1", env_1=claim))
    assert (planned.changes, names(planned)) == ((), ["env-1"])

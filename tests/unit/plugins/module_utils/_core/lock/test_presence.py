# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that are added, updated and removed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import LockRequest
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import (
    ChangePlan,
    LockRefused,
    NotAvailable,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.presence import plan_absence, plan_presence
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import LockChange, PoolChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

from .lock_builders import (
    FOUR_HOURS,
    NOW,
    RUN,
    by_build,
    held,
    lock_of,
    paths,
    request,
    snapshot,
    subjects,
)

STATE = snapshot("aws/env-1", "aws/env-2", env_2=held("bob"))


def present(**options: Any) -> LockRequest:
    return request("present", **{"name": "env-9", **options})


def plan(wanted: LockRequest, state: Snapshot = STATE, *, same: bool = False) -> ChangePlan:
    return plan_presence(wanted, state, NOW, RUN, lambda _snapshot, _lock: same)


def remove(name: str, state: Snapshot = STATE, **options: Any) -> ChangePlan:
    return plan_absence(request("absent", name=name, **options), state, RUN)


@pytest.mark.parametrize(("content", "written"), [(None, b""), (b"", b""), (b"x\n", b"x\n")])
def test_a_missing_lock_is_added(content: bytes | None, written: bytes) -> None:
    planned = plan(present(content=content))
    (change,) = planned.changes
    assert isinstance(change, LockChange)
    assert (paths(change), change.content) == ((None, "aws/unclaimed/env-9"), written)
    assert change.message.startswith("adding unclaimed: env-9\n\nChanged-By: ")
    (lock,) = planned.locks
    assert (lock.state, lock.content, lock.hold) == (State.UNCLAIMED, written, None)


def test_a_new_lock_can_be_claimed_at_once() -> None:
    planned = plan(present(claimed=True, owner="ada", until=FOUR_HOURS))
    (change,) = planned.changes
    assert paths(change) == (None, "aws/claimed/env-9")
    assert change.message.startswith("adding claimed: env-9\n\nHeld-By: ada\nHold-Until: 2026-09-21T18:13:20Z\n")
    assert planned.locks[0].hold == read_hold(change.message)


@pytest.mark.parametrize("name", ["env-1", "env-2"])
def test_a_lock_that_is_there_stays_as_it_is(name: str) -> None:
    for wanted in (present(name=name), present(name=name, claimed=True, owner="ada", until=FOUR_HOURS)):
        planned = plan(wanted)
        assert planned.changes == ()
        assert planned.locks[0].content == lock_of(STATE, name)
    same = plan(present(name=name, content=b"x"), same=True)
    assert same.changes == ()
    assert (same.locks[0].claim is None) is (name == "env-1")


def test_a_free_lock_is_updated() -> None:
    planned = plan(present(name="env-1", content=b"new", owner="ada", reason="moved"))
    (change,) = planned.changes
    assert isinstance(change, LockChange)
    assert paths(change) == ("aws/unclaimed/env-1", "aws/unclaimed/env-1")
    assert (change.content, planned.locks[0].content) == (b"new", b"new")
    assert planned.locks[0].state is State.UNCLAIMED
    assert change.message.startswith("updating: env-1\n\nReason: moved\n")


def test_a_claimed_lock_is_updated_once_it_is_free() -> None:
    with pytest.raises(NotAvailable) as refused:
        plan(present(name="env-2", content=b"new"))
    assert str(refused.value).startswith(
        "The content of lock aws/env-2 can be updated only while the lock is free. It is held by bob since 2026-"
    )
    assert refused.value.locks == (lock_of(STATE, "env-2"),)


def test_a_new_pool() -> None:
    planned = plan(present(pool="cf/fresh", create_pool=True))
    pool, lock = planned.changes
    assert pool == PoolChange("cf/fresh", "create pool cf/fresh\n")
    assert paths(lock) == (None, "cf/fresh/unclaimed/env-9")
    assert planned.locks[0].pool == "cf/fresh"


def test_the_first_lock_of_a_new_pool_can_be_claimed_at_once() -> None:
    planned = plan(present(pool="new", create_pool=True, claimed=True, owner="ada", until=FOUR_HOURS))
    assert "Hold-Until: 2026-09-21T18:13:20Z\n" in planned.changes[1].message


def test_a_pool_with_two_spellings_is_refused() -> None:
    state = snapshot("\u1e63\u0307/a", "\u1e61\u0323/a")
    with pytest.raises(BadOption, match=r"^pool: .* is the name of 2 pools, which differ only"):
        plan(present(pool="\u1e69"), state)


def test_a_pool_is_not_created_twice_or_unasked() -> None:
    assert subjects(plan(present(create_pool=True)).changes) == ["adding unclaimed: env-9"]
    with pytest.raises(BadOption, match=r"^pool: the repository has no pool gcp. It has: aws, broken.$"):
        plan(present(pool="gcp"))
    with pytest.raises(BadOption, match="cannot be the name of a pool"):
        plan(present(pool="aws/claimed", create_pool=True))


@pytest.mark.parametrize("place", ["unclaimed", "unclaimed/env-9", "claimed", "claimed/env-9"])
@pytest.mark.parametrize("claimed", [False, True])
def test_nothing_is_overwritten(place: str, claimed: bool) -> None:
    wanted = present(claimed=claimed, owner="ada", until=FOUR_HOURS)
    state = snapshot("aws/env-1", obstacles=(f"aws/{place}",))
    if place.startswith("claimed") is claimed:
        with pytest.raises(LockRefused, match=f"^aws/{place} is in the way of the lock and is not one; move it elsewh"):
            plan(wanted, state)
    else:
        assert len(plan(wanted, state).changes) == 1


def test_a_free_lock_is_removed() -> None:
    planned = remove("env-1")
    (change,) = planned.changes
    assert paths(change) == ("aws/unclaimed/env-1", None)
    assert change.message.startswith("removing: env-1\n\nChanged-By: ")
    assert "Holder" not in change.message
    assert (planned.locks[0].state, planned.locks[0].content) == (None, lock_of(STATE, "env-1"))


def test_a_missing_lock_is_not_an_error() -> None:
    planned = remove("env-9")
    assert (planned.changes, planned.locks[0].state) == ((), None)


@pytest.mark.parametrize("options", [{"owner": "bob"}, {"claim_commit": held("bob").commit[:7]}])
def test_a_claimed_lock_is_removed_by_its_owner_or_by_its_claim(options: dict[str, Any]) -> None:
    planned = remove("env-2", **options)
    assert paths(planned.changes[0]) == ("aws/claimed/env-2", None)
    assert f"Holder: bob\nClaim-Commit: {held('bob').commit}\n" in planned.changes[0].message
    assert planned.locks[0].was == read_hold(held("bob").message)


@pytest.mark.parametrize("options", [{}, {"owner": "ada"}, {"claim_commit": "c0ffee1"}])
def test_the_lock_of_another_holder_is_not_removed(options: dict[str, Any]) -> None:
    for state in (STATE, snapshot("aws/env-2", env_2=by_build("env-2"))):
        with pytest.raises(LockRefused, match="Lock aws/env-2 is held by"):
            remove("env-2", state, **options)


def test_neither_of_two_files_is_removed() -> None:
    with pytest.raises(
        LockRefused,
        match=r"^Lock aws/env-1 is both claimed and unclaimed: find out which file is right, and remove the other",
    ):
        remove("env-1", snapshot("aws/env-1", twice=("env-1",), env_1=held("ada")), owner="ada")


def test_a_name_is_needed() -> None:
    with pytest.raises(BadOption, match=r"^name is missing.$"):
        plan(present(name=None))
    with pytest.raises(BadOption, match=r"^pool: the repository has no pool gcp"):
        remove("env-1", pool="gcp")

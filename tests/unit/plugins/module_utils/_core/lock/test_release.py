# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may release a lock, and where it goes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import LockRequest
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import ChangePlan, LockRefused
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.release import plan_release
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

from .lock_builders import BUILD_URL, RUN, by_build, held, lock_of, paths, request, snapshot, subjects

HELD = snapshot("aws/env-1", "aws/env-2", "aws/env-3", env_1=held("ada"), env_2=held("bob"))


def releasing(**options: Any) -> LockRequest:
    return request("unclaimed", **{"owner": "ada", **options})


def plan(wanted: LockRequest, state: Snapshot = HELD) -> ChangePlan:
    return plan_release(wanted, state, RUN)


def refusal(wanted: LockRequest, state: Snapshot = HELD) -> str:
    with pytest.raises(LockRefused) as refused:
        plan(wanted, state)
    return str(refused.value)


@pytest.mark.parametrize("name", [None, "all", "env-1"])
def test_the_owners_lock(name: str | None) -> None:
    planned = plan(releasing(name=name, reason="done"))
    (change,) = planned.changes
    assert paths(change) == ("aws/claimed/env-1", "aws/unclaimed/env-1")
    assert change.message == (
        "unclaiming: env-1\n\nReason: done\nChanged-By: poolboy.concourse.concourse_pool_lock\nOwner: ada\n"
        f"Holder: ada\nClaim-Commit: {held('ada').commit}\nChange-Run: {RUN}\n"
    )
    (lock,) = planned.locks
    assert (lock.pool, lock.state, lock.hold, lock.was) == (
        "aws",
        State.UNCLAIMED,
        None,
        read_hold(held("ada").message),
    )


@pytest.mark.parametrize(
    "wanted", [releasing(owner="eve"), releasing(owner="eve", name="all"), releasing(name="env-3")]
)
def test_nothing_to_release_is_no_error(wanted: LockRequest) -> None:
    planned = plan(wanted)
    assert planned.changes == ()
    assert [lock.name for lock in planned.locks] == ([wanted.name] if wanted.name == "env-3" else [])


def test_several_need_a_name() -> None:
    state = snapshot("aws/env-1", "aws/env-2", "aws/env-3", env_1=held("ada"), env_2=held("ada"), env_3=held("bob"))
    assert refusal(releasing(), state) == (
        "ada holds several locks of pool aws: env-1, env-2. Name one of them in name, or all of them as name: all."
    )
    assert subjects(plan(releasing(name="all"), state).changes) == ["unclaiming: env-1", "unclaiming: env-2"]
    assert subjects(plan(releasing(name="env-2"), state).changes) == ["unclaiming: env-2"]


def test_a_lock_that_is_called_all() -> None:
    state = snapshot("aws/all", "aws/env-1", all=held("ada"), env_1=held("ada"))
    assert subjects(plan(releasing(name="all"), state).changes) == ["unclaiming: all"]


@pytest.mark.parametrize("owner", [None, "ada", "bo", "bobby"])
def test_the_lock_of_another_holder_is_refused(owner: str | None) -> None:
    commit = held("bob").commit[:8]
    words = refusal(releasing(name="env-2", owner=owner))
    assert words.startswith("Lock aws/env-2 is held by bob since 2026-09-21T14:13:20Z until 2026-09-21T18:13:20Z. To")
    assert f"set claim_commit to '{commit}', or run: ansible-playbook poolboy.concourse.release" in words


def test_the_lock_of_a_build_is_refused_without_an_owner_of_its_own() -> None:
    state = snapshot("aws/env-1", env_1=by_build("env-1"))
    for owner in (None, "", "ada"):
        assert "held by main/ci/deploy 12" in refusal(releasing(name="env-1", owner=owner), state)
    assert plan(releasing(), state).changes == ()


@pytest.mark.parametrize("digits", [7, 8, 40])
def test_the_claim_commit_releases_the_lock_of_anybody(digits: int) -> None:
    commit = held("bob").commit
    (change,) = plan(releasing(name="env-2", owner=None, claim_commit=commit[:digits])).changes
    assert f"Holder: bob\nClaim-Commit: {commit}\n" in change.message
    state = snapshot("aws/env-1", env_1=by_build("env-1"))
    (change,) = plan(releasing(name="env-1", claim_commit="b" * digits), state).changes
    assert f"Owner: ada\nHolder: {BUILD_URL}\n" in change.message


def test_a_claim_that_is_over_releases_nothing() -> None:
    words = refusal(releasing(name="env-2", claim_commit=held("ada").commit[:8]))
    assert words.startswith(
        f"Lock aws/env-2 is not claimed by commit {held('ada').commit[:8]}. Lock aws/env-2 is held by bob"
    )
    assert "is not claimed by commit c0ffee1. " in refusal(releasing(name="env-1", claim_commit="c0ffee1")), (
        "not even that of the owner"
    )
    assert plan(releasing(name="env-3", claim_commit="c0ffee1")).changes == (), "the lock is free"


def test_a_lock_moves_to_another_pool() -> None:
    planned = plan(releasing(release_to="broken"))
    assert paths(planned.changes[0]) == ("aws/claimed/env-1", "broken/unclaimed/env-1")
    assert [(lock.pool, lock.state) for lock in planned.locks] == [("broken", State.UNCLAIMED)]


@pytest.mark.parametrize("claims", [{}, {"env_1": held("bob")}])
def test_a_lock_that_has_moved_is_not_an_error(claims: dict[str, Any]) -> None:
    state = snapshot("aws/env-2", "broken/env-1", **claims)
    planned = plan(releasing(name="env-1", release_to="broken"), state)
    assert planned.changes == ()
    (lock,) = planned.locks
    assert (lock.pool, lock.state) == ("broken", lock_of(state, "env-1").state)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (releasing(pool="gcp"), "^pool: the repository has no pool gcp"),
        (releasing(release_to="gcp"), "^release_to: the repository has no pool gcp. It has: aws, broken.$"),
        (releasing(release_to="aws"), "^release_to: pool aws would release into itself; name another pool.$"),
        (releasing(name="env-9"), "^name: pool aws has no lock env-9. It has: env-1, env-2, env-3.$"),
        (releasing(name="env-9", release_to="broken"), "^name: pool aws has no lock env-9"),
    ],
)
def test_unknown_names(wanted: LockRequest, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        plan(wanted)


def test_no_lock_is_overwritten() -> None:
    state = snapshot("aws/env-1", twice=("env-1",), env_1=held("ada"))
    assert refusal(releasing(), state) == (
        "Lock aws/env-1 cannot be released: pool aws has a lock of this name in unclaimed/ already. Find out which file"
        " is right, and remove the other."
    )
    both = snapshot("aws/env-1", "broken/env-1", env_1=held("ada"))
    for name in (None, "env-1"):
        assert "pool broken has a lock of this name" in refusal(releasing(name=name, release_to="broken"), both)


@pytest.mark.parametrize("place", ["aws/unclaimed", "aws/unclaimed/env-1"])
def test_nothing_else_is_overwritten(place: str) -> None:
    state = snapshot("aws/env-1", obstacles=(place,), env_1=held("ada"))
    assert refusal(releasing(), state) == (
        f"Lock aws/env-1 cannot be released: {place} is in the way and is not a lock; move it elsewhere."
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each state of concourse_pool_lock as a user has it, and what it writes for pool resources to read."""

from __future__ import annotations

from typing import Any

import pytest

from ...lockrepo import File, LockRepository
from ..clean.reading import changes_of, commits_since, files, lock_that_get_finds, locks_in, subjects, tip
from ..running import refusal
from .holding import CLAIM, LATER, MUCH_LATER, SOON, Lock, held, result, unchanged

FREE = {"owner": None, "reason": None, "until": None, "commit": None}


def names(values: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in values]


def test_claim_any_lock(lock: Lock, locks: LockRepository) -> None:
    base, before = tip(locks.path), files(locks.path)
    run = lock(**CLAIM, reason="tests of\n release  1.2.0")
    name = run.values["lock"]["name"]
    assert run.values["changed"] is True
    assert run.values["lock"] == {
        "pool": "aws",
        "name": name,
        "state": "claimed",
        "content": f"name: {name}\n",
        "data": {"name": name},
        "owner": "ada",
        "reason": "tests of release 1.2.0",
        "until": LATER,
        "commit": tip(locks.path),
    }
    assert run.values["locks"] == [run.values["lock"]]
    (commit,) = commits_since(locks.path, base)
    assert commit.message.split("\n")[:2] == [f"claiming: {name}", ""]
    assert {key: commit.trailers[key] for key in ("Reason", "Held-By", "Hold-Until")} == {
        "Reason": "tests of release 1.2.0",
        "Held-By": "ada",
        "Hold-Until": LATER,
    }
    assert lock_that_get_finds(locks.path, commit.sha, "aws") == name
    moved = {f"aws/unclaimed/{name}": f"aws/claimed/{name}"}
    assert files(locks.path) == {moved.get(path, path): about for path, about in before.items()}


def test_the_same_owner_gets_the_same_lock(lock: Lock, locks: LockRepository) -> None:
    first, base = lock(**CLAIM), tip(locks.path)
    again = lock(**CLAIM)
    assert result(again) == unchanged(first)
    assert tip(locks.path) == base
    other = lock(**{**CLAIM, "owner": "ann"})
    assert other.values["changed"] is True
    assert other.values["lock"]["name"] != first.values["lock"]["name"]


def test_claim_a_named_lock(lock: Lock, locks: LockRepository) -> None:
    assert lock(**CLAIM, name="env-2").values["lock"]["name"] == "env-2"
    assert locks_in(files(locks.path))["aws/env-2"] == {"claimed"}


@pytest.mark.parametrize(("choose", "name"), [("name", "env-1"), ("oldest_free", "env-2")])
def test_choose_a_lock(lock: Lock, locks: LockRepository, choose: str, name: str) -> None:
    for one in ("env-3", "env-1"):
        locks.claim("aws", one)
        locks.release("aws", one)
    assert lock(**CLAIM, choose=choose).values["lock"]["name"] == name


def test_claim_several_locks_in_one_push(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    log = locks.path / "pushes"
    hook = locks.path / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncat >> {log}\n")
    hook.chmod(0o755)
    run = lock(**CLAIM, count=2)
    assert run.values["lock"] is None
    claimed = {f"claiming: {one['name']}": one["commit"] for one in run.values["locks"]}
    assert {one.message.partition("\n")[0]: one.sha for one in commits_since(locks.path, base)} == claimed
    assert len(claimed) == 2
    assert log.read_text().split()[:2] == [base, tip(locks.path)]
    again = lock(**CLAIM, count=2)
    assert again.values["changed"] is False
    assert result(again) == unchanged(run)
    more = lock(**CLAIM, count=3)
    assert set(names(run.values["locks"])) < set(names(more.values["locks"]))
    assert len(subjects(locks.path, base)) == 3


def test_extend_a_hold(lock: Lock, locks: LockRepository) -> None:
    locks.add("aws", "tool", entry=File(b"\x00\xff", executable=True))
    first = lock(**CLAIM, name="tool", reason="kernel upgrade")
    claimed, before = tip(locks.path), files(locks.path)
    run = lock(**{**CLAIM, "until": MUCH_LATER}, name="tool")
    assert run.values["changed"] is True
    longer = run.values["lock"]
    assert (longer["until"], longer["reason"], longer["commit"]) == (MUCH_LATER, "kernel upgrade", tip(locks.path))
    removed, added = commits_since(locks.path, claimed)
    assert [one.message.partition("\n")[0] for one in (removed, added)] == ["removing: tool", "adding claimed: tool"]
    assert [status for status, _mode, _path in changes_of(locks.path, removed.sha)] == ["D"]
    assert [(status, path) for status, _mode, path in changes_of(locks.path, added.sha)] == [("A", "aws/claimed/tool")]
    assert files(locks.path) == before, "content and mode are kept"
    assert removed.trailers["Claim-Commit"] == first.values["lock"]["commit"]
    assert {"Held-By", "Held-Since", "Hold-Until"} <= added.trailers.keys()
    assert result(lock(**{**CLAIM, "until": SOON}, name="tool")) == unchanged(run)


def test_a_second_extension_keeps_the_first_time(lock: Lock, locks: LockRepository) -> None:
    lock(**{**CLAIM, "until": SOON}, name="env-1")
    since = []
    for until in (LATER, MUCH_LATER):
        lock(**{**CLAIM, "until": until}, name="env-1")
        since.append(commits_since(locks.path, f"{tip(locks.path)}~1")[0].trailers["Held-Since"])
    assert since[0] == since[1]


def test_a_span_that_is_given_again_extends_nothing(lock: Lock, locks: LockRepository) -> None:
    first, base = lock(**{**CLAIM, "until": "4h"}), tip(locks.path)
    assert result(lock(**{**CLAIM, "until": "4h"})) == unchanged(first)
    assert tip(locks.path) == base


def test_give_the_only_lock_back(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    run = lock(state="unclaimed", owner="bob", reason="done")
    assert run.values["lock"] == {
        "pool": "aws",
        "name": "env-4",
        "state": "unclaimed",
        "content": "name: env-4\n",
        "data": {"name": "env-4"},
        **FREE,
    }
    (commit,) = commits_since(locks.path, base)
    assert commit.message.startswith("unclaiming: env-4\n\n")
    assert (commit.trailers["Reason"], commit.trailers["Holder"]) == ("done", "bob")
    assert lock_that_get_finds(locks.path, commit.sha, "aws") == "env-4"
    assert result(lock(state="unclaimed", owner="bob")) == {"changed": False, "locks": [], "lock": None}


def test_give_several_locks_back(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    message = refusal(lock(state="unclaimed", owner="eve"))
    assert "eve holds several locks of pool aws: env-5, env-6." in message
    assert "name: all" in message
    assert tip(locks.path) == base
    assert names(lock(state="unclaimed", owner="eve", name="env-6").values["locks"]) == ["env-6"]
    assert lock(**{**CLAIM, "owner": "eve"}, count=2).values["changed"] is True
    run = lock(state="unclaimed", owner="eve", name="all")
    assert len(run.values["locks"]) == 2
    assert sum(found == {"claimed"} for found in locks_in(files(locks.path)).values()) == 2, (
        "those of bob and of the build"
    )


def test_release_the_lock_of_another_holder(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    message = refusal(lock(state="unclaimed", owner="ada", name="env-7"))
    assert "env-7 is held by main/deploy/claim 7 since" in message
    assert f"claim_commit to '{base[:8]}" in message
    assert refusal(lock(state="unclaimed", name="env-7", claim_commit="0123456")).startswith(
        "Lock aws/env-7 is not claimed by commit 0123456. "
    )
    assert tip(locks.path) == base
    assert lock(state="unclaimed", name="env-7", claim_commit=base[:8]).values["lock"]["state"] == "unclaimed"
    assert locks_in(files(locks.path))["aws/env-7"] == {"unclaimed"}


def test_release_to_another_pool(lock: Lock, locks: LockRepository) -> None:
    base = tip(locks.path)
    run = lock(state="unclaimed", owner="bob", release_to="sick")
    assert (run.values["lock"]["pool"], run.values["lock"]["state"]) == ("sick", "unclaimed")
    assert locks_in(files(locks.path))["sick/env-4"] == {"unclaimed"}
    (commit,) = commits_since(locks.path, base)
    assert lock_that_get_finds(locks.path, commit.sha, "sick") == "env-4"


def test_the_hold_of_a_person_is_as_good_as_one_of_the_module(lock: Lock, locks: LockRepository) -> None:
    locks.claim("aws", "env-1", message=held("env-1", "ada", "2999-01-01T00:00:00+02:00"))
    run = lock(**CLAIM)
    assert (run.values["changed"], run.values["lock"]["name"]) == (False, "env-1")
    assert run.values["lock"]["until"] == "2998-12-31T22:00:00Z"

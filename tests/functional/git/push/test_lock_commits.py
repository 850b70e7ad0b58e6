# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commits that change locks: each changes one file, and the next run knows what they did without a fetch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import Choice
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot, WantedPools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.lock_store import GitLockStore
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, expected_claims, grow
from ansible_collections.poolboy.concourse.tests.functional.git.push.lock_changes import carry_out, open_store
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import commits_since, is_whole
from ansible_collections.poolboy.concourse.tests.lockrepo import Entry, File, LockRepository, Symlink
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

NEVER = Until()
ENTRIES: list[tuple[Entry, str]] = [
    (File(b"\0\xff x\n"), "100644"),
    (File("#!/bin/sh\n", executable=True), "100755"),
    (Symlink("../../etc/passwd"), "120000"),
]


@pytest.fixture
def store(locks: LockRepository, look: Look) -> Iterator[GitLockStore]:
    with open_store(locks.path, look.cache_dir) as store:
        yield store


def file(locks: LockRepository, path: str) -> tuple[str, str]:
    """The mode and the object of a file."""
    entry = locks.tree()[path.encode()]
    return entry.mode, entry.name


def check_prediction(locks: LockRepository, look: Look, store: GitLockStore) -> Snapshot:
    """Check that the state after a push is known as a new run with an empty cache reads it, and as git says."""
    predicted = store._writer._pushed
    assert predicted is not None
    afresh = Look(look.cache_dir.with_name(f"cache of {predicted.commit[:8]}"))(locks.path)
    assert predicted == afresh == store.latest() == look(locks.path)
    assert {path: claim.commit for path, claim in predicted.claims.items()} == expected_claims(locks)
    assert is_whole(locks)
    return predicted


@pytest.mark.parametrize(("entry", "mode"), ENTRIES)
def test_a_claim_and_a_release_keep_content_and_mode(
    locks: LockRepository, look: Look, store: GitLockStore, entry: Entry, mode: str
) -> None:
    base = locks.add("aws", "env-3", entry=entry)
    before = file(locks, "aws/unclaimed/env-3")
    run = carry_out(store, "claimed", "env-3", reason="demo")
    after = check_prediction(locks, look, store)
    (commit,) = commits_since(locks, base)
    assert commit.changes == ("A aws/claimed/env-3", "D aws/unclaimed/env-3")
    assert file(locks, "aws/claimed/env-3") == before
    assert before[0] == mode
    claim = after.claims["aws/claimed/env-3"]
    assert (claim.commit, read_hold(claim.message)) == (locks.tip(), run.plan.locks[0].hold)
    carry_out(store, "unclaimed", "env-3")
    check_prediction(locks, look, store)
    assert commits_since(locks, base)[1].changes == ("D aws/claimed/env-3", "A aws/unclaimed/env-3")
    assert file(locks, "aws/unclaimed/env-3") == before


@pytest.mark.parametrize(("entry", "mode"), ENTRIES)
def test_an_extension_keeps_content_and_mode_and_never_frees_the_lock(
    locks: LockRepository, look: Look, store: GitLockStore, entry: Entry, mode: str
) -> None:
    locks.add("aws", "env-3", entry=entry)
    carry_out(store, "claimed", "env-3")
    base = locks.tip() or ""
    before = file(locks, "aws/claimed/env-3")
    carry_out(store, "claimed", "env-3", until=NEVER)
    after = check_prediction(locks, look, store)
    removed, added = commits_since(locks, base)
    assert (removed.changes, added.changes) == (("D aws/claimed/env-3",), ("A aws/claimed/env-3",))
    assert removed.message.startswith("removing: env-3\n")
    assert added.message.startswith("adding claimed: env-3\n")
    assert file(locks, "aws/claimed/env-3") == before
    assert before[0] == mode
    assert after.claims["aws/claimed/env-3"].commit == locks.tip()
    carry_out(store, "claimed", "env-3", until=NEVER)
    assert locks.tip() == after.commit, "a second run changes nothing"


def test_several_claims_go_out_in_one_push(locks: LockRepository, look: Look, store: GitLockStore) -> None:
    base = locks.add("aws", "env-3")
    carry_out(store, "claimed", count=2)
    check_prediction(locks, look, store)
    assert [commit.message.partition("\n")[0] for commit in commits_since(locks, base)] == [
        "claiming: env-2",
        "claiming: env-3",
    ]


def test_a_lock_is_added_and_updated_and_removed(locks: LockRepository, look: Look, store: GitLockStore) -> None:
    base = locks.tip() or ""
    for content in (b"url: x\n", b"\0\xff\n", b""):
        carry_out(store, "present", "env 9", content=content)
        (lock,) = (lock for lock in check_prediction(locks, look, store).locks if lock.name == "env 9")
        assert store.contents(store.latest(), [lock])[lock] == content
        tip = locks.tip()
        carry_out(store, "present", "env 9", content=content)
        assert locks.tip() == tip
    carry_out(store, "absent", "env 9")
    check_prediction(locks, look, store)
    assert [commit.changes for commit in commits_since(locks, base)] == [
        ("A aws/unclaimed/env 9",),
        ("M aws/unclaimed/env 9",),
        ("M aws/unclaimed/env 9",),
        ("D aws/unclaimed/env 9",),
    ]


def test_a_lock_is_added_claimed(locks: LockRepository, look: Look, store: GitLockStore) -> None:
    carry_out(store, "present", "env-9", content=b"x", claimed=True)
    after = check_prediction(locks, look, store)
    assert after.claims["aws/claimed/env-9"].commit == locks.tip()
    assert file(locks, "aws/claimed/env-9")[0] == "100644"


@pytest.mark.parametrize(("entry", "mode"), [(*ENTRIES[0][:1], "100644"), (*ENTRIES[1][:1], "100755")])
def test_an_update_keeps_the_mode(locks: LockRepository, store: GitLockStore, entry: Entry, mode: str) -> None:
    locks.add("aws", "env-3", entry=entry)
    carry_out(store, "present", "env-3", content=b"new")
    assert file(locks, "aws/unclaimed/env-3")[0] == mode


def test_an_update_of_a_symbolic_link_makes_a_file(locks: LockRepository, store: GitLockStore) -> None:
    locks.add("aws", "env-3", entry=Symlink("/etc/passwd"))
    carry_out(store, "present", "env-3", content=b"new")
    assert file(locks, "aws/unclaimed/env-3")[0] == "100644"


def test_a_lock_moves_to_another_pool(locks: LockRepository, look: Look, store: GitLockStore) -> None:
    base = locks.add_pool("broken")
    carry_out(store, "claimed", "env-2")
    carry_out(store, "unclaimed", "env-2", release_to="broken")
    check_prediction(locks, look, store)
    assert commits_since(locks, base)[1].changes == ("D aws/claimed/env-2", "A broken/unclaimed/env-2")
    tip = locks.tip()
    again = carry_out(store, "unclaimed", "env-2", release_to="broken")
    assert (locks.tip(), again.plan.locks[0].pool) == (tip, "broken")


@pytest.mark.parametrize("pool", ["new", "cf/fresh/er", "aws/sub"])
def test_a_new_pool(locks: LockRepository, look: Look, store: GitLockStore, pool: str) -> None:
    base = locks.commit({"cf/notes": "x"})
    carry_out(store, "present", "env-1", pool=pool, create_pool=True)
    check_prediction(locks, look, store)
    created, added = commits_since(locks, base)
    assert created.message == f"create pool {pool}\n"
    assert created.changes == (f"A {pool}/claimed/.gitkeep", f"A {pool}/unclaimed/.gitkeep")
    assert added.changes == (f"A {pool}/unclaimed/env-1",)
    assert locks.tree()[b"cf/notes"].mode == "100644"


@pytest.mark.parametrize("pool", ["README", "README/sub", "docs/page", "dock"])
def test_no_file_is_replaced_by_a_new_pool(locks: LockRepository, store: GitLockStore, pool: str) -> None:
    base = locks.commit({"README": "x", "docs/page": "x", "dock/claimed": Symlink("x")})
    with pytest.raises(RepositoryError, match=f"^Pool {pool} cannot be created: .* is not a folder; give the pool"):
        carry_out(store, "present", "env-1", pool=pool, create_pool=True)
    assert locks.tip() == base


@pytest.mark.parametrize("state", ["claimed", "absent"])
def test_unclaimed_gets_a_gitkeep_before_its_last_lock_goes(
    locks: LockRepository, look: Look, store: GitLockStore, state: str
) -> None:
    base = locks.commit({"aws/unclaimed/.gitkeep": None})
    carry_out(store, state, "env-2")
    check_prediction(locks, look, store)
    keep, change = commits_since(locks, base)
    assert (keep.message, keep.changes) == ("keep aws/unclaimed\n", ("A aws/unclaimed/.gitkeep",))
    assert "D aws/unclaimed/env-2" in change.changes


def test_claimed_gets_a_gitkeep_before_the_extension_of_its_last_lock(
    locks: LockRepository, look: Look, store: GitLockStore
) -> None:
    locks.release("aws", "env-1")
    carry_out(store, "claimed", "env-1")
    base = locks.commit({"aws/claimed/.gitkeep": None})
    carry_out(store, "claimed", "env-1", until=NEVER)
    check_prediction(locks, look, store)
    assert [commit.changes for commit in commits_since(locks, base)] == [
        ("A aws/claimed/.gitkeep",),
        ("D aws/claimed/env-1",),
        ("A aws/claimed/env-1",),
    ]


def test_names_of_any_bytes(look: Look, tmp_path: Path) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    names = [b'"quoted"', b"a b", b"\\", b"\n", b"-f", b"a\tb", b"\xff\xfe", "grün".encode(), b"\x1b[31m", b":(top)"]
    pool = b'cf/"x" \xff'
    for name in names:
        base = locks.add(pool, name)
    options = {"pool": 'cf/"x" \\xff'}
    before = {path.rpartition(b"/")[2]: entry.name for path, entry in locks.tree().items()}
    with open_store(locks.path, look.cache_dir) as store:
        carry_out(store, "claimed", count=len(names), **options)
        check_prediction_of_claims(locks, look, store, len(names))
        carry_out(store, "claimed", count=len(names), until=NEVER, **options)
        check_prediction_of_claims(locks, look, store, len(names))
        assert len(commits_since(locks, base)) == 3 * len(names)
        carry_out(store, "unclaimed", "all", **options)
        check_prediction_of_claims(locks, look, store, 0)
    assert {path.rpartition(b"/")[2]: entry.name for path, entry in locks.tree().items()} == before


def check_prediction_of_claims(locks: LockRepository, look: Look, store: GitLockStore, claims: int) -> None:
    predicted = check_prediction(locks, look, store)
    assert len(predicted.claims) == claims
    assert all(read_hold(claim.message).owner == "ada" for claim in predicted.claims.values())


def test_claims_that_the_run_does_not_know_stay_unknown(locks: LockRepository, look: Look) -> None:
    locks.add("gcp", "big", state="claimed")
    grow(locks, 100)
    with open_store(locks.path, look.cache_dir, WantedPools(frozenset({"aws"}))) as store:
        carry_out(store, "claimed", "env-2")
        assert locks.tip() == store.latest().commit
        claims = store.latest().claims
    assert claims["aws/claimed/env-2"].commit == locks.tip()
    known = {path: claim.commit for path, claim in claims.items()}
    expected = expected_claims(locks)
    assert known == {path: expected[path] for path in known}
    assert {path: claim.commit for path, claim in look(locks.path).claims.items()} == expected


def since(locks: LockRepository, path: str) -> int:
    """When git says that a path was last added."""
    options = ("--full-history", "--diff-filter=A", "--no-renames", "--format=%ct")
    return int(git("log", "-1", *options, "main", "--", path, folder=locks.path))


@pytest.mark.parametrize("rounds", [0, 40, 300])
def test_the_lock_that_has_been_free_for_the_longest_time(look: Look, tmp_path: Path, rounds: int) -> None:
    """The history is longer than a cached copy, so that the run fetches as much of it as it needs."""
    locks = LockRepository(tmp_path / "locks.git")
    random = Random(rounds)
    names = [f"env-{number}" for number in range(8)]
    for name in names:
        locks.add("aws", name)
    for name in random.sample(names, 5):
        locks.claim("aws", name)
        grow_another(locks, random.randrange(1 + rounds))
        locks.release("aws", name)
    grow_another(locks, rounds)
    oldest = sorted([*names, "busy"], key=lambda name: since(locks, f"aws/unclaimed/{name}"))
    with open_store(locks.url, look.cache_dir) as store:
        for count in (1, 2, 5):
            owner = f"owner {count}"
            run = carry_out(store, "claimed", owner=owner, count=count, choose=Choice.OLDEST_FREE)
            assert [lock.name for lock in run.plan.locks] == sorted(oldest[:count])
            oldest = oldest[count:]


def grow_another(locks: LockRepository, rounds: int) -> None:
    """Add commits that have nothing to do with the free locks."""
    if b"aws/unclaimed/busy" not in locks.tree():
        locks.add("aws", "busy", at=locks.now + 60)
    if rounds:
        grow(locks, rounds, "busy")


def test_no_more_history_is_read_than_it_takes(locks: LockRepository, look: Look) -> None:
    grow(locks, 400)
    locks.add("aws", "env-3")
    with open_store(locks.url, look.cache_dir) as store:
        snapshot = store.snapshot()
        free = [lock for lock in snapshot.locks if not lock.is_claimed]
        assert len(store.oldest_free(snapshot, free, 1)) == 1
        assert (look.mirror / "shallow").exists()


def test_the_longest_free_over_merges(look: Look, tmp_path: Path) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    for name in ("env-1", "env-2", "env-3"):
        locks.add("aws", name, state="claimed")
    locks.release("aws", "env-2")
    locks.fork("side")
    locks.release("aws", "env-1", branch="side")
    locks.commit({"notes": "x"})
    locks.release("aws", "env-3")
    locks.merge("side")
    with open_store(locks.path, look.cache_dir) as store:
        run = carry_out(store, "claimed", count=2, choose=Choice.OLDEST_FREE)
        assert [lock.name for lock in run.plan.locks] == ["env-1", "env-2"]
        check_prediction(locks, look, store)

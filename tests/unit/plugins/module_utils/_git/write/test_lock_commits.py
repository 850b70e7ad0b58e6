# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From changes to commits: nothing is overwritten, nothing is lost, and no folder gets empty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import (
    LockChange,
    LockPlace,
    PoolChange,
    RepositoryChange,
    moved_lock,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.tree_reader import Entries, Entry
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.lock_commits import (
    changed_folders,
    lock_commits,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.planned_commits import (
    FileMoved,
    FileRemoved,
    FileRestored,
    FileWritten,
    PlannedCommit,
)

FILE = b"100644"
POOLS = ("aws", "cf/fresh", ".")
KEEP: Entry = (FILE, "keep")

names = st.sampled_from(["a", "b", "c", "d e", "\udcff"])
folders = st.dictionaries(names, st.just(None), max_size=4)


def release(pool: str, name: str, to: str | None = None, blob: str = "blob") -> LockChange:
    lock = Lock(pool, name, State.CLAIMED, "100644", blob)
    return moved_lock(lock, to or pool, State.UNCLAIMED, f"unclaiming: {name}\n")


def folder(pool: str, state: str) -> bytes:
    return state.encode() if pool == "." else f"{pool}/{state}".encode()


def entries(pool: str, *files: str) -> Entries:
    return {name.encode("utf-8", "surrogateescape"): (FILE, f"{pool}:{name}") for name in files}


def test_a_release_is_one_commit() -> None:
    there = {b"aws/claimed": {b".gitkeep": KEEP, b"env": (FILE, "blob")}, b"aws/unclaimed": {}}
    (commit,) = lock_commits([release("aws", "env")], there)
    assert commit == PlannedCommit("unclaiming: env\n", (FileMoved(b"aws/claimed/env", b"aws/unclaimed/env"),))


def test_a_commit_with_a_gitkeep_comes_before_the_last_lock() -> None:
    there = {b"aws/claimed": {b"env": (FILE, "blob")}, b"gcp/unclaimed": {}}
    keep, commit = lock_commits([release("aws", "env", "gcp")], there)
    assert keep == PlannedCommit("keep aws/claimed\n", (FileWritten(b"aws/claimed/.gitkeep"),))
    assert commit == PlannedCommit("unclaiming: env\n", (FileMoved(b"aws/claimed/env", b"gcp/unclaimed/env"),))


@pytest.mark.parametrize(
    ("claimed", "unclaimed", "words"),
    [
        ({}, {}, "has just changed"),
        ({b"env": (FILE, "other")}, {}, "has just changed"),
        ({b"env": (b"40000", "tree")}, {}, "has just changed"),
        ({b"env": (FILE, "blob")}, {b"env": (FILE, "blob")}, "aws/unclaimed/env already exists"),
        ({b"env": (FILE, "blob")}, {b"env": (b"40000", "tree")}, "aws/unclaimed/env already exists"),
    ],
)
def test_a_changed_lock_or_an_occupied_place_is_an_error(claimed: Entries, unclaimed: Entries, words: str) -> None:
    with pytest.raises(RepositoryError, match=words):
        list(lock_commits([release("aws", "env")], {b"aws/claimed": claimed, b"aws/unclaimed": unclaimed}))


ENV = Lock("aws", "env", State.CLAIMED, "100755", "blob")
UNCLAIMED = LockPlace("aws", State.UNCLAIMED)


def test_a_claim_moves_the_file_and_keeps_unclaimed() -> None:
    lock = Lock("aws", "env", State.UNCLAIMED, "100644", "blob")
    there = {b"aws/claimed": {b".gitkeep": KEEP}, b"aws/unclaimed": {b"env": (FILE, "blob")}}
    keep, commit = lock_commits([moved_lock(lock, "aws", State.CLAIMED, "claiming: env\n")], there)
    assert keep == PlannedCommit("keep aws/unclaimed\n", (FileWritten(b"aws/unclaimed/.gitkeep"),))
    assert commit == PlannedCommit("claiming: env\n", (FileMoved(b"aws/unclaimed/env", b"aws/claimed/env"),))


def test_an_extension_removes_the_file_and_restores_it() -> None:
    there = {b"aws/claimed": {b".gitkeep": KEEP, b"env": (b"100755", "blob")}}
    changes = [
        LockChange("env", "removing: env\n", ENV),
        LockChange("env", "adding claimed: env\n", None, LockPlace("aws", State.CLAIMED), ENV),
    ]
    assert list(lock_commits(changes, there)) == [
        PlannedCommit("removing: env\n", (FileRemoved(b"aws/claimed/env"),)),
        PlannedCommit("adding claimed: env\n", (FileRestored(b"aws/claimed/env", b"100755", "blob"),)),
    ]


@pytest.mark.parametrize(("mode", "written"), [("100644", FILE), ("100755", b"100755"), ("120000", FILE)])
def test_an_update_keeps_the_mode_of_a_file(mode: str, written: bytes) -> None:
    lock = Lock("aws", "env", State.UNCLAIMED, mode, "blob")
    there = {b"aws/unclaimed": {b"env": (mode.encode(), "blob")}}
    (commit,) = lock_commits([LockChange("env", "updating: env\n", lock, UNCLAIMED, b"new")], there)
    assert commit.changes == (FileWritten(b"aws/unclaimed/env", b"new", written),)


def test_a_new_lock_in_a_new_pool() -> None:
    changes: list[RepositoryChange] = [
        PoolChange("new", "create pool new\n"),
        LockChange("env", "adding unclaimed: env\n", None, LockPlace("new", State.UNCLAIMED), b"x"),
    ]
    assert changed_folders(changes) == {b"new/claimed": "new", b"new/unclaimed": "new"}
    pool, lock = lock_commits(changes, {b"new/claimed": {}, b"new/unclaimed": {}})
    assert pool.changes == (FileWritten(b"new/claimed/.gitkeep"), FileWritten(b"new/unclaimed/.gitkeep"))
    assert lock.changes == (FileWritten(b"new/unclaimed/env", b"x"),)


def test_a_new_lock_overwrites_nothing() -> None:
    change = LockChange("env", "adding unclaimed: env\n", None, UNCLAIMED, b"x")
    with pytest.raises(RepositoryError, match="already exists"):
        list(lock_commits([change], {b"aws/unclaimed": {b"env": (FILE, "blob")}}))


def test_a_lock_is_not_released_twice() -> None:
    there = {b"aws/claimed": {b".gitkeep": KEEP, b"env": (FILE, "blob")}, b"aws/unclaimed": {}, b"gcp/unclaimed": {}}
    with pytest.raises(RepositoryError):
        list(lock_commits([release("aws", "env"), release("aws", "env", "gcp")], there))


def test_changed_folders() -> None:
    releases = [release("aws", "env"), release(".", "env", "cf/fresh"), release("\udcff", "x")]
    expected = {b"aws/claimed", b"aws/unclaimed", b"claimed", b"cf/fresh/unclaimed", b"\xff/claimed", b"\xff/unclaimed"}
    assert changed_folders(releases).keys() == expected


@given(st.data())
def test_no_file_is_lost_and_no_claimed_folder_becomes_empty(data: st.DataObject) -> None:
    there: dict[bytes, dict[bytes, Entry]] = {}
    for pool in POOLS:
        claimed = data.draw(folders, label=f"claimed in {pool}")
        free = data.draw(folders, label=f"unclaimed in {pool}")
        there[folder(pool, "claimed")] = dict(entries(pool, *claimed))
        there[folder(pool, "unclaimed")] = dict(entries(f"{pool} free", *free))
        if data.draw(st.booleans(), label=f"{pool} has a .gitkeep"):
            there[folder(pool, "claimed")][b".gitkeep"] = KEEP
    possible = [
        release(pool, name.decode("utf-8", "surrogateescape"), to, blob)
        for pool in POOLS
        for name, (_mode, blob) in there[folder(pool, "claimed")].items()
        for to in POOLS
        if name != b".gitkeep" and name not in there[folder(to, "unclaimed")]
    ]
    releases = data.draw(
        st.lists(st.sampled_from(possible), unique_by=(lock_of, place_of)) if possible else st.just([])
    )
    commits = list(lock_commits(releases, there))
    assert [commit.message for commit in commits if moves(commit)] == [one.message for one in releases]
    before = sorted(blob for files in there.values() for _mode, blob in files.values())
    kept = [change for commit in commits for change in commit.changes if isinstance(change, FileWritten)]
    for commit in commits:
        had = {path for path, files in there.items() if files}
        apply(there, commit)
        assert all(there[path] for path in had if path.endswith(b"claimed") and not path.endswith(b"unclaimed"))
    after = sorted(blob for files in there.values() for _mode, blob in files.values())
    assert after == sorted([*before, *(["empty"] * len(kept))])
    for change in kept:
        assert set(there[change.path.rpartition(b"/")[0]]) == {b".gitkeep"}


def lock_of(one: LockChange) -> str:
    return one.source_path or ""


def place_of(one: LockChange) -> str:
    return one.target_path or ""


def moves(commit: PlannedCommit) -> bool:
    return any(isinstance(change, FileMoved) for change in commit.changes)


def apply(there: dict[bytes, dict[bytes, Entry]], commit: PlannedCommit) -> None:
    """Change the folders as git would."""
    (change,) = commit.changes
    assert isinstance(change, FileWritten | FileMoved)
    folder_, _slash, name = (change.path if isinstance(change, FileWritten) else change.target).rpartition(b"/")
    assert name not in there[folder_]
    if isinstance(change, FileWritten):
        there[folder_][name] = (FILE, "empty")
    else:
        source, _slash, old = change.source.rpartition(b"/")
        there[folder_][name] = there[source].pop(old)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrivals of a real repository: where they begin, what changes them, and what a check reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import WantedPools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.arrivals import Arrival
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository as Opened
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository_arrivals import RepositoryArrivals
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

Check = Callable[..., "list[Arrival]"]


@pytest.fixture
def check(locks: LockRepository, tmp_path: Path) -> Check:
    """Return the arrivals after a version, always with the same cache unless another is named."""

    def checked(version: Arrival | None, pool: str = "aws", cache: str = "cache") -> list[Arrival]:
        options = RepositoryOptions(repo=locks.url, cache_dir=str(tmp_path / cache))
        with Opened(options, WantedPools(frozenset())) as repository:
            return [*RepositoryArrivals(repository, pool).after(version).coming]

    return checked


def test_it_starts_with_the_free_locks_and_continues_with_arrivals(check: Check, locks: LockRepository) -> None:
    tip = locks.claim("aws", "env-2")
    assert check(None) == []
    tip = locks.release("aws", "env-2")
    (first,) = check(None)
    assert first == Arrival(tip, "env-2")
    assert check(first) == []
    locks.claim("aws", "env-2")
    assert check(first) == []
    again = locks.release("aws", "env-2")
    new = locks.add("aws", "env-0")
    assert check(first) == [Arrival(again, "env-2"), Arrival(new, "env-0")]
    assert check(Arrival(again, "env-2")) == [Arrival(new, "env-0")]
    assert check(first, cache="lost") == [Arrival(again, "env-2"), Arrival(new, "env-0")]


def test_the_free_locks_at_the_start_come_before_those_that_arrive_in_the_same_commit(
    check: Check, locks: LockRepository
) -> None:
    """So a version shows what is left of the start, even in a new container."""
    locks.add("aws", "env-3")
    tip = locks.add("aws", "env-1b")
    start = check(None)
    assert [one.lock for one in start] == ["env-2", "env-3", "env-1b"]
    assert {one.commit for one in start} == {tip}
    later = Arrival(locks.add("aws", "env-0"), "env-0")
    for number in range(3):
        for cache in ("cache", f"new-{number}"):
            assert check(start[number], cache=cache) == [*start[number + 1 :], later]


def test_a_lock_in_both_states_arrives_when_it_becomes_free(check: Check, locks: LockRepository) -> None:
    version = check(None)[-1]
    locks.commit({"aws/unclaimed/env-1": "twice"})
    assert check(version) == []
    removed = locks.remove("aws", "env-1")
    assert check(version) == [Arrival(removed, "env-1")]


@pytest.mark.parametrize("pool", [".", "aws/inner", "über"])
def test_pools_anywhere(check: Check, locks: LockRepository, pool: str) -> None:
    """In the top folder, in another pool, with a name beyond ASCII; changes of other pools do not count."""
    folder = "" if pool == "." else f"{pool}/"
    locks.commit({f"{folder}unclaimed/one": "x"})
    locks.add("aws", "other")
    version = check(None, pool)[0]
    locks.add("aws", "more")
    commit = locks.commit({f"{folder}unclaimed/two": "x"})
    assert check(version, pool) == [Arrival(commit, "two")]
    assert [one.lock for one in check(version, pool, cache="lost")] == ["two"]


def test_folders_hidden_files_and_submodules_do_not_arrive(check: Check, locks: LockRepository) -> None:
    version = check(None)[-1]
    locks.commit({"aws/unclaimed/folder/file": "x", "aws/unclaimed/.hidden": "x"})
    assert check(version) == []
    replaced = locks.commit({"aws/unclaimed/folder/file": None, "aws/unclaimed/folder": "a lock now"})
    assert check(version) == [Arrival(replaced, "folder")]


def test_a_name_that_is_not_utf_8(check: Check, locks: LockRepository) -> None:
    version = check(None)[-1]
    commit = locks.add("aws", b"caf\xe9")
    locks.add("aws", "z")
    (first, _second) = check(version)
    assert first == Arrival(commit, "caf\\xe9")
    assert [one.lock for one in check(first)] == [one.lock for one in check(first, cache="new")] == ["z"]


def test_a_merge_brings_what_its_first_parent_does_not_have(check: Check, locks: LockRepository) -> None:
    version = check(None)[-1]
    locks.fork("side")
    locks.add("aws", "side-b", branch="side")
    locks.add("aws", "side-a", branch="side")
    main = locks.add("aws", "main-1")
    merge = locks.merge("side")
    assert check(version) == [Arrival(main, "main-1"), Arrival(merge, "side-a"), Arrival(merge, "side-b")]


@pytest.mark.parametrize("cache", ["cache", "lost"])
def test_after_a_reversed_merge_free_locks_are_announced_again(check: Check, locks: LockRepository, cache: str) -> None:
    """A person merges main into a side branch, and pushes that as main."""
    locks.fork("side")
    locks.add("aws", "side", branch="side")
    locks.add("aws", "main-1")
    version = check(None)[-1]
    locks.merge("main", branch="side")
    tip = locks.force("side")
    again = check(version, cache=cache)
    assert {one.lock for one in again} == {"env-2", "side", "main-1"}
    assert {(one.commit, one.rewrites) for one in again} == {(tip, 1)}


def test_a_branch_that_is_reset_to_an_old_commit_continues(check: Check, locks: LockRepository) -> None:
    """Concourse knows the versions of the old commit already, and would ignore them without the counter."""
    start = check(None)
    old = locks.tip()
    assert old is not None
    version = Arrival(locks.add("aws", "env-3"), "env-3")
    assert check(start[0]) == [version]
    locks.force(old)
    assert check(version) == [Arrival(old, "env-2", 1)]
    commit = locks.add("aws", "env-4")
    assert check(Arrival(old, "env-2", 1)) == [Arrival(commit, "env-4", 1)]
    locks.force(version.commit)
    assert {one.rewrites for one in check(Arrival(commit, "env-4", 1))} == {2}


@pytest.mark.parametrize("lock", ["never", "env-1"])
def test_a_version_of_a_lock_that_was_not_free_starts_again(check: Check, locks: LockRepository, lock: str) -> None:
    tip = str(locks.tip())
    assert check(Arrival(tip, lock)) == [Arrival(tip, "env-2", 1)]
    assert check(Arrival("0" * 40, lock)) == [Arrival(tip, "env-2", 1)]


def test_an_unknown_pool_is_named(check: Check) -> None:
    with pytest.raises(BadOption, match=r"no pool gcp\. It has: aws"):
        check(None, "gcp")


def test_a_warm_check_asks_once_and_reads_only_what_is_new(
    check: Check, locks: LockRepository, recorder: GitRecorder
) -> None:
    """A pool in which nothing happens, below thousands of commits of another one."""
    version = check(None)[-1]
    for number in range(70):
        locks.add("gcp", f"vm-{number}")
    assert check(version) == []
    recorder.clear()
    assert check(version) == []
    assert recorder.commands() == ["ls-remote"]
    locks.add("gcp", "vm-last")
    recorder.clear()
    assert check(version) == []
    assert recorder.depths() == [64]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of pool-trigger-resource are read, updated, and written in one commit that changes nothing else."""

from __future__ import annotations

import re

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.plan import SETTLED_AFTER
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import commits_since, is_whole, set_hook
from ansible_collections.poolboy.concourse.tests.functional.git.tally.counting import Counter, files
from ansible_collections.poolboy.concourse.tests.lockrepo import Folder, LockRepository, Symlink

BOTH = ("aws/.pending-removals", "aws/.pending-triggers")


@pytest.fixture
def counter(locks: LockRepository, look: Look) -> Counter:
    """Pool aws with lock env-1 claimed, env-2 unclaimed, and no tally."""
    return Counter(locks, look.cache_dir)


def test_without_a_tally_each_unclaimed_lock_gets_a_build(locks: LockRepository, counter: Counter) -> None:
    base = locks.add("aws", "env-3")
    assert counter.start() == {"aws": 2}
    assert files(locks) == ("0", "2")
    (commit,) = commits_since(locks, base)
    assert commit.changes == tuple(f"A {path}" for path in BOTH)
    subject, empty, *trailers = commit.message.splitlines()
    assert subject == "triggering build with pending triggers: 0; pending removals: 2"
    assert empty == ""
    assert [trailer.partition(": ")[0] for trailer in trailers] == ["Pool", "Run"]
    assert commit.author.startswith("poolboy.concourse <poolboy@localhost>")
    assert is_whole(locks)


def test_a_second_run_has_nothing_to_do(locks: LockRepository, counter: Counter) -> None:
    counter.start()
    tip = locks.tip()
    assert counter.start() == {}
    assert counter.problems() == []
    assert locks.tip() == tip


def test_each_added_lock_gets_a_build(locks: LockRepository, counter: Counter) -> None:
    counter.start()
    locks.add("aws", "env-3")
    assert counter.start() == {"aws": 1}
    locks.claim("aws", "env-3")
    assert counter.start() == {}
    locks.release("aws", "env-1")
    locks.release("aws", "env-3")
    base = locks.tip() or ""
    assert counter.start() == {"aws": 2}
    assert files(locks) == ("0", "3"), "env-1, env-2 and env-3 are free, and each has its build"
    assert [commit.changes for commit in commits_since(locks, base)] == [("M aws/.pending-removals",)]


def test_an_empty_commit_is_a_count_too(locks: LockRepository, counter: Counter) -> None:
    """One lock is taken and one released between two counts: the numbers stay, and moves before the commit are done."""
    counter.start()
    for lock, other in (("env-2", "env-1"), ("env-1", "env-2"), ("env-2", "env-1")):
        locks.claim("aws", lock)
        base = locks.release("aws", other)
        assert counter.start() == {"aws": 1}
        assert counter.start() == {}
        (commit,) = commits_since(locks, base)
        assert commit.changes == ()
    assert files(locks) == ("0", "1")


def test_locks_taken_without_a_build_reduce_the_triggers(locks: LockRepository, counter: Counter) -> None:
    for lock in ("env-3", "env-4"):
        locks.add("aws", lock)
    assert counter.start(most=1) == {"aws": 1}
    assert files(locks) == ("2", "1")
    locks.remove("aws", "env-3", state="unclaimed")
    locks.remove("aws", "env-4", state="unclaimed")
    assert counter.start() == {"aws": 1}
    assert files(locks) == ("0", "1")


def test_the_resource_and_the_module_read_each_other(locks: LockRepository, counter: Counter) -> None:
    locks.add("aws", "env-3")
    locks.tally("aws", triggers=1, removals=1)
    locks.claim("aws", "env-2")
    assert counter.start() == {"aws": 1}
    assert files(locks) == ("0", "1")
    locks.add("aws", "env-4")
    locks.tally("aws", triggers=0, removals=2)
    assert counter.start() == {}
    assert files(locks) == ("0", "2")


def test_an_empty_commit_of_the_resource(locks: LockRepository, counter: Counter) -> None:
    locks.tally("aws", triggers=0, removals=1)
    locks.claim("aws", "env-2")
    locks.release("aws", "env-1")
    locks.tally("aws", triggers=0, removals=1)
    assert counter.start() == {}


def test_an_empty_commit_that_fits_two_pools_is_ignored(locks: LockRepository, counter: Counter) -> None:
    locks.add("gcp", "env-9")
    locks.tally("gcp", triggers=0, removals=1)
    locks.tally("aws", triggers=0, removals=1)
    locks.claim("aws", "env-2")
    locks.release("aws", "env-1")
    locks.tally("gcp", triggers=0, removals=1)
    assert counter.start() == {"aws": 1}, "rather one too many than one too few"


@pytest.mark.parametrize("name", BOTH)
def test_without_one_of_the_files_the_count_starts_afresh(locks: LockRepository, counter: Counter, name: str) -> None:
    locks.add("aws", "env-3")
    assert counter.start() == {"aws": 2}
    locks.commit({name: None})
    assert counter.start() == {"aws": 2}
    locks.commit(dict.fromkeys(BOTH))
    counter.active["aws"] = 1
    assert counter.start() == {"aws": 1}, "a waiting build is not started again"


@pytest.mark.parametrize(
    ("triggers", "removals", "expected"),
    [("-1", "0", "negative"), ("0", "-3\n", "negative"), ("many", "0", "not a number"), ("0", "", "not a number")],
)
def test_invalid_numbers_are_reported_and_corrected(
    locks: LockRepository, counter: Counter, triggers: str, removals: str, expected: str
) -> None:
    locks.commit({"aws/.pending-triggers": triggers, "aws/.pending-removals": removals})
    counter.limits["aws"] = 0
    (problem,) = counter.problems()
    assert expected in problem
    assert "counted from scratch" in problem
    assert files(locks) == ("1", "0")
    assert counter.problems() == []


def test_missing_builds_are_started_again(locks: LockRepository, counter: Counter) -> None:
    counter.start()
    counter.active["aws"] = 0
    assert counter.start() == {}, "whoever has counted them may be about to start them"
    written = counter.now()
    counter.now = lambda: written + SETTLED_AFTER
    plan = counter.count()["aws"]
    assert plan.start == 1
    assert "the tally counts 1 build that cannot be found" in str(plan.problems[0])
    assert files(locks) == ("0", "1")


def test_builds_that_could_not_be_started_are_returned(locks: LockRepository, counter: Counter) -> None:
    locks.add("aws", "env-3")
    locks.add("aws", "env-4")
    with counter.open() as repository:
        run = counter.ledger(repository)
        assert run.count(repository.snapshot())["aws"].start == 3
        base = locks.claim("aws", "env-3")
        run.give_back({"aws": 2})
        (commit,) = commits_since(locks, base)
        assert commit.message.startswith("triggering build with pending triggers: 2; pending removals: 0\n")
        run.give_back({"aws": 0})
        assert locks.tip() != base
    assert counter.start() == {"aws": 2}


def test_check_mode_says_the_same_and_writes_nothing(locks: LockRepository, counter: Counter) -> None:
    tip = locks.add("aws", "env-3")
    with counter.open() as repository:
        decided = dict(counter.ledger(repository).decide(repository.snapshot()))
    assert locks.tip() == tip
    assert counter.count() == decided


def test_several_pools_in_one_push(locks: LockRepository, counter: Counter, recorder: GitRecorder) -> None:
    locks.add("cf/fresh", "x")
    base = locks.commit({"unclaimed/at-the-top": "x"})
    counter.pools = ("aws", "cf/fresh", ".")
    assert counter.start() == {"aws": 1, "cf/fresh": 1, ".": 1}
    assert recorder.commands().count("push") == 1
    assert [re.findall("^Pool: (.*)$", one.message, re.MULTILINE)[0] for one in commits_since(locks, base)] == [
        "aws",
        "cf/fresh",
        ".",
    ]
    assert [files(locks, pool) for pool in counter.pools] == [("0", "1")] * 3
    assert counter.start() == {}
    locks.add("cf/fresh", "y")
    assert counter.start(most=5) == {"cf/fresh": 1}


def test_the_limit_is_used_in_the_order_of_the_pools(locks: LockRepository, counter: Counter) -> None:
    locks.add("aws", "env-3")
    locks.add("gcp", "x")
    counter.pools = ("aws", "gcp")
    assert counter.start(most=1) == {"aws": 1}
    assert counter.start(most=2) == {"aws": 1, "gcp": 1}


def test_an_old_count_is_found(locks: LockRepository, counter: Counter, recorder: GitRecorder) -> None:
    locks.release("aws", "env-1")
    locks.add("gcp", "x")
    locks.tally("gcp", triggers=0, removals=1)
    locks.add("gcp", "y")
    grow(locks, 400)
    counter.pools = ("gcp",)
    assert counter.start() == {"gcp": 1}
    assert recorder.depths() == [1, 64, 512, 4096]


def test_merged_branches_count(locks: LockRepository, counter: Counter) -> None:
    locks.fork("side")
    locks.add("aws", "env-5", branch="side")
    counter.start()
    locks.merge("side")
    assert counter.start() == {"aws": 1}
    assert counter.start() == {}


@pytest.mark.parametrize("entry", [Symlink("../../etc/passwd"), Folder({"x": "y"})])
def test_only_a_file_is_overwritten(locks: LockRepository, counter: Counter, entry: Symlink | Folder) -> None:
    tip = locks.commit({"aws/.pending-triggers": entry})
    with pytest.raises(RepositoryError, match=r"\.pending-triggers of pool aws is not a file"):
        counter.start()
    assert locks.tip() == tip


def test_a_refused_push_says_that_no_build_was_started(locks: LockRepository, counter: Counter) -> None:
    set_hook(locks, "pre-receive", "echo not today >&2; exit 1")
    with pytest.raises(RepositoryError, match="so no build was started") as raised:
        counter.start()
    assert "released" not in str(raised.value)
    assert "not today" in str(raised.value)

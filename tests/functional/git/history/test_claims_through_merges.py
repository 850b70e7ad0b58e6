# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who claims a lock after a merge: never a claim that was released on one of the sides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import HolderKind, read_holder
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, grow
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text

PATH = "aws/claimed/env-1"


class Person:
    """A clone in which somebody works, and merges with what others have pushed."""

    def __init__(self, locks: LockRepository, path: Path) -> None:
        git("clone", "--quiet", str(locks.path), str(path))
        self.path = path
        self("config", "user.name", "Pat")
        self("config", "user.email", "pat@example.com")

    def __call__(self, *arguments: str) -> str:
        return git_text(*arguments, folder=self.path)

    def add_lock(self, name: str) -> None:
        (self.path / "aws" / "unclaimed" / name).write_text("new\n")
        self("add", "--all")
        self("commit", "--quiet", "--message", f"Add {name}")

    def pull_and_push(self, *options: str) -> str:
        """Return the merge."""
        self("pull", "--no-rebase", "--no-edit", "--quiet", *options)
        self("push", "--quiet")
        assert len(self("rev-list", "--parents", "-1", "HEAD").split()) == 3
        return self("rev-parse", "HEAD")


@pytest.fixture
def person(locks: LockRepository, tmp_path: Path) -> Person:
    """Has cloned during the first claim of env-1."""
    return Person(locks, tmp_path / "clone")


def claim_after(look: Look, locks: LockRepository) -> Claim:
    """The claim of env-1, which is the same with and without what earlier looks left."""
    warm = look(locks.path).claims[PATH]
    shutil.rmtree(look.cache_dir)
    assert look(locks.path).claims[PATH] == warm
    return warm


@pytest.mark.parametrize(
    ("looked", "commits"), [("never", 0), ("before", 0), ("meanwhile", 0), ("after", 0), ("never", 100), ("after", 100)]
)
def test_a_pull_into_a_clone_from_before_the_last_release(
    look: Look, locks: LockRepository, person: Person, looked: str, commits: int
) -> None:
    """Both sides have the file, with the same content: as the first parent has it, an older build claimed it."""
    if looked == "before":
        look(locks.path)
    locks.release("aws", "env-1")
    if looked == "meanwhile":
        look(locks.path)
    claim = locks.claim("aws", "env-1")
    if looked == "after":
        look(locks.path)
    grow(locks, commits)
    person.add_lock("env-9")
    person.pull_and_push()
    assert claim_after(look, locks).commit == claim


def test_a_claim_that_nobody_touched_is_found_behind_the_merge(
    look: Look, locks: LockRepository, person: Person
) -> None:
    claim = look(locks.path).claims[PATH].commit
    grow(locks, 100)
    look(locks.path)
    person.add_lock("env-9")
    person.pull_and_push()
    assert claim_after(look, locks).commit == claim


@pytest.mark.parametrize("looked", ["never", "meanwhile"])
def test_a_stale_side_that_wrote_into_the_file(look: Look, locks: LockRepository, person: Person, looked: str) -> None:
    """The content is that of the stale side, the claim is not."""
    (person.path / PATH).write_text("a note\n")
    person("commit", "--quiet", "--all", "--message", "Note")
    locks.release("aws", "env-1")
    if looked != "never":
        look(locks.path)
    claim = locks.claim("aws", "env-1")
    person.pull_and_push()
    assert (person.path / PATH).read_text() == "a note\n"
    assert claim_after(look, locks).commit == claim


@pytest.mark.parametrize("looked", ["never", "before", "after"])
def test_a_merge_that_keeps_what_the_other_side_gave_back(
    look: Look, locks: LockRepository, person: Person, looked: str
) -> None:
    """Whoever merges so has the lock from then on: it is no build's any more."""
    if looked == "before":
        look(locks.path)
    locks.release("aws", "env-1")
    if looked == "after":
        look(locks.path)
    person.add_lock("env-9")
    merge = person.pull_and_push("--strategy=ours")
    claim = claim_after(look, locks)
    assert (claim.commit, claim.author) == (merge, "Pat")
    assert read_holder(claim, "env-1", "main").kind is HolderKind.PERSON


@pytest.mark.parametrize("content", ["free", "theirs"])
def test_claims_on_two_sides_that_know_nothing_of_each_other(look: Look, locks: LockRepository, content: str) -> None:
    """It is unknown which of the two has the lock, so the merge is a person's claim, whatever its message."""
    locks.release("aws", "env-1")
    locks.fork("other")
    locks.claim("aws", "env-1")
    look(locks.path)
    locks.claim("aws", "env-1", branch="other")
    locks.update("aws", "env-1", content, branch="other")
    merge = locks.merge("other", files={PATH: content}, message="claiming: env-1")
    claim = claim_after(look, locks)
    assert claim.commit == merge
    assert read_holder(claim, "env-1", "main").kind is HolderKind.PERSON


def test_merges_back_and_forth(look: Look, locks: LockRepository) -> None:
    """Two branches take over from each other, so that there is more than one commit at which they parted."""
    locks.fork("other")
    locks.add("aws", "env-8")
    locks.add("aws", "env-9", branch="other")
    ours, theirs = locks.commit_of("main"), locks.commit_of("other")
    locks.merge(theirs)
    locks.merge(ours, branch="other")
    locks.release("aws", "env-1", branch="other")
    look(locks.path)
    claim = locks.claim("aws", "env-1", branch="other")
    locks.add("aws", "env-7")
    locks.merge("other")
    assert claim_after(look, locks).commit == claim


def test_three_sides_at_once(look: Look, locks: LockRepository) -> None:
    locks.fork("stale")
    locks.add("aws", "env-9", branch="stale")
    locks.release("aws", "env-1")
    locks.fork("released")
    locks.add("aws", "env-8", branch="released")
    look(locks.path)
    locks.fork("claimed")
    claim = locks.claim("aws", "env-1", branch="claimed")
    locks.merge("stale", "released", "claimed", files={PATH: "name: env-1\n", "aws/unclaimed/env-1": None})
    assert claim_after(look, locks).commit == claim


def test_a_side_that_left_long_ago_is_followed_to_where_it_left(look: Look, locks: LockRepository) -> None:
    """What was fetched ends before that is known: no evidence, so more is fetched."""
    locks.fork("old")
    locks.add("aws", "env-9", branch="old")
    grow(locks, 150)
    locks.release("aws", "env-1")
    claim = locks.claim("aws", "env-1")
    look(locks.path)
    grow(locks, 20)
    locks.merge("old")
    assert claim_after(look, locks).commit == claim

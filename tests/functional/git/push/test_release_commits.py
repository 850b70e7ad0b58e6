# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is one commit that moves one file and changes nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    commits_since,
    is_whole,
    open_repository,
    release,
    releases_of,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import Entry, File, LockRepository, Submodule, Symlink
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


def paths(repository: LockRepository) -> dict[bytes, tuple[str, str]]:
    """The mode and the object of every file."""
    return {path: (entry.mode, entry.name) for path, entry in repository.tree().items()}


def check_moved(repository: LockRepository, before: dict[bytes, tuple[str, str]], moves: dict[bytes, bytes]) -> None:
    """Check that all files but the moved ones are as before, in mode and content, and that the repository is valid."""
    assert paths(repository) == {moves.get(path, path): entry for path, entry in before.items()}
    assert is_whole(repository)


def test_each_release_is_one_commit(locks: LockRepository, look: Look) -> None:
    locks.claim("aws", "env-2")
    locks.add("cf/fresh", "env-1")
    base = locks.claim("cf/fresh", "env-1")
    before = paths(locks)
    began = int(time.time())
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot = repository.snapshot()
        releases = releases_of(snapshot)
        last = repository.write(snapshot, releases)
        assert locks.tip() == base
        assert repository.push(snapshot, last) is PushOutcome.ACCEPTED
    assert locks.tip() == last
    commits = commits_since(locks, base)
    assert [commit.message for commit in commits] == [one.message for one in releases]
    assert [commit.changes for commit in commits] == [
        ("D aws/claimed/env-1", "A aws/unclaimed/env-1"),
        ("D aws/claimed/env-2", "A aws/unclaimed/env-2"),
        ("D cf/fresh/claimed/env-1", "A cf/fresh/unclaimed/env-1"),
    ]
    for commit in commits:
        assert commit.author == commit.committer
        person, at, zone = commit.author.rsplit(" ", 2)
        assert person == "poolboy.concourse <poolboy@localhost>"
        assert began <= int(at) <= time.time()
        assert zone == "+0000"
    moves = {b"%s/claimed/%s" % pair: b"%s/unclaimed/%s" % pair for pair in PAIRS}
    check_moved(locks, before, moves)


PAIRS = ((b"aws", b"env-1"), (b"aws", b"env-2"), (b"cf/fresh", b"env-1"))


def test_content_and_mode_are_kept(locks: LockRepository, look: Look) -> None:
    entries: dict[str, Entry] = {
        "program": File(b"\0\xff#!/bin/sh\n" * 3, executable=True),
        "link": Symlink("../../etc/passwd"),
        "empty": File(b""),
        "no line end": File("x"),
    }
    for name, entry in entries.items():
        base = locks.add("aws", name, state="claimed", entry=entry)
    before = paths(locks)
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    names = [b"env-1", *(name.encode() for name in entries)]
    check_moved(locks, before, {b"aws/claimed/" + name: b"aws/unclaimed/" + name for name in names})
    assert len(commits_since(locks, base)) == len(names)
    assert paths(locks)[b"aws/unclaimed/program"][0] == "100755"
    assert paths(locks)[b"aws/unclaimed/link"][0] == "120000"


def test_an_obsolete_mode_is_kept(locks: LockRepository, look: Look) -> None:
    blob = paths(locks)[b"aws/claimed/env-1"][1]
    claimed = git("mktree", folder=locks.path, given=f"100644 blob {blob}\t.gitkeep\n".encode()).decode().strip()
    content = git("cat-file", "tree", claimed, folder=locks.path) + b"100664 old\0" + bytes.fromhex(blob)
    options = ("-t", "tree", "--literally", "-w", "--stdin")
    odd = git("hash-object", *options, folder=locks.path, given=content).decode().strip()
    locks.commit({"aws/claimed": None})
    stream = f"from refs/heads/main^0\nM 040000 {odd} aws/claimed\n".encode()
    head = b"commit refs/heads/main\ncommitter a <a@b> 1790009999 +0000\ndata 4\nodd\n"
    git("fast-import", "--quiet", folder=locks.path, given=head + stream)
    with open_repository(locks.path, look.cache_dir) as repository:
        (lock,) = (lock for lock in repository.snapshot().locks if lock.name == "old")
        assert lock.mode == "100644"
        assert release(repository, "aws/old") is PushOutcome.ACCEPTED
    assert b"100664 old\0" + bytes.fromhex(blob) in git("cat-file", "tree", "main:aws/unclaimed", folder=locks.path)


def test_names_of_any_bytes(look: Look, tmp_path: Path) -> None:
    random = Random(4)
    alphabet = [byte for byte in range(1, 256) if byte != ord("/")]
    locks = LockRepository(tmp_path / "locks.git")
    chosen = [
        b' "',
        b"\\",
        b"\n",
        b"-f",
        b'"quoted"',
        b"a\tb",
        b"\xff\xfe",
        "grün".encode(),
        b"\x1b[31m",
        b"*?[",
        b":(top)",
    ]
    chosen += [bytes(random.choices(alphabet, k=random.randint(1, 12))) for _count in range(60)]
    pools = [b"pool " + bytes(random.choices(alphabet, k=3)), b"--help/\\", b'"x" \n']
    names = {(pools[number % 3], name) for number, name in enumerate(chosen) if not name.startswith(b".")}
    for pool, name in names:
        base = locks.add(pool, name, state="claimed")
    before = paths(locks)
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    check_moved(locks, before, {b"%s/claimed/%s" % pair: b"%s/unclaimed/%s" % pair for pair in names})
    assert len(commits_since(locks, base)) == len(names)


def test_the_pool_at_the_top_of_the_repository(look: Look, tmp_path: Path) -> None:
    locks = LockRepository(tmp_path / "locks.git")
    base = locks.commit({"claimed/env-1": "x", "README.md": "y"})
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "./env-1") is PushOutcome.ACCEPTED
    keep, unclaim = commits_since(locks, base)
    assert (keep.message, keep.changes) == ("keep claimed\n", ("A claimed/.gitkeep",))
    assert unclaim.changes == ("D claimed/env-1", "A unclaimed/env-1")
    assert paths(locks)[b"unclaimed/env-1"] != paths(locks)[b"claimed/.gitkeep"]


def test_claimed_gets_a_gitkeep_before_its_last_lock_moves(locks: LockRepository, look: Look) -> None:
    locks.claim("aws", "env-2")
    base = locks.commit({"aws/claimed/.gitkeep": None})
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
        assert release(repository, "aws/env-2") is PushOutcome.ACCEPTED
    first, keep, second = commits_since(locks, base)
    assert first.changes == ("D aws/claimed/env-1", "A aws/unclaimed/env-1")
    assert (keep.message, keep.changes) == ("keep aws/claimed\n", ("A aws/claimed/.gitkeep",))
    assert second.changes == ("D aws/claimed/env-2", "A aws/unclaimed/env-2")
    assert is_whole(locks)


def test_claimed_with_another_file_needs_no_gitkeep(locks: LockRepository, look: Look) -> None:
    base = locks.commit({"aws/claimed/.gitkeep": None, "aws/claimed/notes/today": "x"})
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
    assert [commit.changes for commit in commits_since(locks, base)] == [
        ("D aws/claimed/env-1", "A aws/unclaimed/env-1"),
    ]


def test_a_lock_moves_to_another_pool_in_one_commit(locks: LockRepository, look: Look) -> None:
    base = locks.commit({"broken/claimed/.gitkeep": ""})
    before = paths(locks)
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1", to="broken") is PushOutcome.ACCEPTED
    (moved,) = commits_since(locks, base)
    assert moved.changes == ("D aws/claimed/env-1", "A broken/unclaimed/env-1")
    check_moved(locks, before, {b"aws/claimed/env-1": b"broken/unclaimed/env-1"})


@pytest.mark.parametrize("entry", [File("x"), Submodule(), Symlink("x")])
def test_no_entry_is_overwritten(locks: LockRepository, look: Look, entry: File | Submodule | Symlink) -> None:
    base = locks.commit({"aws/unclaimed/env-1": entry})
    check_refused(locks, look, base, "aws/unclaimed/env-1 already exists")


def test_no_folder_is_overwritten(locks: LockRepository, look: Look) -> None:
    base = locks.commit({"aws/unclaimed/env-1/precious": "x"})
    check_refused(locks, look, base, "aws/unclaimed/env-1 already exists")


def test_no_file_is_replaced_by_a_folder(locks: LockRepository, look: Look) -> None:
    base = locks.commit({"aws/unclaimed": None})
    base = locks.commit({"aws/unclaimed": "a file"})
    check_refused(locks, look, base, "aws/unclaimed is not a folder")


def check_refused(locks: LockRepository, look: Look, base: str, match: str) -> None:
    with open_repository(locks.path, look.cache_dir) as repository, pytest.raises(RepositoryError, match=match):
        release(repository, "aws/env-1")
    assert locks.tip() == base


def test_two_locks_of_one_name_do_not_move_to_one_pool(locks: LockRepository, look: Look) -> None:
    base = locks.add("gcp", "env-1", state="claimed")
    locks.add_pool("broken")
    with open_repository(locks.path, look.cache_dir) as repository, pytest.raises(RepositoryError, match="gcp/env-1"):
        release(repository, "aws/env-1", "gcp/env-1", to="broken")
    assert commits_since(locks, base)[0].message == "add pool broken\n"
    assert len(commits_since(locks, base)) == 1


def test_a_lock_that_has_changed_is_not_touched(locks: LockRepository, look: Look) -> None:
    with open_repository(locks.path, look.cache_dir) as repository:
        snapshot = repository.snapshot()
        (right,) = releases_of(snapshot)
        base = locks.update("aws", "env-1", "other content")
        later = repository.snapshot()
        with pytest.raises(RepositoryError, match="has just changed"):
            repository.write(later, [right])
    assert locks.tip() == base


def test_the_next_run_fetches_nothing(locks: LockRepository, look: Look, tmp_path: Path) -> None:
    locks.claim("aws", "env-2")
    locks.tally("aws", triggers=1, removals=0)
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "aws/env-1") is PushOutcome.ACCEPTED
    remembered = look(locks.path)
    afresh = Look(tmp_path / "another cache")(locks.path)
    assert remembered == afresh
    locks.claim("aws", "env-1")
    locks.release("aws", "env-2")
    assert look(locks.path) == Look(tmp_path / "a third cache")(locks.path)


def test_a_repository_with_long_object_names(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "sha256.git"
    git("init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", str(path))
    head = b"commit refs/heads/main\ncommitter a <a@b> 1790009999 +0000\ndata 4\nnew\n"
    git("fast-import", "--quiet", folder=path, given=head + b"M 644 inline aws/claimed/x\ndata 1\nx\n")
    with open_repository(path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
        snapshot: Snapshot = repository.snapshot()
    assert [(lock.name, lock.is_claimed) for lock in snapshot.locks] == [("x", False)]
    assert len(snapshot.commit) == 64
    assert git("fsck", "--strict", folder=path) == b""

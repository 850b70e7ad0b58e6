# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builder of lock repositories writes exactly what a test asks for, even hostile content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import (
    OLD_RESOURCE,
    File,
    Folder,
    LockRepository,
    Person,
    Submodule,
    Symlink,
)
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text

HOSTILE = [
    b"two words",
    b'"quoted" \\ back',
    b"new\nline",
    b"--upload-pack=x",
    b"\x1b[31mred\x07",
    b"\xff\xfe",
    b"\tx ",
]


@pytest.fixture
def repository(tmp_path: Path) -> LockRepository:
    return LockRepository(tmp_path / "locks.git")


def _show(repository: LockRepository, commit: str, form: str) -> str:
    return git_text("show", "-s", f"--format={form}", commit, folder=repository.path)


def test_a_lock_comes_is_claimed_released_moved_and_removed(repository: LockRepository) -> None:
    repository.add("aws", "env-1")
    claim = repository.claim("aws", "env-1", at=1_800_000_000, author=OLD_RESOURCE)
    assert set(repository.tree()) == {b"aws/claimed/.gitkeep", b"aws/unclaimed/.gitkeep", b"aws/claimed/env-1"}
    assert _show(repository, claim, "%an <%ae> %ct %at %s") == (
        "CI Pool Resource <ci-pool@localhost> 1800000000 1800000000 claiming: env-1"
    )
    release = repository.release("aws", "env-1")
    assert _show(repository, release, "%P %ct %s") == f"{claim} 1800000060 unclaiming: env-1"
    repository.move("aws", "env-1", "cf/broken", state="unclaimed", to_state="claimed")
    assert b"cf/broken/claimed/env-1" in repository.tree()
    removal = repository.remove("cf/broken", "env-1")
    assert repository.tip() == removal
    assert set(repository.tree()) == {
        f"{pool}/{state}/.gitkeep".encode() for pool in ("aws", "cf/broken") for state in ("claimed", "unclaimed")
    }


def test_messages_people_and_times_are_written_as_given(repository: LockRepository) -> None:
    repository.add("aws", "env-1")
    long = b"claiming: env-1\nBuild URL: x\xff\n" + b"m" * 1_000_000
    commit = repository.claim(
        "aws",
        "env-1",
        message=long,
        at=1_000,
        authored_at=500,
        author=Person("Ada", "ada@example.com"),
        committer=Person("GitHub", "noreply@example.com"),
    )
    assert git("cat-file", "commit", commit, folder=repository.path).split(b"\n\n", 1)[1] == long
    assert _show(repository, commit, "%an %at %cn %ct") == "Ada 500 GitHub 1000"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_may_be_any_bytes(repository: LockRepository, name: bytes) -> None:
    repository.add(name, name)
    repository.claim(name, name)
    assert b"/".join([name, b"claimed", name]) in repository.tree()
    repository.move(name, name, b"other" + name, state="claimed")
    assert b"/".join([b"other" + name, b"claimed", name]) in repository.tree()


def test_entries_may_be_of_any_kind_and_name(repository: LockRepository) -> None:
    repository.add("aws", "linked", state="claimed", entry=Symlink("/etc/passwd"))
    repository.add("aws", "module", state="claimed", entry=Submodule())
    repository.add("aws", "runnable", state="claimed", entry=File("x", executable=True))
    repository.add("aws", "folder", entry=Folder({"inside": "x"}))
    repository.claim("aws", "folder")
    repository.commit(
        {"gcp": Folder({"claimed": Folder({"..": "up", ".git": "repository", "a/b": "slash", "z": Folder({"x": ""})})})}
    )
    repository.add("gcp", "after")  # unusual names stay when another entry changes
    modes = {path: entry.mode for path, entry in repository.tree().items() if not path.endswith(b".gitkeep")}
    assert modes == {
        b"aws/claimed/linked": "120000",
        b"aws/claimed/module": "160000",
        b"aws/claimed/runnable": "100755",
        b"aws/claimed/folder/inside": "100644",
        b"gcp/claimed/..": "100644",
        b"gcp/claimed/.git": "100644",
        b"gcp/claimed/a/b": "100644",
        b"gcp/claimed/z/x": "100644",
        b"gcp/unclaimed/after": "100644",
    }


def test_a_pool_itself_may_be_called_as_no_folder_can(repository: LockRepository) -> None:
    repository.commit({b"": Folder({"..": Folder({"claimed": Folder({"env-1": "x"})})})})
    assert set(repository.tree()) == {b"../claimed/env-1"}


def test_merges_take_what_each_side_did_and_may_add_more(repository: LockRepository) -> None:
    repository.add("aws", "env-1")
    repository.add("aws", "env-2")
    repository.fork("side")
    ours = repository.claim("aws", "env-1")
    theirs = repository.claim("aws", "env-2", branch="side")
    merge = repository.merge("side", files={"aws/claimed/env-3": "evil"})
    assert _show(repository, merge, "%P") == f"{ours} {theirs}"
    assert {path for path in repository.tree() if b"/env" in path} == {
        b"aws/claimed/env-1",
        b"aws/claimed/env-2",
        b"aws/claimed/env-3",
    }
    backwards = repository.merge("main", branch="side")
    assert _show(repository, backwards, "%P") == f"{theirs} {merge}"
    assert repository.tree("side") == repository.tree("main")


def test_history_may_be_rewritten_and_branches_renamed(repository: LockRepository) -> None:
    start = repository.add("aws", "env-1")
    lost = repository.claim("aws", "env-1")
    assert repository.force(start) == start
    again = repository.claim("aws", "env-1", message="claiming: env-1 again")
    assert _show(repository, again, "%P") == start
    assert again != lost
    before = repository.tree()
    root = repository.restart(message="squashed")
    assert _show(repository, root, "%P") == ""
    assert repository.tree() == before
    repository.rename_branch("main", "trunk")
    assert repository.tip() == repository.tip("trunk") == root
    assert repository.tip("main") is None
    assert git_text("symbolic-ref", "HEAD", folder=repository.path) == "refs/heads/trunk"


def test_tallies_and_updates_change_no_lock(repository: LockRepository) -> None:
    repository.add("aws", "env-1", state="claimed")
    commit = repository.tally("aws", triggers=2, removals=1)
    assert _show(repository, commit, "%s") == "triggering build with pending triggers: 2; pending removals: 1"
    assert git_text("show", "main:aws/.pending-triggers", folder=repository.path) == "2"
    assert git_text("show", "main:aws/.pending-removals", folder=repository.path) == "1"
    repository.update("aws", "env-1", "new")
    assert git_text("show", "main:aws/claimed/env-1", folder=repository.path) == "new"


def test_a_pool_without_gitkeep_stays_without(repository: LockRepository) -> None:
    repository.add_pool("aws")
    repository.commit({"aws/claimed/.gitkeep": None})
    repository.add("aws", "env-1")
    assert set(repository.tree()) == {b"aws/unclaimed/.gitkeep", b"aws/unclaimed/env-1"}


def test_a_claim_of_a_lock_that_is_not_there_fails(repository: LockRepository) -> None:
    repository.add_pool("aws")
    with pytest.raises(RuntimeError, match="not in branch"):
        repository.claim("aws", "env-1")

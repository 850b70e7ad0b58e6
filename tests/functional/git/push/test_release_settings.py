# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits have the configured author, take few commands, and ignore the user's settings of git."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    commits_since,
    open_repository,
    release,
    set_hook,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import GitDaemon

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


def test_author_and_committer_are_configurable(locks: LockRepository, look: Look) -> None:
    base = locks.tip() or ""
    with open_repository(locks.path, look.cache_dir, git_author=" Zoë O'Hara  <zoe+ci@example.com> ") as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    (commit,) = commits_since(locks, base)
    assert commit.author.startswith("Zoë O'Hara <zoe+ci@example.com> ")
    assert commit.committer == commit.author
    with pytest.raises(BadOption, match="git_author"), open_repository(locks.path, look.cache_dir, git_author="Zoë"):
        pass


def test_the_settings_of_the_user_do_not_interfere(
    served_folder: Path, git_daemon: GitDaemon, look: Look, own_home: Path
) -> None:
    locks = LockRepository(served_folder / "locks.git")
    locks.add("aws", "env-1")
    base = locks.claim("aws", "env-1")
    hooks = own_home / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "pre-commit", "commit-msg", "post-commit", "reference-transaction", "prepare-commit-msg"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >>{own_home}/called\nexit 1\n")
        (hooks / name).chmod(0o755)
    (own_home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hooks}\n"
        "[push]\nfollowTags = true\ndefault = nothing\nrecurseSubmodules = check\nnegotiate = true\n"
        "[fastimport]\nunpackLimit = 1000\n[i18n]\ncommitEncoding = latin1\n[diff]\nrenames = copies\n"
        "[user]\nname = Somebody Else\nuseConfigOnly = true\n[pack]\nuseSparse = false\n"
    )
    with open_repository(git_daemon.url("locks.git"), look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    (commit,) = commits_since(locks, base)
    assert commit.author.startswith("poolboy.concourse <poolboy@localhost> ")
    assert not (own_home / "called").exists()


def test_only_the_branch_is_pushed(locks: LockRepository, look: Look) -> None:
    locks.fork("other")
    set_hook(locks, "pre-receive", f"cat >>{locks.path}/pushed")
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    old, new, name = (locks.path / "pushed").read_text().split()
    assert (new, name) == (locks.tip(), "refs/heads/main")
    assert old == locks.tip("other")


def test_all_commits_are_one_process_and_one_push(locks: LockRepository, look: Look, recorder: GitRecorder) -> None:
    for number in range(30):
        locks.add("gcp", f"env-{number}", state="claimed")
    look(locks.path)
    recorder.clear()
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
        after = repository.snapshot()
    in_order = ["ls-remote", "fast-import", "push", "ls-remote"]
    at_the_same_time = ["config", "ls-tree"]  # beside fast-import and push, in any order
    commands = recorder.commands()
    # One of the two can be ended before it is recorded: it has nothing to read.
    assert commands.count("cat-file") in (1, 2)
    assert sorted(set(commands) - {"cat-file"}) == sorted({*in_order, *at_the_same_time})
    assert len(commands) - commands.count("cat-file") == len(in_order) + len(at_the_same_time)
    assert [command for command in commands if command in in_order] == in_order
    assert not after.claims
    (push,) = (arguments for arguments in recorder.calls() if arguments[0] == "push")
    assert not any(argument in ("--force", "-f") or argument.startswith("+") for argument in push)


def test_locks_that_differ_in_case_only_are_two_locks(locks: LockRepository, look: Look, own_home: Path) -> None:
    (own_home / ".gitconfig").write_text("[core]\nignoreCase = true\n")
    for name in ("ENV-1", "env-1"):
        locks.add("gcp", name, state="claimed")
    base = locks.tip() or ""
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository, "gcp/env-1") is PushOutcome.ACCEPTED
    (commit,) = commits_since(locks, base)
    assert commit.changes == ("D gcp/claimed/env-1", "A gcp/unclaimed/env-1")

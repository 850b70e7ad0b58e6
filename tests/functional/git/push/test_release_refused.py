# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that refuses the push: the error quotes it, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import RepositoryChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import CommitStore, PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.snapshot_file import read_snapshot
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    is_whole,
    open_repository,
    release,
    releases_of,
    set_hook,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.servers import GitDaemon, GitHttpServer, SshServer
from ansible_collections.poolboy.concourse.tests.servers.http_faults import read_only

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
NEVER = "refuses the push to branch main, so nothing was released"


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    repository.claim("aws", "env-1")
    return repository


def refused(locks: LockRepository, look: Look, repo: object, expected: str, **options: Any) -> str:
    """Fail to release, and return the message; check that the repository is unchanged and the cache still works."""
    before = locks.tip()
    with open_repository(repo, look.cache_dir, **options) as repository:
        with pytest.raises(RepositoryError, match=expected) as failure:
            release(repository)
        assert repository.snapshot().commit == before
    message = str(failure.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 900
    assert locks.tip() == before
    assert is_whole(locks)
    return message


def test_a_hook(locks: LockRepository, look: Look, git_daemon: GitDaemon, https_server: GitHttpServer) -> None:
    script = "printf 'Locks are \\033[31mnot\\033[0m yours.\\nAsk Ada.\\n'; echo and Bob >&2; exit 1"
    set_hook(locks, "pre-receive", script)
    for repo in (locks.path, git_daemon.url("locks.git"), https_server.url("locks.git")):
        message = refused(locks, look, repo, NEVER, ca_path=str(https_server.ca_file))
        assert "A hook of the server refuses these commits" in message
        assert r"It says: pre-receive hook declined; Locks are \x1b[31mnot\x1b[0m yours.; Ask Ada.; and Bob" in message


def test_a_hook_with_endless_output(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    set_hook(locks, "update", "seq 1 500000; exit 1")
    assert refused(locks, look, git_daemon.url("locks.git"), NEVER).endswith("…")


def test_a_protected_branch(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    words = "GitLab: You are not allowed to push code to protected branches on this project."
    set_hook(locks, "update", f"echo '{words}'; exit 1")
    message = refused(locks, look, git_daemon.url("locks.git"), NEVER)
    assert "The branch is protected: allow this user to push to it on the server." in message
    assert message.endswith(f"It says: hook declined; {words}; error: hook declined to update refs/heads/main")


def test_a_server_without_push_options(
    locks: LockRepository, look: Look, git_daemon: GitDaemon, own_home: Path
) -> None:
    (own_home / ".gitconfig").write_text("[push]\n\tpushOption = ci.skip\n")
    message = refused(locks, look, git_daemon.url("locks.git"), "does not support push options")
    assert "remove push.pushOption and push.gpgSign" in message


def test_a_work_tree(locks: LockRepository, look: Look, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(locks.path), str(clone))
    message = refused(locks, look, clone, NEVER)
    assert "has a work tree with this branch checked out: use a bare repository" in message
    assert "branch is currently checked out" in message


def test_a_read_only_key(locks: LockRepository, look: Look, ssh_server: SshServer) -> None:
    options = {"key_file": str(ssh_server.read_only_key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    message = refused(locks, look, ssh_server.url("locks.git"), NEVER, **options)
    assert "This user or key may read but not push: grant it write access" in message
    assert "This key may only read" in message


def test_a_key_that_is_refused_without_a_reason(locks: LockRepository, look: Look, ssh_server: SshServer) -> None:
    script = next(Path(word) for word in authorized_keys(ssh_server).split('"') if word.endswith("read_only"))
    script.write_text(script.read_text().replace("echo", ": echo"))
    options = {"key_file": str(ssh_server.read_only_key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    refused(locks, look, ssh_server.url("locks.git"), "lets this user or key read but not push", **options)


def authorized_keys(server: SshServer) -> str:
    return (server.known_hosts.parent / "authorized_keys").read_text()


def test_a_key_that_was_revoked_before_the_push(locks: LockRepository, look: Look, ssh_server: SshServer) -> None:
    options = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    with open_repository(ssh_server.url("locks.git"), look.cache_dir, **options) as repository:
        repository.snapshot()
        (ssh_server.known_hosts.parent / "authorized_keys").write_text("")
        with pytest.raises(RepositoryError, match="refuses the key"):
            release_from_cache(repository, look)


def release_from_cache(repository: CommitStore[RepositoryChange], look: Look) -> PushOutcome:
    """Release without a request to the server before the push."""
    snapshot = read_snapshot(look.folder / "snapshot.json")
    assert snapshot is not None
    return repository.push(snapshot, repository.write(snapshot, releases_of(snapshot)))


def test_a_read_only_user(locks: LockRepository, look: Look, https_server: GitHttpServer) -> None:
    https_server.answer = read_only
    message = refused(locks, look, https_server.url("locks.git"), NEVER, ca_path=str(https_server.ca_file))
    assert "This user or key may read but not push" in message
    assert "It says: You are not allowed to push to this repository." in message


def test_a_read_only_daemon(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    git("config", "daemon.receivepack", "false", folder=locks.path)
    assert "may read but not push" in refused(locks, look, git_daemon.url("locks.git"), NEVER)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@needs_root
def test_a_full_disk_on_the_server(look: Look, small_disk: Path, tmp_path: Path) -> None:
    locks = LockRepository(small_disk / "locks.git")
    locks.add("aws", "env-1")
    locks.claim("aws", "env-1")
    look(locks.path)
    fill(small_disk)
    message = refused(locks, look, locks.path, NEVER)
    assert "The server is out of space: free some there." in message
    (small_disk / "fill").unlink()
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED


@needs_root
def test_a_full_disk_of_the_cache(locks: LockRepository, small_disk: Path) -> None:
    look = Look(small_disk / "cache")
    look(locks.path)
    fill(small_disk)
    message = refused(locks, look, locks.path, "No space left|space")
    assert "cache_dir" in message
    (small_disk / "fill").unlink()
    with open_repository(locks.path, look.cache_dir) as repository:
        assert release(repository) is PushOutcome.ACCEPTED


def fill(disk: Path) -> None:
    """Leave no space on a disk."""
    with (disk / "fill").open("wb", buffering=0) as file:
        for size in (4096, 1):
            while True:
                try:
                    file.write(b"x" * size)
                except OSError:
                    break

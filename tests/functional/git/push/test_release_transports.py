# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks are released over every transport, from a mirror of one commit, and no secret is stored."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.cache.mirror import Mirror
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.remote import TRACKED
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import (
    commits_since,
    is_whole,
    open_repository,
    release,
    releases_of,
    set_hook,
)
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_text
from ansible_collections.poolboy.concourse.tests.servers import (
    CertificateAuthority,
    GitDaemon,
    GitHttpServer,
    SshServer,
    dumb,
    serve_https,
)

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

PASSWORD = "s3cr3t @:/%ü'\"$"


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    """Two claims in the newest commits, on top of a longer history."""
    repository = LockRepository(served_folder / "locks.git")
    for name in ("env-1", "env-2"):
        repository.add("aws", name)
    for _round in range(20):
        repository.claim("aws", "env-2")
        repository.release("aws", "env-2")
    repository.commit(moves=[(b"aws/unclaimed/%s" % name, b"aws/claimed/%s" % name) for name in (b"env-1", b"env-2")])
    return repository


def make_shallow(mirror: Path, locks: LockRepository) -> None:
    """Replace the mirror by one that holds only the newest commit."""
    shutil.rmtree(mirror)
    Mirror.create(mirror, locks.tip() or "")
    git("fetch", "--quiet", "--depth=1", locks.url, f"+refs/heads/main:{TRACKED}", folder=mirror)
    assert git_text("rev-list", "--count", TRACKED, folder=mirror) == "1"


def check(locks: LockRepository, look: Look, repo: object, **options: Any) -> None:
    """Release one lock from a mirror of a single commit, then the other from the same mirror."""
    base = locks.tip() or ""
    with open_repository(repo, look.cache_dir, **options) as repository:
        snapshot = repository.snapshot()
        make_shallow(look.mirror, locks)
        last = repository.write(snapshot, releases_of(snapshot, "aws/env-1"))
        assert repository.push(snapshot, last) is PushOutcome.ACCEPTED
    with open_repository(repo, look.cache_dir, **options) as repository:
        assert release(repository, "aws/env-2") is PushOutcome.ACCEPTED
        assert not repository.snapshot().claims
    assert [commit.changes for commit in commits_since(locks, base)] == [
        ("D aws/claimed/env-1", "A aws/unclaimed/env-1"),
        ("D aws/claimed/env-2", "A aws/unclaimed/env-2"),
    ]
    assert is_whole(locks)


def test_a_file(locks: LockRepository, look: Look) -> None:
    check(locks, look, locks.path)


def test_git_daemon(locks: LockRepository, look: Look, git_daemon: GitDaemon) -> None:
    check(locks, look, git_daemon.url("locks.git"))


def test_ssh(locks: LockRepository, look: Look, ssh_server: SshServer) -> None:
    known = str(ssh_server.known_hosts)
    check(locks, look, ssh_server.url("locks.git"), ssh_private_key=ssh_server.key.private, known_hosts_file=known)


def test_https(locks: LockRepository, look: Look, https_server: GitHttpServer) -> None:
    check(locks, look, https_server.url("locks.git"), ca_path=str(https_server.ca_file))


def test_without_a_cache(locks: LockRepository, look: Look) -> None:
    base = locks.tip() or ""
    with open_repository(locks.path, look.cache_dir, cache=False) as repository:
        assert release(repository) is PushOutcome.ACCEPTED
    assert len(commits_since(locks, base)) == 2
    assert not look.cache_dir.exists()


def test_another_branch(locks: LockRepository, look: Look) -> None:
    main = locks.tip()
    locks.fork("of/ümläuts")
    with open_repository(locks.path, look.cache_dir, branch="of/ümläuts") as repository:
        assert release(repository) is PushOutcome.ACCEPTED
        assert repository.snapshot().commit == locks.tip("of/ümläuts")
    assert locks.tip() == main


def test_https_with_a_password_stores_no_secret(
    locks: LockRepository,
    look: Look,
    served_folder: Path,
    certificate_authority: CertificateAuthority,
    recorder: GitRecorder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with serve_https(served_folder, authority=certificate_authority, user="me", password=PASSWORD) as server:
        options = {"ca_path": str(server.ca_file), "repo_username": "me", "repo_password": PASSWORD}
        check(locks, look, server.url("locks.git"), **options)
        locks.claim("aws", "env-1")
        set_hook(locks, "pre-receive", f"cat <<'END'\nyour password is {PASSWORD}\nEND\nexit 1")
        with (
            open_repository(server.url("locks.git"), look.cache_dir, **options) as repository,
            pytest.raises(RepositoryError, match=r"your password is \*\*\*") as refusal,
        ):
            release(repository)
    assert "push" in recorder.commands()
    arguments = "\n".join(argument for call in recorder.calls() for argument in call)
    kept = b"".join(file.read_bytes() for file in look.files())
    for secret in (PASSWORD, "s3cr3t"):
        assert secret not in str(refusal.value) + arguments + caplog.text
        assert secret.encode() not in kept


def test_dumb_http_accepts_no_push(locks: LockRepository, look: Look, served_folder: Path) -> None:
    base = locks.tip()
    expected = "Nobody can push to .*: it is a web server that only serves"
    with (
        serve_https(served_folder, tls=False, answer=dumb) as server,
        open_repository(server.url("locks.git"), look.cache_dir) as repository,
        pytest.raises(RepositoryError, match=expected),
    ):
        release(repository)
    assert locks.tip() == base

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong at real servers, and the sentence that an operator reads."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption, RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.dependency import MissingDependency
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import (
    GitDaemon,
    GitHttpServer,
    HangingServer,
    SshServer,
    failing,
    login_page,
    one_line_page,
    redirecting,
    serve_https,
)

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and mount")


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    return repository


def refused(look: Look, repo: object, words: str, **options: object) -> str:
    """Look, and return the one line of the error."""
    with pytest.raises(RepositoryError, match=words) as caught:
        look(repo, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_repository(look: Look, locks: LockRepository, git_daemon: GitDaemon, ssh_server: SshServer) -> None:
    folder = locks.path.parent
    (folder / "plain").mkdir()
    for repo in (folder / "nowhere", folder / "plain", git_daemon.url("nowhere.git")):
        refused(look, repo, "There is no git repository at .* that this user can read: check repo")
    options = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(ssh_server.known_hosts)}
    refused(
        look,
        ssh_server.url("nowhere.git"),
        "There is no git repository at .* that this user can read: check repo",
        **options,
    )


def test_an_empty_repository(look: Look, locks: LockRepository) -> None:
    empty = LockRepository(locks.path.parent / "empty.git")
    refused(look, empty.path, "has no branch: it is empty")
    refused(look, empty.path, "has no branch: it is empty", branch="main")


def test_an_unknown_branch_and_those_there_are(look: Look, locks: LockRepository) -> None:
    locks.fork("other")
    refused(look, locks.path, r"There is no branch nope at .*\. It has: main, other\.", branch="nope")
    with pytest.raises(BadOption, match="which is not a valid branch name"):
        look(locks.path, branch="no pe")


def test_a_head_that_names_nothing(look: Look, locks: LockRepository) -> None:
    locks.set_head("gone")
    refused(look, locks.path, r"is not an existing branch: set branch\. It has: main\.")
    assert look(locks.path, branch="refs/heads/main").branch == "main"


@pytest.mark.parametrize("scheme", ["ssh", "git", "http", "https"])
def test_an_unknown_host_and_a_closed_port(look: Look, scheme: str) -> None:
    refused(look, f"{scheme}://nobody.invalid/x", "The host of .* cannot be resolved: check its name")
    refused(look, f"{scheme}://127.0.0.1:1/x", "refuses the connection: check host and port")


@pytest.mark.parametrize("scheme", ["ssh", "git", "http", "https"])
def test_a_server_that_never_answers(look: Look, hanging_server: HangingServer, scheme: str) -> None:
    begin = time.monotonic()
    refused(look, hanging_server.url(scheme=scheme), "within git_timeout, 1 seconds", git_timeout=1)
    assert time.monotonic() - begin < 10


def test_ssh_host_keys(look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path) -> None:
    url, key = ssh_server.url("locks.git"), str(ssh_server.key.file)
    unknown, changed = str(ssh_server.empty_known_hosts), str(ssh_server.changed_known_hosts)
    refused(
        look, url, "The host key of .* is not known: add it to known_hosts_file", key_file=key, known_hosts_file=unknown
    )
    refused(look, url, "The host key of .* has changed", key_file=key, known_hosts_file=changed)
    assert "Accepted publickey" not in ssh_server.log()


def test_a_new_host_key_that_cannot_be_kept(
    look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path
) -> None:
    kept, lost = tmp_path / "known_hosts", tmp_path / "no folder" / "known_hosts"
    for file in (kept, lost):
        options = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(file), "accept_newhostkey": True}
        assert look(ssh_server.url("locks.git"), **options).pools == ("aws",)
    assert kept.read_text()
    (warning,) = look.warnings
    assert warning.startswith(f"The host keys that accept_newhostkey accepts cannot be kept in {lost}, ")


def test_ssh_keys(look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path) -> None:
    url, known = ssh_server.url("locks.git"), str(ssh_server.known_hosts)
    for key in (ssh_server.stranger_key, ssh_server.passphrase_key):
        refused(look, url, "refuses the key: check key_file", key_file=str(key.file), known_hosts_file=known)
    refused(look, url, "refuses the key: check key_file", known_hosts_file=known)
    text = Path(ssh_server.key.file).read_text()
    refused(look, url, "cannot read the private key", ssh_private_key=text[:150], known_hosts_file=known)
    open_key = tmp_path / "open"
    open_key.write_text(text)
    open_key.chmod(0o644)
    refused(look, url, "run chmod 600 on it", key_file=str(open_key), known_hosts_file=known)


def test_no_ssh(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND")
    monkeypatch.setenv("GIT_SSH", "/nonexistent/ssh")
    refused(look, "ssh://host/x", "The program ssh is not installed")


def test_tls(look: Look, locks: LockRepository, https_server: GitHttpServer, served_folder: Path) -> None:
    url, ca = https_server.url("locks.git"), str(https_server.ca_file)
    refused(look, url, "The TLS certificate of .* is not trusted: give its CA in ca_path")
    refused(look, url.replace("127.0.0.1", "127.0.0.2"), "refuses|is not trusted", ca_path=ca)
    refused(look, url.replace("https:", "http:"), "was lost", ca_path=ca)
    with serve_https(served_folder, tls=False) as plain:
        refused(look, plain.url("locks.git").replace("http:", "https:"), "check that the server speaks TLS")
    with pytest.raises(BadOption, match="ca_path names"):
        look(url, ca_path="/nonexistent")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "requires a user name and a password: give them"),
        (403, "responds with 403: this user has no read access"),
        (404, "There is no repository at"),
        (429, "responds with 429, as there were too many requests: run less often"),
        (418, "responds with 418 instead of a repository"),
        (500, "responds with 500: try again later"),
        (503, "responds with 503: try again later"),
    ],
)
def test_http_statuses(look: Look, https_server: GitHttpServer, status: int, words: str) -> None:
    https_server.answer = failing(status)
    refused(look, https_server.url("locks.git"), words, ca_path=str(https_server.ca_file))


def test_web_pages_and_wrong_ways(look: Look, https_server: GitHttpServer) -> None:
    options = {"ca_path": str(https_server.ca_file)}
    https_server.answer = login_page
    refused(look, https_server.url("x"), "is not a git repository, it may be a web page", **options)
    https_server.answer = one_line_page
    refused(look, https_server.url("x"), "it is not a git repository", **options)
    https_server.answer = redirecting("ftp://127.0.0.1:1")
    refused(look, https_server.url("x"), "leads to a protocol that is not supported", **options)


def test_passwords(look: Look, locks: LockRepository, served_folder: Path) -> None:
    with serve_https(served_folder, tls=False, user="me", password="right") as server:
        url = server.url("locks.git")
        refused(look, url, "requires a user name and a password: give them in repo_username and repo_password")
        for options in ({"repo_username": "me", "repo_password": "hunter2"}, {"repo_password": "hunter2"}):
            assert "hunter2" not in refused(look, url, "refuses the user name or the password", **options)
        in_address = url.replace("://", "://me:hunter2@")
        assert "hunter2" not in refused(look, in_address, "refuses the user name or the password")
        assert "token" not in refused(look, url.replace("://", "://token@"), "requires a user name and a password")


def test_a_redirect_to_a_server_that_requires_a_login(look: Look, locks: LockRepository, served_folder: Path) -> None:
    with (
        serve_https(served_folder, tls=False, user="me", password="right") as other,
        serve_https(served_folder, tls=False) as first,
    ):
        first.answer = redirecting(other.base_url(host="localhost"))
        for options in ({}, {"repo_password": "right"}):
            message = refused(look, first.url("locks.git"), "set repo to the address there", **options)
            assert f"leads to {other.base_url(host='localhost')}, which requires a user name and a password" in message


def test_a_limit_on_file_sizes(look: Look, locks: LockRepository) -> None:
    locks.commit({"big": os.urandom(3_000_000)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        refused(look, locks.path, "The limit on the size of a file .* is too small to read .*: raise it")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert look(locks.path).commit == locks.tip()


def test_a_protocol_that_the_user_s_settings_lead_to(look: Look, own_home: Path) -> None:
    (own_home / ".gitconfig").write_text('[url "ext::touch owned "]\n\tinsteadOf = https://host/\n')
    refused(look, "https://host/x", "leads to a protocol that is not supported")
    assert not list(own_home.parent.rglob("owned"))


@needs_root
def test_a_repository_of_another_user(look: Look, locks: LockRepository) -> None:
    os.chown(locks.path, 12345, 12345)
    refused(look, locks.path, "another user owns it")


@needs_root
def test_a_full_disk(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    locks.commit({"big": os.urandom(3_000_000)})
    small = tmp_path / "cache"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=True)
    try:
        refused(look, locks.path, "no space left|No space left")
        assert not list(small.rglob("*.pack"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_cache_that_cannot_be_written(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(look, locks.path, "cannot be used: .*set another cache_dir", cache_dir=str(tmp_path / "file"))


def test_a_shallow_remote(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    locks.claim("aws", "env-1")
    for number in range(3):
        locks.add("aws", f"new-{number}")
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--depth=2", locks.url, str(clone)], check=True)
    refused(
        look, clone, "ends before the commit that claimed aws/claimed/env-1: the repository there is a shallow clone"
    )


def test_an_old_git(look: Look, locks: LockRepository, recorder: GitRecorder) -> None:
    recorder.run_before('if [ "$1" = version ]; then echo git version 2.25.1; exit; fi')
    with pytest.raises(MissingDependency, match=r"git 2.25.1 is too old: install git 2.31"):
        look(locks.path)


@pytest.mark.parametrize("seconds", [0, -5])
def test_no_time_at_all(look: Look, locks: LockRepository, seconds: int) -> None:
    with pytest.raises(BadOption, match="git_timeout is"):
        look(locks.path, git_timeout=seconds)

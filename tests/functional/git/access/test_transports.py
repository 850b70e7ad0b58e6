# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every transport, against a real server of its kind."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look, claims_of, expected_claims, grow
from ansible_collections.poolboy.concourse.tests.functional.git.recorder import GitRecorder
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import (
    CertificateAuthority,
    GitDaemon,
    GitHttpServer,
    SshServer,
    dumb,
    redirecting,
    serve_https,
)

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

PASSWORD = "s3cr3t @:/%ü'\"$"


@pytest.fixture
def locks(served_folder: Path) -> LockRepository:
    """More commits than the first two fetches bring, so that each transport has to deepen."""
    repository = LockRepository(served_folder / "locks.git")
    repository.add("aws", "env-1")
    repository.claim("aws", "env-1")
    repository.add("aws", "env-2")
    grow(repository, 35)
    return repository


def check(look: Look, locks: LockRepository, repo: object, **options: object) -> None:
    """A first look, one with nothing new, and one with something new."""
    for _look in range(2):
        assert claims_of(look(repo, **options)) == expected_claims(locks)
    locks.claim("aws", "env-2")
    assert claims_of(look(repo, **options)) == expected_claims(locks)
    locks.release("aws", "env-2")


def ssh_options(server: SshServer) -> dict[str, str]:
    return {"key_file": str(server.key.file), "known_hosts_file": str(server.known_hosts)}


def test_a_file(look: Look, locks: LockRepository, tmp_path: Path, recorder: GitRecorder) -> None:
    check(look, locks, locks.path)
    assert recorder.depths()[:3] == [1, 64, 512]
    strange = tmp_path / "100% strange: ü\udcff"
    shutil.copytree(locks.path, strange)
    assert claims_of(look(strange)) == expected_claims(locks)
    assert claims_of(look(strange.as_uri())) == expected_claims(locks)


def test_a_relative_path(look: Look, locks: LockRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(locks.path.parent)
    check(look, locks, "locks.git")


def test_git_daemon(look: Look, locks: LockRepository, git_daemon: GitDaemon, recorder: GitRecorder) -> None:
    check(look, locks, git_daemon.url("locks.git"))
    assert recorder.depths()[:2] == [64, 4096]


def test_ssh_with_a_key_file(look: Look, locks: LockRepository, ssh_server: SshServer, recorder: GitRecorder) -> None:
    check(look, locks, ssh_server.url("locks.git"), **ssh_options(ssh_server))
    assert recorder.depths()[:2] == [64, 4096]


def test_ssh_in_the_short_form(
    look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "ssh config"
    config.write_text(f"Host locks\n HostName 127.0.0.1\n Port {ssh_server.port}\n User {ssh_server.user}\n")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"ssh -F '{config}'")
    check(look, locks, f"locks:{locks.path}", **ssh_options(ssh_server))
    check(look, locks, f"{ssh_server.user}@locks:{locks.path}", **ssh_options(ssh_server))


@pytest.mark.parametrize("shape", ["{}", "{}\n\n", "\r\n"])
def test_ssh_with_the_text_of_a_key(look: Look, locks: LockRepository, ssh_server: SshServer, shape: str) -> None:
    text = Path(ssh_server.key.file).read_text().strip()
    text = shape.format(text) if "{" in shape else text.replace("\n", shape)
    known = str(ssh_server.known_hosts)
    assert look(ssh_server.url("locks.git"), ssh_private_key=text, known_hosts_file=known).commit == locks.tip()


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_ssh_with_a_key_file_of_another_system(
    look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path, line_end: str
) -> None:
    """With the line ends of Windows, or without the last one."""
    file = tmp_path / "key"
    file.write_bytes(line_end.join(Path(ssh_server.key.file).read_text().splitlines()).encode())
    file.chmod(0o600)
    known = str(ssh_server.known_hosts)
    assert look(ssh_server.url("locks.git"), key_file=str(file), known_hosts_file=known).commit == locks.tip()
    file.chmod(0o644)
    with pytest.raises(RepositoryError, match="run chmod 600 on it"):
        look(ssh_server.url("locks.git"), key_file=str(file), known_hosts_file=known)


def test_ssh_with_the_text_of_a_key_and_no_anonymous_memory(
    look: Look, locks: LockRepository, ssh_server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.memfd_create")
    known, text = str(ssh_server.known_hosts), Path(ssh_server.key.file).read_text()
    assert look(ssh_server.url("locks.git"), ssh_private_key=text, known_hosts_file=known).commit == locks.tip()


def test_ssh_learns_a_new_host_key_once(
    look: Look, locks: LockRepository, ssh_server: SshServer, tmp_path: Path
) -> None:
    known = tmp_path / "known hosts"
    options = {"key_file": str(ssh_server.key.file), "known_hosts_file": str(known)}
    assert look(ssh_server.url("locks.git"), accept_newhostkey=True, **options).commit == locks.tip()
    assert known.exists()
    assert look(ssh_server.url("locks.git"), **options).commit == locks.tip()
    ssh_server.replace_host_key()
    with pytest.raises(RepositoryError, match="has changed"):
        look(ssh_server.url("locks.git"), accept_newhostkey=True, **options)


def test_https(look: Look, locks: LockRepository, https_server: GitHttpServer, recorder: GitRecorder) -> None:
    check(look, locks, https_server.url("locks.git"), ca_path=str(https_server.ca_file))
    assert recorder.depths()[:2] == [64, 4096]


def test_plain_http(look: Look, locks: LockRepository, served_folder: Path) -> None:
    with serve_https(served_folder, tls=False) as server:
        check(look, locks, server.url("locks.git"))


def test_dumb_http_gives_all_at_once(look: Look, locks: LockRepository, served_folder: Path) -> None:
    with serve_https(served_folder, tls=False, answer=dumb) as server:
        check(look, locks, server.url("locks.git"))


def test_https_with_a_password(
    look: Look, locks: LockRepository, served_folder: Path, certificate_authority: CertificateAuthority
) -> None:
    with serve_https(served_folder, authority=certificate_authority, user="me", password=PASSWORD) as server:
        check(
            look,
            locks,
            server.url("locks.git"),
            ca_path=str(server.ca_file),
            repo_username="me",
            repo_password=PASSWORD,
        )
        in_address = server.url("locks.git").replace("://", f"://me:{quote(PASSWORD, safe='')}@")
        check(look, locks, in_address, ca_path=str(server.ca_file))


@pytest.mark.parametrize("user", ["me", ""])
def test_a_password_does_not_follow_a_redirect_to_another_host(
    look: Look, locks: LockRepository, served_folder: Path, certificate_authority: CertificateAuthority, user: str
) -> None:
    with (
        serve_https(served_folder, authority=certificate_authority, user="me", password=PASSWORD) as evil,
        serve_https(served_folder, authority=certificate_authority, user=user, password=PASSWORD) as good,
    ):
        good.answer = redirecting(evil.base_url(host="localhost"))
        with pytest.raises(RepositoryError, match="user name"):
            look(good.url("locks.git"), ca_path=str(good.ca_file), repo_username="me", repo_password=PASSWORD)
        assert any(request.authorization for request in good.requests) is bool(user)
        assert evil.requests
        assert not [request for request in evil.requests if request.authorization]


def test_the_user_s_own_helper_serves_where_no_password_is_given(
    look: Look, locks: LockRepository, served_folder: Path, own_home: Path
) -> None:
    helper = own_home / "helper"
    helper.write_text(f"#!{sys.executable}\nprint('username=me\\npassword=other')")
    helper.chmod(0o755)
    (own_home / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
    with serve_https(served_folder, tls=False, user="me", password="other") as server:
        assert look(server.url("locks.git")).commit == locks.tip()
        with pytest.raises(RepositoryError, match="refuses the user name or the password"):
            look(server.url("locks.git"), repo_username="me", repo_password="wrong")


def test_nothing_is_kept_without_a_cache(look: Look, locks: LockRepository, tmp_path: Path) -> None:
    check(look, locks, locks.path, cache=False)
    assert not look.cache_dir.exists()

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTPS server of the tests: smart, dumb, with a password, and with common failures."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git, git_environment, git_text
from ansible_collections.poolboy.concourse.tests.servers import (
    CertificateAuthority,
    GitHttpServer,
    dumb,
    failing,
    login_page,
    one_line_page,
    redirecting,
    serve_https,
)

from .conftest import RoundTrip

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]


def _environment(server: GitHttpServer, user: str = "", password: str = "") -> dict[str, str]:
    """Return the environment of a client that trusts the server's CA and sends a user name and a password."""
    helper = f'!f() {{ echo "username={user}"; echo "password={password}"; }}; f'
    credentials = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper", "GIT_CONFIG_VALUE_0": helper}
    return git_environment(GIT_SSL_CAINFO=str(server.ca_file), **(credentials if user else {}))


def _list(server: GitHttpServer, **options: str) -> str:
    environment = _environment(server, **options)
    return git("ls-remote", server.url("locks.git"), "refs/heads/main", environment=environment).decode().split("\t")[0]


def _refused(server: GitHttpServer, **options: str) -> str:
    with pytest.raises(RuntimeError) as refusal:
        _list(server, **options)
    return str(refusal.value)


def test_a_clone_and_a_push_go_through(https_server: GitHttpServer, round_trip: RoundTrip) -> None:
    round_trip(https_server.url("locks.git"), GIT_SSL_CAINFO=str(https_server.ca_file))
    assert {request.method for request in https_server.requests} == {"GET", "POST"}
    assert not any(request.authorization for request in https_server.requests)


def test_plain_http_works_too(served_folder: Path, round_trip: RoundTrip) -> None:
    with serve_https(served_folder, tls=False) as server:
        assert server.url("locks.git").startswith("http://127.0.0.1:")
        round_trip(server.url("locks.git"))


def test_a_large_push_comes_in_chunks_and_a_large_fetch_compressed(
    https_server: GitHttpServer, locks: LockRepository, tmp_path: Path
) -> None:
    environment = _environment(https_server)
    noise = random.Random(1).randbytes(3_000_000)  # more than http.postBuffer, and incompressible
    locks.commit({"big": noise})
    for number in range(40):  # enough tips that the client compresses its list of commits
        locks.commit({"n": str(number)}, branch=f"side-{number}")
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--mirror", https_server.url("locks.git"), str(clone), environment=environment)
    tip = locks.commit({"n": "new"})
    git("fetch", "--quiet", "origin", folder=clone, environment=environment)
    assert git_text("rev-parse", "main", folder=clone) == tip
    assert "gzip" in {request.encoding for request in https_server.requests}
    empty = LockRepository(https_server.root / "empty.git")
    git("push", "--quiet", https_server.url("empty.git"), "main", folder=clone, environment=environment)
    assert empty.tip() == tip
    assert "chunked" in {request.encoding for request in https_server.requests}


def test_protocol_version_2_is_spoken(https_server: GitHttpServer, locks: LockRepository) -> None:
    environment = _environment(https_server) | {"GIT_TRACE_PACKET": str(https_server.root / "trace")}
    git("-c", "protocol.version=2", "ls-remote", https_server.url("locks.git"), environment=environment)
    assert "version 2" in (https_server.root / "trace").read_text()


def test_an_untrusted_ca_is_refused(https_server: GitHttpServer, served_folder: Path, locks: LockRepository) -> None:
    with serve_https(served_folder) as stranger, pytest.raises(RuntimeError, match="certificate"):
        git("ls-remote", stranger.url("locks.git"), environment=_environment(https_server))
    assert not stranger.requests


def test_the_folder_of_the_ca_is_as_good_as_its_file(
    https_server: GitHttpServer, certificate_authority: CertificateAuthority, locks: LockRepository
) -> None:
    environment = git_environment(GIT_SSL_CAPATH=str(certificate_authority.ca_folder))
    for host in ("127.0.0.1", "localhost"):
        assert git("ls-remote", https_server.url("locks.git", host=host), environment=environment)


def test_only_the_right_password_opens(
    served_folder: Path, certificate_authority: CertificateAuthority, locks: LockRepository
) -> None:
    with serve_https(served_folder, authority=certificate_authority, user="ada", password="secret") as server:
        assert _list(server, user="ada", password="secret") == locks.tip()
        statuses = [(request.status, request.authorization) for request in server.requests]
        assert statuses[:2] == [(401, False), (200, True)]
        assert "Authentication failed" in _refused(server, user="ada", password="wrong")
        assert "could not read Username" in _refused(server)


def test_client_certificates_can_be_asked_for(
    served_folder: Path, certificate_authority: CertificateAuthority, locks: LockRepository
) -> None:
    own = certificate_authority.client_certificate()
    with serve_https(served_folder, authority=certificate_authority, client_certificates=True) as server:
        environment = _environment(server) | {"GIT_SSL_CERT": str(own.certificate), "GIT_SSL_KEY": str(own.key)}
        assert git("ls-remote", server.url("locks.git"), environment=environment)
        served = len(server.requests)
        assert "unable to access" in _refused(server)
        assert len(server.requests) == served


def test_the_dumb_protocol_is_read_only(https_server: GitHttpServer, locks: LockRepository, tmp_path: Path) -> None:
    https_server.answer = dumb
    clone, environment = tmp_path / "clone", _environment(https_server)
    git("clone", "--quiet", "--mirror", https_server.url("locks.git"), str(clone), environment=environment)
    assert git_text("rev-parse", "main", folder=clone) == locks.tip()
    assert not any("git-upload-pack" in request.path and request.method == "POST" for request in https_server.requests)
    with pytest.raises(RuntimeError):
        git("push", https_server.url("locks.git"), "main:other", folder=clone, environment=environment)
    assert locks.tip("other") is None


def test_wrong_answers_are_wrong(https_server: GitHttpServer, locks: LockRepository) -> None:
    for answer, words in ((login_page, "not valid"), (failing(403), "403"), (failing(500), "500")):
        https_server.answer = answer
        assert words in _refused(https_server)


def test_a_page_of_one_line_looks_like_an_empty_repository(https_server: GitHttpServer) -> None:
    https_server.answer = one_line_page
    assert _list(https_server) == ""


def test_a_redirection_leads_to_the_other_server(
    https_server: GitHttpServer, served_folder: Path, certificate_authority: CertificateAuthority, locks: LockRepository
) -> None:
    to = redirecting(https_server.base_url(host="localhost"))
    with serve_https(served_folder, authority=certificate_authority, answer=to) as first:
        assert _list(first) == locks.tip()
        assert [request.status for request in first.requests] == [301]
    assert {request.host.split(":")[0] for request in https_server.requests} == {"localhost"}


def test_the_log_shows_where_credentials_went(
    https_server: GitHttpServer, served_folder: Path, certificate_authority: CertificateAuthority, locks: LockRepository
) -> None:
    to = redirecting(https_server.base_url(host="localhost"))
    with serve_https(served_folder, authority=certificate_authority, answer=to, user="ada", password="secret") as first:
        with suppress(RuntimeError):  # git may refuse a redirect after the login
            _list(first, user="ada", password="secret")
        assert (301, True) in [(request.status, request.authorization) for request in first.requests]
    assert https_server.requests
    assert not any(request.authorization for request in https_server.requests)

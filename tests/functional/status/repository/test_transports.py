# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every transport against real servers: the same result, or a message with the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.running import fingerprint
from ansible_collections.poolboy.concourse.tests.functional.status.conftest import Look, LookEach, assert_says, refusal
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import (
    CertificateAuthority,
    GitHttpServer,
    SshServer,
    failing,
    login_page,
    new_authority,
    one_line_page,
    redirecting,
    serve_git_daemon,
    serve_https,
    serve_nothing,
    serve_ssh,
    smart,
)
from ansible_collections.poolboy.concourse.tests.servers.processes import free_port

USER, PASSWORD = "pool boy", "pa55:w/rd@é%"
ENCODED = "pool%20boy:pa55%3Aw%2Frd%40%C3%A9%25"
EXPECTED = {"aws/env-1": "free", "aws/env-2": "manual", "cf/fresh/big 1": "unverified"}


@dataclass(frozen=True)
class Servers:
    """One repository behind all servers."""

    root: Path
    ssh: SshServer
    https: GitHttpServer
    git: str
    authority: CertificateAuthority


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    root = tmp_path_factory.mktemp("served")
    locks = LockRepository(root / "locks.git")
    for pool, lock in (("aws", "env-1"), ("aws", "env-2"), ("cf/fresh", "big 1")):
        locks.add(pool, lock)
    locks.claim("aws", "env-2", message="manually claim env-2")
    locks.claim("cf/fresh", "big 1")
    authority = new_authority(tmp_path_factory.mktemp("authority"))
    before = fingerprint(locks.path)
    with (
        serve_ssh(root) as ssh,
        serve_https(root, user=USER, password=PASSWORD, authority=authority) as https,
        serve_git_daemon(root) as daemon,
    ):
        yield Servers(root, ssh, https, daemon.url("locks.git"), authority)
    assert fingerprint(locks.path) == before


def ssh_options(servers: Servers, **options: Any) -> dict[str, Any]:
    ssh = servers.ssh
    return {"repo": ssh.url("locks.git"), "known_hosts_file": str(ssh.known_hosts), **options}


def https_options(servers: Servers, **options: Any) -> dict[str, Any]:
    return {"repo": servers.https.url("locks.git"), "ca_path": str(servers.authority.ca_file), **options}


def ways(servers: Servers) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """Return by name the options and environment variables that read the repository."""
    key, path = servers.ssh.key, servers.root / "locks.git"
    login = {"repo_username": USER, "repo_password": PASSWORD}
    with_password = servers.https.url("locks.git").replace("://", f"://{ENCODED}@")
    return {
        "a key file": (ssh_options(servers, key_file=str(key.file)), {}),
        "a key": (ssh_options(servers, ssh_private_key=key.private), {}),
        "a key that YAML has folded": (ssh_options(servers, ssh_private_key=f"  {key.private}".rstrip()), {}),
        "a key of the environment": (ssh_options(servers), {"POOL_REPO_SSH_PRIVATE_KEY": key.private}),
        "a key that may only read": (ssh_options(servers, key_file=str(servers.ssh.read_only_key.file)), {}),
        "https": (https_options(servers, **login), {}),
        "https, all in the address": (https_options(servers, repo=with_password), {}),
        "git": ({"repo": servers.git}, {}),
        "file": ({"repo": path.as_uri()}, {}),
        "a path": ({"repo": str(path)}, {}),
    }


WAYS = (
    "a key file",
    "a key",
    "a key that YAML has folded",
    "a key of the environment",
    "a key that may only read",
    "https",
    "https, all in the address",
    "git",
    "file",
    "a path",
)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_leads_there(way: str, servers: Servers, look: Look) -> None:
    options, environment = ways(servers)[way]
    for _count in range(2 if way == "https" else 1):
        run = look(environment, **options)
        assert not run.failed, run.message
        assert run.verdicts == EXPECTED
        assert PASSWORD not in run.said
        assert not any(line in run.said for line in servers.ssh.key.private.splitlines()[1:-1])


def test_all_ways_are_tried(servers: Servers) -> None:
    assert set(ways(servers)) == set(WAYS)


def test_a_host_that_was_accepted_is_known_from_then_on(servers: Servers, look: Look, tmp_path: Path) -> None:
    options = ssh_options(servers, key_file=str(servers.ssh.key.file), known_hosts_file=str(tmp_path / "known_hosts"))
    assert look(**options, accept_newhostkey=True).verdicts == EXPECTED
    assert look(**options, cache=False).verdicts == EXPECTED


def test_ssh_says_what_is_wrong(servers: Servers, look_each: LookEach, tmp_path: Path) -> None:
    ssh, broken = servers.ssh, tmp_path / "broken"
    key = str(ssh.key.file)
    broken.write_text(ssh.key.private[:200])
    broken.chmod(0o600)
    open_to_all = tmp_path / "open"
    open_to_all.write_text(ssh.key.private)
    open_to_all.chmod(0o644)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"known_hosts_file": str(ssh.empty_known_hosts)}, ["host key of", "not known", "accept_newhostkey"]),
        (
            {"known_hosts_file": str(ssh.changed_known_hosts), "accept_newhostkey": True},
            ["host key of", "has changed", "Ask its operator"],
        ),
        ({"key_file": str(ssh.stranger_key.file)}, ["refuses the key", "key_file"]),
        ({"key_file": None, "ssh_private_key": ssh.stranger_key.private}, ["refuses the key", "ssh_private_key"]),
        ({"key_file": str(ssh.passphrase_key.file)}, ["refuses the key", "no passphrase"]),
        ({"ssh_private_key": ssh.key.private}, ["key_file and ssh_private_key", "only one"]),
        ({"key_file": None, "ssh_private_key": "s3cret"}, ["ssh_private_key is not a private key", "BEGIN"]),
        ({"key_file": str(broken)}, ["cannot read the private key", "incomplete"]),
        ({"key_file": str(open_to_all)}, ["chmod 600"]),
        ({"key_file": str(tmp_path / "none")}, ["key_file names", "does not exist"]),
        ({"repo": ssh.url("none.git")}, ["no git repository at", "check repo"]),
        ({"repo": ssh.url("locks.git").replace("@", ":pa55w0rd@")}, ["password", "which ssh cannot use"]),
    ]
    runs = look_each([ssh_options(servers, **{"key_file": key, **options}) for options, _words in cases])
    for run, (_options, words) in zip(runs, cases, strict=True):
        assert_says(refusal(run), words)
        assert not any(secret in run.said for secret in (*ssh.key.private.splitlines()[1:-1], "s3cret"))


def test_https_says_what_is_wrong(servers: Servers, look_each: LookEach, tmp_path: Path) -> None:
    login = {"repo_username": USER, "repo_password": PASSWORD}
    no_ca = tmp_path / "ca.pem"
    no_ca.write_text("not a certificate")
    wrong_in_url = servers.https.url("locks.git").replace("://", "://boy:wr0ng-s3cret@")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"repo_password": "wr0ng-s3cret"}, ["refuses the user name or the password", "repo_password"]),
        ({"repo": wrong_in_url, "repo_username": None, "repo_password": None}, ["refuses the user name"]),
        ({"repo_username": None, "repo_password": None}, ["requires a user name and a password", "repo_username"]),
        ({"ca_path": None}, ["certificate", "not trusted", "ca_path"]),
        ({"ca_path": str(no_ca)}, ["not trusted", "ca_path"]),
        ({"repo": servers.https.url("none.git")}, ["no repository at", "check repo"]),
        ({"repo": servers.https.url("locks.git").replace("https:", "http:")}, ["was lost"]),
        ({"repo_password": "a\nb"}, ["line break", "password"]),
    ]
    runs = look_each([https_options(servers, **{**login, **options}) for options, _words in cases])
    for run, (_options, words) in zip(runs, cases, strict=True):
        message = refusal(run)
        assert_says(message, words)
        assert not any(secret in message for secret in ("wr0ng-s3cret", PASSWORD))
        assert PASSWORD not in run.said


def test_what_answers_is_no_git_server(servers: Servers, look: Look) -> None:
    answers: list[tuple[Any, list[str]]] = [
        (failing(403), ["403", "has no read access"]),
        (failing(404), ["no repository at"]),
        (failing(500), ["500", "try again later"]),
        (login_page, ["not a git repository", "web page"]),
        (one_line_page, ["repo"]),
    ]
    with serve_https(servers.root, tls=False) as other:
        for answer, words in answers:
            other.answer = answer
            assert_says(refusal(look(repo=other.url("locks.git"))), words)
        assert not any(request.authorization for request in other.requests)


def test_a_password_does_not_follow_a_redirect_to_another_host(servers: Servers, look: Look) -> None:
    with serve_https(servers.root, user="thief", password="x", tls=False) as thief:
        answer = redirecting(thief.base_url(host="localhost"))
        with serve_https(servers.root, answer=answer, user=USER, password=PASSWORD, tls=False) as first:
            run = look(repo=first.url("locks.git"), repo_username=USER, repo_password=PASSWORD)
            refusal(run)
            assert any(request.authorization for request in first.requests)
        assert not any(request.authorization for request in thief.requests)


@pytest.mark.parametrize("scheme", ["https", "git", "ssh"])
def test_a_server_that_never_answers(scheme: str, servers: Servers, look: Look) -> None:
    with serve_nothing() as server:
        message = refusal(look(**ssh_options(servers, repo=server.url(scheme=scheme), git_timeout=1)))
        assert "within git_timeout, 1 seconds" in message or "cannot be reached" in message
        assert server.connections


def test_a_closed_port(servers: Servers, look_each: LookEach) -> None:
    addresses = [f"{scheme}://127.0.0.1:{free_port()}/locks.git" for scheme in ("https", "git", "ssh")]
    for run in look_each([ssh_options(servers, repo=repo) for repo in addresses]):
        assert_says(refusal(run), ["refuses the connection", "check host and port"])


def test_after_trouble_the_cache_serves_again(servers: Servers, look: Look) -> None:
    with serve_https(servers.root, tls=False) as server:
        assert look(repo=server.url("locks.git")).verdicts == EXPECTED
        server.answer = failing(503)
        assert "503" in refusal(look(repo=server.url("locks.git")))
        server.answer = smart
        assert look(repo=server.url("locks.git")).verdicts == EXPECTED

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login in ~/.netrc serves where no login is given, and never replaces one that is given."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.tests.functional.git.looking import Look
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import GitHttpServer, serve_https

LOGINS = {"me": "own-password", "git": "own-token", "other": "netrc-password"}


@contextmanager
def serve_accounts(folder: Path) -> Iterator[tuple[GitHttpServer, list[str]]]:
    """Serve a folder to all accounts; the list has the user name of each request that was let in."""
    headers = {
        f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}": user for user, password in LOGINS.items()
    }
    users: list[str] = []

    def admits(authorization: str | None) -> bool:
        user = headers.get(authorization or "")
        users.extend([user] if user else [])
        return user is not None

    with serve_https(folder, tls=False) as server:
        server.admits = admits  # type: ignore[method-assign]
        yield server, users


def write_netrc(home: Path, *logins: tuple[str, str]) -> None:
    lines = [f"machine 127.0.0.1 login {user} password {password}\n" for user, password in logins]
    (home / ".netrc").write_text("".join(lines))
    (home / ".netrc").chmod(0o600)


@pytest.mark.parametrize("in_address", [False, True])
def test_a_login_that_is_given_wins(look: Look, locks: LockRepository, own_home: Path, in_address: bool) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]))
    with serve_accounts(locks.path.parent) as (server, users):
        url = server.url("locks.git")
        if in_address:
            look(url.replace("://", f"://me:{LOGINS['me']}@"))
        else:
            look(url, repo_username="me", repo_password=LOGINS["me"])
    assert set(users) == {"me"}


def test_a_token_that_is_given_wins(look: Look, locks: LockRepository, own_home: Path) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]))
    with serve_accounts(locks.path.parent) as (server, users):
        look(server.url("locks.git"), repo_password=LOGINS["git"])
    assert set(users) == {"git"}


def test_a_wrong_login_that_is_given_is_not_replaced(look: Look, locks: LockRepository, own_home: Path) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]))
    with serve_accounts(locks.path.parent) as (server, users):
        with pytest.raises(RepositoryError, match="refuses the user name or the password"):
            look(server.url("locks.git"), repo_username="me", repo_password="wrong")
        assert users == []


@pytest.mark.parametrize("in_address", [False, True])
def test_a_user_name_alone_chooses_its_password(
    look: Look, locks: LockRepository, own_home: Path, in_address: bool
) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]), ("me", LOGINS["me"]))
    with serve_accounts(locks.path.parent) as (server, users):
        url = server.url("locks.git")
        if in_address:
            look(url.replace("://", "://me@"))
        else:
            look(url, repo_username="me")
    assert set(users) == {"me"}


def test_a_user_name_without_a_password_is_not_replaced(look: Look, locks: LockRepository, own_home: Path) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]))
    with serve_accounts(locks.path.parent) as (server, users):
        with pytest.raises(RepositoryError, match="requires a user name and a password"):
            look(server.url("locks.git"), repo_username="me")
        assert users == []


def test_the_file_serves_where_no_login_is_given(look: Look, locks: LockRepository, own_home: Path) -> None:
    write_netrc(own_home, ("other", LOGINS["other"]))
    with serve_accounts(locks.path.parent) as (server, users):
        assert look(server.url("locks.git")).commit == locks.tip()
    assert set(users) == {"other"}

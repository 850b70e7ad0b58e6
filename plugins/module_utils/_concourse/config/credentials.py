# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to log in to Concourse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No login: only exposed pipelines are readable."""


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """A local or LDAP user, as with `fly login -u -p`."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientLogin:
    """An OAuth client that the operator added with --add-client."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """A token issued earlier; for messages, `origin` says where it comes from and `remedy` how to get a new one."""

    token: str = field(repr=False)
    origin: str = "concourse_token"
    remedy: str = "give a new one"


Credentials: TypeAlias = "Anonymous | PasswordLogin | ClientLogin | TokenLogin"


def secrets_of(credentials: Credentials) -> tuple[str, ...]:
    """Return the secrets, which no message or log may contain."""
    match credentials:
        case PasswordLogin(password=secret) | ClientLogin(client_secret=secret) | TokenLogin(token=secret):
            return (secret,)
    return ()

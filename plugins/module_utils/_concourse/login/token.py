# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for a token, as each version of Concourse expects them.

Sources: fly/commands/login.go of 4.0 to 8.2; skymarshal/skyserver/skyserver.go of 5.0; Dex, server/handlers.go.
"""

from __future__ import annotations

import re
import typing as t

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.shared.errors import ConcourseError
from ..._core.shared.text import printable
from ..config.credentials import ClientLogin, PasswordLogin, secrets_of
from ..http.errors import RequestFailed
from ..http.response import Response
from ..http.session import Session
from .server_info import ServerInfo, ServerVersion, describe_redirect, first_request_error

_OLDEST: ServerVersion = (4, 0, 0)
_FIRST_WITH_ISSUER: ServerVersion = (6, 1, 0)
_FIRST_WITH_OPAQUE_TOKEN: ServerVersion = (6, 5, 0)
# fly's own client, the same in every Concourse (atc/atccmd/command.go).
_FLY = ("fly", "Zmx5")
_OTHER_LOGINS = (
    "give a token (concourse_token), a fly target (concourse_target) or a client (concourse_client_id) instead."
)


def request_tokens(
    session: Session, address: str, credentials: PasswordLogin | ClientLogin, server: ServerInfo
) -> tuple[str, ...]:
    """Log in and return the tokens that Concourse issued, first the one that its version expects.

    Raises ConcourseError if Concourse refuses, NoCredibleResponse without a usable response.
    """
    if server.version < _OLDEST:
        version = ".".join(map(str, server.version))
        raise ConcourseError(
            f"{address} is Concourse {version}, whose login is different: the collection needs Concourse 4.0 or newer."
        )
    path = "/sky/token" if server.version < _FIRST_WITH_ISSUER else "/sky/issuer/token"
    client, form = _grant(credentials)
    try:
        response = session.post_form(path, form, client)
    except RequestFailed as failure:
        raise first_request_error(failure) from None
    if response.status == 200:
        return _tokens(response, path, server.version)
    raise _refusal(response, path, address, credentials, server.version)


def _grant(credentials: PasswordLogin | ClientLogin) -> tuple[tuple[str, str], dict[str, str]]:
    """Return the OAuth client, as id and secret, and the form."""
    if isinstance(credentials, ClientLogin):
        form = {"grant_type": "client_credentials", "scope": "openid federated:id"}
        return (credentials.client_id, credentials.client_secret), form
    return _FLY, {
        "grant_type": "password",
        "username": credentials.username,
        "password": credentials.password,
        "scope": "openid profile email federated:id groups",
    }


def _tokens(response: Response, path: str, version: ServerVersion) -> tuple[str, ...]:
    names = ["access_token", "id_token"]
    if _FIRST_WITH_ISSUER <= version < _FIRST_WITH_OPAQUE_TOKEN:
        names.reverse()
    fields = _fields(response)
    tokens = tuple(str(fields[name]) for name in names if isinstance(fields.get(name), str) and fields[name])
    if not tokens or not all(token.isascii() and token.isprintable() and " " not in token for token in tokens):
        raise NoCredibleResponse(f"the response to POST {path} is cut off or contains no token")
    return tokens


def _refusal(
    response: Response, path: str, address: str, credentials: PasswordLogin | ClientLogin, version: ServerVersion
) -> ConcourseError | NoCredibleResponse:
    description = str(_fields(response).get("error_description") or "")
    if response.status >= 500 or response.status == 429:
        return NoCredibleResponse(f"{address} answered {response.status} to POST {path}")
    if "Could not login user" in description:
        return NoCredibleResponse("the directory (LDAP) behind Concourse's login did not answer")
    if response.is_redirect:
        return ConcourseError(describe_redirect(response, address))
    if response.status in (404, 405):
        return ConcourseError(
            f"{address} has no login at {path}, where its version of Concourse has it: a proxy in front of it must "
            "forward /sky/."
        )
    if isinstance(credentials, ClientLogin):
        return ConcourseError(_refused_client(response, credentials, version))
    return ConcourseError(_refused_user(response, description, credentials, version))


def _refused_user(response: Response, description: str, credentials: PasswordLogin, version: ServerVersion) -> str:
    user = printable(credentials.username, 80)
    code = _error_code(response, credentials)
    outline = f"{response.status} {code}".strip()
    if code == "access_denied":
        return (
            f"Concourse refused user '{user}': the user does not exist, or the password is wrong. "
            "Check concourse_username and concourse_password."
        )
    if "connector does not exist" in description:
        return (
            "This Concourse has no users with a password, they log in elsewhere (OAuth, OIDC, SAML): " + _OTHER_LOGINS
        )
    if code in ("invalid_client", "unauthorized_client", "unsupported_grant_type"):
        return f"This Concourse does not allow fly's login by password ({outline}): {_OTHER_LOGINS}"
    if response.status == 400 and version < _FIRST_WITH_ISSUER:
        return (
            f"Concourse refused the login of user '{user}', as it does before 6.1 for a user without a role in any "
            "team: give it one with 'fly set-team'."
        )
    return f"Concourse refused the login of user '{user}' ({outline}): {_OTHER_LOGINS}"


def _refused_client(response: Response, credentials: ClientLogin, version: ServerVersion) -> str:
    client = printable(credentials.client_id, 80)
    code = _error_code(response, credentials)
    if version < _FIRST_WITH_ISSUER:
        return "Clients can log in since Concourse 6.1 only: give a user and a password, or a token."
    if code == "invalid_client":
        return (
            f"Concourse does not know client '{client}', or its secret is wrong: check concourse_client_id and "
            "concourse_client_secret against --add-client of the web node."
        )
    return (
        f"Concourse does not let client '{client}' log in by its secret ({f'{response.status} {code}'.strip()}): "
        "add it with --add-client of the web node, and allow it client_credentials."
    )


def _error_code(response: Response, credentials: PasswordLogin | ClientLogin) -> str:
    """Return the error code (RFC 6749, 5.2); empty for any other text, which could repeat a secret."""
    code = _fields(response).get("error")
    is_code = isinstance(code, str) and re.fullmatch("[a-z_]{1,40}", code) and code not in secrets_of(credentials)
    return str(code) if is_code else ""


def _fields(response: Response) -> dict[str, t.Any]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

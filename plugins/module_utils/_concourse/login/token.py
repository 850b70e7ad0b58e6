# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a token, in the way that each version of Concourse wants.

Facts: fly/commands/login.go of 4.0 to 8.2; skymarshal/skyserver/skyserver.go of 5.0; Dex, server/handlers.go.
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
from .server_info import ServerInfo, ServerVersion, first_request_error, redirect_error

_OLDEST: ServerVersion = (4, 0, 0)
_FIRST_WITH_ISSUER: ServerVersion = (6, 1, 0)
_FIRST_WITH_OPAQUE_TOKEN: ServerVersion = (6, 5, 0)
# fly's own client, the same in every Concourse (atc/atccmd/command.go).
_FLY = ("fly", "Zmx5")
_ANOTHER_WAY = (
    "give a token (concourse_token), a fly target (concourse_target) or a client (concourse_client_id) instead."
)


def request_tokens(
    session: Session, address: str, credentials: PasswordLogin | ClientLogin, introduction: ServerInfo
) -> tuple[str, ...]:
    """Log in and return the tokens that Concourse gave, the one that its version takes first.

    Raises ConcourseError when it refuses, NoCredibleResponse when it gives no answer that can be used.
    """
    if introduction.version < _OLDEST:
        raise ConcourseError(
            f"{address} is Concourse {'.'.join(map(str, introduction.version))}, which logs in differently: "
            "the collection needs Concourse 4.0 or newer."
        )
    path = "/sky/token" if introduction.version < _FIRST_WITH_ISSUER else "/sky/issuer/token"
    if isinstance(credentials, PasswordLogin):
        client = _FLY
        form = {"grant_type": "password", "username": credentials.username, "password": credentials.password}
        form["scope"] = "openid profile email federated:id groups"
    else:
        client = (credentials.client_id, credentials.client_secret)
        form = {"grant_type": "client_credentials", "scope": "openid federated:id"}
    try:
        answer = session.post_form(path, form, client)
    except RequestFailed as trouble:
        raise first_request_error(trouble) from None
    if answer.status == 200:
        return _tokens(answer, path, introduction.version)
    raise _refusal(answer, path, address, credentials, introduction.version)


def _tokens(answer: Response, path: str, version: ServerVersion) -> tuple[str, ...]:
    names = ["access_token", "id_token"]
    if _FIRST_WITH_ISSUER <= version < _FIRST_WITH_OPAQUE_TOKEN:
        names.reverse()
    fields = _fields(answer)
    tokens = tuple(str(fields[name]) for name in names if isinstance(fields.get(name), str) and fields[name])
    if not tokens or not all(token.isascii() and token.isprintable() and " " not in token for token in tokens):
        raise NoCredibleResponse(f"Concourse's answer to POST {path} is cut off or holds no token")
    return tokens


def _refusal(
    answer: Response, path: str, address: str, credentials: PasswordLogin | ClientLogin, version: ServerVersion
) -> ConcourseError | NoCredibleResponse:
    description = str(_fields(answer).get("error_description") or "")
    if answer.status >= 500 or answer.status == 429:
        return NoCredibleResponse(f"{address} answered {answer.status} to POST {path}")
    if "Could not login user" in description:
        return NoCredibleResponse("the directory (LDAP) behind Concourse's login did not answer")
    if answer.is_redirect:
        return ConcourseError(redirect_error(answer, address))
    if answer.status in (404, 405):
        return ConcourseError(
            f"{address} has no login at {path}, where its version of Concourse has it: a proxy in front of it must let "
            "/sky/ through."
        )
    error = _code(answer, credentials)
    if isinstance(credentials, ClientLogin):
        return ConcourseError(_refused_client(answer, error, credentials, version))
    return ConcourseError(_refused_user(answer, error, description, credentials, version))


def _refused_user(
    answer: Response, error: str, description: str, credentials: PasswordLogin, version: ServerVersion
) -> str:
    user = printable(credentials.username, 80)
    if error == "access_denied":
        return (
            f"Concourse refused user '{user}': no such user, or a wrong password. "
            "Check concourse_username and concourse_password."
        )
    if "connector does not exist" in description:
        return (
            f"This Concourse has no users with a password, people log in elsewhere (OAuth, OIDC, SAML): {_ANOTHER_WAY}"
        )
    if error in ("invalid_client", "unauthorized_client", "unsupported_grant_type"):
        return f"This Concourse lets nobody log in by password as fly does ({_outline(answer, error)}): {_ANOTHER_WAY}"
    if answer.status == 400 and version < _FIRST_WITH_ISSUER:
        return (
            f"Concourse refused the login of user '{user}', as before 6.1 when the user has no role in any team: "
            "give it one with 'fly set-team'."
        )
    return f"Concourse refused the login of user '{user}' ({_outline(answer, error)}): {_ANOTHER_WAY}"


def _refused_client(answer: Response, error: str, credentials: ClientLogin, version: ServerVersion) -> str:
    client = printable(credentials.client_id, 80)
    if version < _FIRST_WITH_ISSUER:
        return "Only Concourse 6.1 or newer lets clients log in: give a user and a password, or a token."
    if error == "invalid_client":
        return (
            f"Concourse does not know client '{client}', or its secret is wrong: check concourse_client_id and "
            "concourse_client_secret against --add-client of the web node."
        )
    return (
        f"Concourse does not let client '{client}' log in by its secret ({_outline(answer, error)}): "
        "it must be made with --add-client of the web node, and the grant client_credentials be allowed."
    )


def _code(answer: Response, credentials: PasswordLogin | ClientLogin) -> str:
    """Return the error's code (RFC 6749, 5.2), nothing if it is none: any other text could repeat what was sent."""
    code = _fields(answer).get("error")
    known = isinstance(code, str) and re.fullmatch("[a-z_]{1,40}", code) and code not in secrets_of(credentials)
    return str(code) if known else ""


def _outline(answer: Response, error: str) -> str:
    return f"{answer.status} {error}".strip()


def _fields(answer: Response) -> dict[str, t.Any]:
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

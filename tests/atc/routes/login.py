# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins: Dex's token endpoint, and Concourse's own before 6.1."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from ..auth import tokens
from ..auth.access import Caller, roles_in
from ..http.messages import Request, Response, json_response, text_response
from .routing import Call

NO_CREDENTIALS = ("", "")


def issuer_token(call: Call) -> Response:
    """`POST /sky/issuer/token`: the password grant and the client credentials grant."""
    request, world = call.request, call.world
    client, secret = _client(request)
    knows_fly = tokens.version_of(world.settings.version) >= tokens.ISSUER_SINCE
    if world.clients.get(client) != secret or (client == "fly" and not knows_fly):
        return _failure(401, "invalid_client", "Invalid client credentials.")
    form = request.form
    grant = form.get("grant_type", "")
    if grant not in ("password", "client_credentials"):
        return json_response({"error": "unsupported_grant_type"}, 400)
    if "openid" not in form.get("scope", "").split():
        return _failure(400, "invalid_request", 'Missing required scope(s) ["openid"].')
    if grant == "client_credentials":
        return _tokens(call, "client", client)
    if not world.settings.local_users:
        return _failure(400, "invalid_request", "Requested connector does not exist.")
    if not _password_is_right(call, form):
        return _failure(401, "access_denied", "Invalid username or password")
    return _tokens(call, "local", form["username"])


def issuer_token_by_get(call: Call) -> Response:
    return _failure(400, "invalid_request", "method not allowed")


def sky_token(call: Call) -> Response:
    """`POST /sky/token` of Concourse 4.0 to 6.0: the token contains the roles, so a user without roles gets none."""
    form = call.request.form
    if _client(call.request) != ("fly", call.world.clients["fly"]):
        return text_response(401, '{"error":"invalid_client"}')
    if form.get("grant_type") != "password":
        return text_response(400, '{"error":"invalid_request"}')
    if not _password_is_right(call, form) or not call.world.settings.local_users:
        return text_response(401, '{"error":"access_denied","error_description":"Invalid username or password"}')
    caller = Caller("local", form["username"], token_given=True)
    if not any(roles_in(caller, team) for team in call.world.teams.values()):
        return text_response(400, "user doesn't belong to any team\n")
    token = tokens.issue(call.world, "local", form["username"])
    expiry = datetime.fromtimestamp(token.expires_at, UTC).isoformat().replace("+00:00", "Z")
    return json_response({"access_token": token.value, "token_type": "Bearer", "expiry": expiry})


def _tokens(call: Call, connector: str, user_id: str) -> Response:
    """Return both tokens; the version determines which one works as Bearer."""
    token = tokens.issue(call.world, connector, user_id)
    spare = tokens.json_web_token(connector, user_id, token.expires_at)
    opaque = tokens.version_of(call.world.settings.version) >= tokens.OPAQUE_SINCE
    return json_response(
        {
            "access_token": token.value if opaque else spare,
            "token_type": "bearer",
            "expires_in": max(0, int(token.expires_at - call.world.clock.now()) - 1),
            "id_token": spare if opaque else token.value,
        }
    )


def _client(request: Request) -> tuple[str, str]:
    scheme, _separator, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return NO_CREDENTIALS
    try:
        client, _separator, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return NO_CREDENTIALS
    return client, secret


def _password_is_right(call: Call, form: dict[str, str]) -> bool:
    known = call.world.users.get(form.get("username", ""))
    return known is not None and known == form.get("password")


def _failure(status: int, error: str, description: str) -> Response:
    return json_response({"error": error, "error_description": description}, status)

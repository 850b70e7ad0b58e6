# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens as each version of Concourse issues them."""

from __future__ import annotations

import base64
import json
import secrets
import struct

from ..world.entities import JsonObject, Token
from ..world.world import World

OPAQUE_SINCE = (6, 5)
"""The first version with an opaque bearer token; earlier versions use a JWT."""

ISSUER_SINCE = (6, 1)
"""The first version with the OAuth issuer; earlier versions use `/sky/token`."""


def version_of(text: str) -> tuple[int, ...]:
    """Return a version such as `8.2.5` as numbers; a development build, `0.0.0-dev`, counts as the newest."""
    numbers = tuple(int(part) for part in text.partition("-")[0].partition("+")[0].split("."))
    return (9999,) if not any(numbers) else numbers


def issue(world: World, connector: str, user_id: str, *, lifetime: float | None = None) -> Token:
    """Issue a bearer token; older tokens stay valid until they expire."""
    seconds = world.settings.token_lifetime if lifetime is None else lifetime
    expires_at = world.clock.now() + seconds
    opaque = version_of(world.settings.version) >= OPAQUE_SINCE
    value = _opaque(expires_at) if opaque else json_web_token(connector, user_id, expires_at)
    token = Token(value, connector, user_id, expires_at)
    world.tokens[value] = token
    return token


def subject(connector: str, user_id: str) -> str:
    """Return the `sub` of a user as Dex does: user id and connector as a protobuf message in base64."""
    fields = [(1, user_id.encode()), (2, connector.encode())]
    message = b"".join(bytes([number << 3 | 2, len(value)]) + value for number, value in fields)
    return base64.urlsafe_b64encode(message).decode().rstrip("=")


def json_web_token(connector: str, user_id: str, expires_at: float) -> str:
    """Return a JWT without a valid signature."""
    header = {"alg": "RS256", "kid": secrets.token_hex(20)}
    claims = {"sub": subject(connector, user_id), "aud": "fly", "exp": int(expires_at), "at_hash": secrets.token_hex(8)}
    return ".".join([_base64_json(header), _base64_json(claims), secrets.token_urlsafe(256)])


def _opaque(expires_at: float) -> str:
    """Return 20 random bytes and the expiry in 38 characters (skymarshal/token/access_token.go)."""
    value = secrets.token_bytes(20) + struct.pack("<q", int(expires_at))
    return base64.b64encode(value).decode().rstrip("=")


def _base64_json(value: JsonObject) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Information about the Concourse and the caller."""

from __future__ import annotations

from ..auth import tokens
from ..auth.access import is_admin, roles_in
from ..http.messages import Response, json_response
from ..world.entities import JsonObject
from .routing import Call

EXTERNAL_URL_SINCE = (5, 3)
FEATURE_FLAGS_SINCE = (7, 4)


def info(call: Call) -> Response:
    settings = call.world.settings
    version = tokens.version_of(settings.version)
    shown: JsonObject = {"version": settings.version, "worker_version": "2.5"}
    if version >= FEATURE_FLAGS_SINCE:
        flags = ("build_rerun", "cache_streamed_volumes", "global_resources")
        shown["feature_flags"] = dict.fromkeys(flags, False) | {"resource_causality": settings.resource_causality}
    if version >= EXTERNAL_URL_SINCE:
        shown["external_url"] = call.base_url
        if settings.cluster_name:
            shown["cluster_name"] = settings.cluster_name
    return json_response(shown)


def user(call: Call) -> Response:
    """`GET /api/v1/user`, since 6.1."""
    caller = call.caller
    name = caller.user_id if caller.connector == "local" else ""
    return json_response(
        {
            "sub": tokens.subject(caller.connector, caller.user_id),
            "name": name,
            "user_id": caller.user_id,
            "user_name": "",
            "email": name,
            "is_admin": is_admin(call.world, caller),
            "is_system": False,
            "teams": _roles(call),
            "connector": caller.connector,
            "display_user_id": caller.user_id,
        }
    )


def userinfo(call: Call) -> Response:
    """`GET /sky/userinfo`, before 6.1."""
    return json_response(
        {
            "sub": tokens.subject(call.caller.connector, call.caller.user_id),
            "name": call.caller.user_id,
            "user_id": call.caller.user_id,
            "user_name": call.caller.user_id,
            "email": call.caller.user_id,
            "is_admin": is_admin(call.world, call.caller),
            "teams": _roles(call),
        }
    )


def _roles(call: Call) -> JsonObject:
    found = {team.name: roles_in(call.caller, team) for team in call.world.teams.values()}
    return {name: roles for name, roles in found.items() if roles}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The caller of a request and their permissions, computed for each request from the current teams."""

from __future__ import annotations

from dataclasses import dataclass

from ..world.entities import Team, Token
from ..world.world import World

ROLES = ("viewer", "pipeline-operator", "member", "owner")
"""Roles, each with the permissions of the previous roles (atc/api/accessor/roles.go)."""

ADMIN_TEAM = "main"


@dataclass(frozen=True)
class Caller:
    """`token_given` without an identity means an invalid, unknown or expired token."""

    connector: str = ""
    user_id: str = ""
    token_given: bool = False

    @property
    def authenticated(self) -> bool:
        return bool(self.connector)

    @property
    def refused(self) -> bool:
        return self.token_given and not self.authenticated

    @property
    def label(self) -> str:
        """The name in the request log."""
        if self.authenticated:
            return f"{self.connector}:{self.user_id}"
        return "bad token" if self.token_given else "anonymous"


def identify(world: World, authorization: str | None) -> Caller:
    """Return the caller. The scheme is case-insensitive, followed by one space (atc/api/accessor/verifier.go)."""
    if authorization is None:
        return Caller()
    scheme, _separator, value = authorization.partition(" ")
    token = world.tokens.get(value) if scheme.lower() == "bearer" else None
    if token is None or not is_valid(world, token):
        return Caller(token_given=True)
    return Caller(token.connector, token.user_id, token_given=True)


def is_valid(world: World, token: Token) -> bool:
    return token.expires_at > world.clock.now()


def roles_in(caller: Caller, team: Team) -> list[str]:
    identity = f"{caller.connector}:{caller.user_id}"
    return [role for role in reversed(ROLES) if caller.authenticated and identity in team.roles.get(role, [])]


def is_admin(world: World, caller: Caller) -> bool:
    """Whether the caller is an owner of the team `main`, who may do everything."""
    team = world.find_team(ADMIN_TEAM)
    return team is not None and "owner" in roles_in(caller, team)


def may(world: World, caller: Caller, role: str, team: Team | None) -> bool:
    """Whether the caller has at least `role` in the team; admins do, even if the team does not exist."""
    if is_admin(world, caller):
        return True
    return team is not None and any(ROLES.index(found) >= ROLES.index(role) for found in roles_in(caller, team))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom Concourse takes the bearer of a token for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.concourse.queries import NoCredibleResponse
from ..http.errors import RequestFailed
from ..http.session import Session
from .server_info import ServerVersion

_FIRST_WITH_USER: ServerVersion = (6, 1, 0)


@dataclass(frozen=True, slots=True)
class User:
    """`teams` are those in which it has a role, None where Concourse did not say; `name` is as a person knows it."""

    name: str
    teams: frozenset[str] | None
    is_admin: bool
    is_client: bool

    @property
    def has_no_role(self) -> bool:
        """Whether Concourse said that it has no role anywhere."""
        return self.teams is not None and not self.teams and not self.is_admin

    def sees_all_of(self, team: str) -> bool:
        """Whether a team's list is complete for it: others see exposed pipelines only (pipelineserver/list.go)."""
        return self.is_admin or (self.teams is not None and team in self.teams)


def fetch_user(session: Session, token: str, version: ServerVersion) -> User | None:
    """Prove a token; None when Concourse refuses it. Raises NoCredibleResponse.

    On exposed pipelines an expired token counts as none, silently; only this question tells.
    """
    path = "/api/v1/user" if version >= _FIRST_WITH_USER else "/sky/userinfo"
    try:
        answer = session.get(path, token)
    except RequestFailed as trouble:
        raise NoCredibleResponse(trouble.clause) from None
    # /sky/ is outside the API, whose answers alone carry the header.
    credible = answer.version is not None or version < _FIRST_WITH_USER
    if credible and answer.status == 401:
        return None
    try:
        user = answer.json() if credible and answer.status == 200 else None
    except ValueError:
        user = None
    if not isinstance(user, dict):
        raise NoCredibleResponse(f"Concourse gave no usable answer ({answer.status}) to GET {path}")
    return _identity(user)


def _identity(user: dict[str, t.Any]) -> User:
    teams = user.get("teams")
    names = [user.get(key) for key in ("display_user_id", "user_name", "name", "user_id", "sub")]
    return User(
        name=next((name for name in names if isinstance(name, str) and name), "without a name"),
        # A list in 4.x, names with their roles since 5.0.
        teams=frozenset(str(team) for team in teams) if isinstance(teams, (dict, list)) else None,
        is_admin=user.get("is_admin") is True or user.get("is_system") is True,
        is_client=user.get("connector") == "client",
    )

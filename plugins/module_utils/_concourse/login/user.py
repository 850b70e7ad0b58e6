# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user or client that a token belongs to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.concourse.queries import NoCredibleResponse
from ..http.errors import RequestFailed
from ..http.session import Session
from .server_info import ServerVersion

_FIRST_WITH_API_USER: ServerVersion = (6, 1, 0)


@dataclass(frozen=True, slots=True)
class User:
    """`teams` are those in which it has a role, None if Concourse did not say; `name` is the one that people use."""

    name: str
    teams: frozenset[str] | None
    is_admin: bool
    is_client: bool

    @property
    def has_no_role(self) -> bool:
        """Whether Concourse said that it has no role in any team."""
        return self.teams is not None and not self.teams and not self.is_admin

    def sees_all_of(self, team: str) -> bool:
        """Return whether a team's list is complete for it; others get exposed pipelines (pipelineserver/list.go)."""
        return self.is_admin or (self.teams is not None and team in self.teams)


def fetch_user(session: Session, token: str, version: ServerVersion) -> User | None:
    """Return the user of a token, None if Concourse refuses the token. Raises NoCredibleResponse.

    Only this request shows that a token has expired: for exposed pipelines Concourse answers it as an anonymous one.
    """
    is_api = version >= _FIRST_WITH_API_USER
    path = "/api/v1/user" if is_api else "/sky/userinfo"
    try:
        response = session.get(path, token)
    except RequestFailed as failure:
        raise NoCredibleResponse(failure.clause) from None
    # Responses of /sky/ do not carry the header: it is not part of the API.
    is_credible = response.version is not None or not is_api
    if is_credible and response.status == 401:
        return None
    try:
        fields = response.json() if is_credible and response.status == 200 else None
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise NoCredibleResponse(f"Concourse gave no usable response ({response.status}) to GET {path}")
    return _decode_user(fields)


def _decode_user(fields: dict[str, t.Any]) -> User:
    teams = fields.get("teams")
    names = [fields.get(key) for key in ("display_user_id", "user_name", "name", "user_id", "sub")]
    return User(
        name=next((name for name in names if isinstance(name, str) and name), "without a name"),
        # A list in 4.x, names with their roles since 5.0.
        teams=frozenset(str(team) for team in teams) if isinstance(teams, (dict, list)) else None,
        is_admin=fields.get("is_admin") is True or fields.get("is_system") is True,
        is_client=fields.get("connector") == "client",
    )

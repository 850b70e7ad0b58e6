# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control: settings, time, users, teams."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..auth import tokens
from ..world.entities import JsonObject, Team
from .control import Control, operation


class SetupControl(Control):
    @operation
    def change_settings(self, /, **values: Any) -> JsonObject:
        """Change fields of `Settings`; return all of them."""
        for name, value in values.items():
            if name not in {field.name for field in dataclasses.fields(self.world.settings)}:
                raise ValueError(f"there is no setting {name}")
            setattr(self.world.settings, name, value)
        return dataclasses.asdict(self.world.settings)

    @operation
    def set_time(self, now: float, *, frozen: bool = True) -> None:
        """Set the clock in seconds since 1970; it stops, or runs on if not `frozen`."""
        self.world.clock.set(now, frozen=frozen)

    @operation
    def advance_time(self, seconds: float) -> float:
        self.world.clock.advance(seconds)
        return self.world.clock.now()

    @operation
    def follow_wall_clock(self) -> None:
        self.world.clock.follow_wall_clock()

    @operation
    def set_next_id(self, sequence: str, number: int) -> None:
        """Set the next id of `builds`, `versions`, `pipelines`, `jobs`, `resources` or `teams`."""
        self.world.next_ids[sequence] = number

    @operation
    def set_user(self, name: str, password: str) -> None:
        self.world.users[name] = password

    @operation
    def remove_user(self, name: str) -> None:
        del self.world.users[name]

    @operation
    def set_client(self, client_id: str, secret: str) -> None:
        """Add an OAuth client (`--add-client`); its identity is `client:ID`."""
        self.world.clients[client_id] = secret

    @operation
    def set_team(self, name: str, roles: dict[str, list[str]]) -> None:
        """Create a team or replace its roles: `{"owner": ["local:admin"], "viewer": ["client:bot"]}`."""
        team = self.world.find_team(name)
        if team is None:
            number = self.world.next_id("teams")
            team = self.world.teams[number] = Team(number, name, {})
        team.roles = {role: list(identities) for role, identities in roles.items()}

    @operation
    def rename_team(self, name: str, to: str) -> None:
        self.team(name).name = to

    @operation
    def destroy_team(self, name: str) -> None:
        """Destroy a team with its pipelines and builds."""
        team = self.team(name)
        for pipeline in [found for found in self.world.pipelines.values() if found.team_id == team.id]:
            self.world.remove_pipeline(pipeline)
        self.world.builds = {key: build for key, build in self.world.builds.items() if build.team_id != team.id}
        del self.world.teams[team.id]

    @operation
    def issue_token(self, identity: str, *, lifetime: float | None = None) -> str:
        """Return a bearer token for `local:NAME` or `client:ID`, as a login does."""
        connector, _separator, user_id = identity.partition(":")
        return tokens.issue(self.world, connector, user_id, lifetime=lifetime).value

    @operation
    def expire_tokens(self, identity: str | None = None) -> int:
        """Expire the tokens of one identity, or all tokens; return the number of valid ones."""
        now, ended = self.world.clock.now(), 0
        for token in self.world.tokens.values():
            if identity in (None, f"{token.connector}:{token.user_id}") and token.expires_at > now:
                token.expires_at = now
                ended += 1
        return ended

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first contact with a Concourse: made once, remembered whatever came of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from ..._core.concourse.queries import NoCredibleResponse
from ..._core.shared.errors import ConcourseError
from ..._core.shared.text import printable
from ..config.credentials import Anonymous, ClientLogin, PasswordLogin, TokenLogin
from ..config.settings import ConcourseSettings
from ..http.session import Session
from .server_info import ServerInfo, fetch_server_info
from .token import request_tokens
from .user import User, fetch_user


@dataclass(frozen=True, slots=True)
class Login:
    """A Concourse that answered, and the login it accepted; `token` and `identity` are None for an anonymous caller."""

    introduction: ServerInfo
    token: str | None = field(default=None, repr=False)
    identity: User | None = None


class Connection:
    """Threads share it: one of them makes contact, or logs in again, while the others wait for what comes of it."""

    def __init__(self, session: Session, settings: ConcourseSettings) -> None:
        self._session = session
        self._settings = settings
        self._lock = threading.Lock()
        self._outcome: Login | ConcourseError | NoCredibleResponse | None = None

    @property
    def failure(self) -> str | None:
        """Why nothing can be asked: a clause, None while nothing is known to be wrong."""
        outcome = self._outcome
        return str(outcome) if isinstance(outcome, NoCredibleResponse) else None

    def established(self) -> Login:
        """Return the connection, made at the first call. Raises ConcourseError or NoCredibleResponse."""
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = self._establish()
                except (ConcourseError, NoCredibleResponse) as error:
                    self._outcome = error
            return _returned(self._outcome)

    def start_afresh(self) -> None:
        """Try again at the next call if nothing answered; a refusal stays one."""
        with self._lock:
            if isinstance(self._outcome, NoCredibleResponse):
                self._outcome = None

    def renewed(self, refused: str) -> str | None:
        """Return a new token for one that was refused; None when that one is good, and only may not do what was asked.

        Threads that come with the same token share one login. Raises ConcourseError when there is no new one.
        """
        with self._lock:
            established = _returned(self._outcome or ConcourseError("Concourse was not asked yet."))
            if established.token != refused:
                return established.token
            if fetch_user(self._session, refused, established.introduction.version) is not None:
                return None
            try:
                self._outcome = self._log_in(established.introduction)
            except ConcourseError as error:
                self._outcome = error
                raise
            return self._outcome.token

    def _establish(self) -> Login:
        return self._log_in(fetch_server_info(self._session, self._settings.address))

    def _log_in(self, introduction: ServerInfo) -> Login:
        established = Login(introduction)
        match self._settings.credentials:
            case Anonymous():
                return established
            case TokenLogin(token=token, origin=origin, remedy=remedy):
                identity = fetch_user(self._session, token, introduction.version)
                if identity is None:
                    raise ConcourseError(f"Concourse refuses {origin}: it is not valid, or has expired; {remedy}.")
            case PasswordLogin() | ClientLogin() as credentials:
                token, identity = self._prove(
                    request_tokens(self._session, self._settings.address, credentials, introduction), introduction
                )
        if identity.has_no_role:
            raise ConcourseError(_no_role(identity))
        return replace(established, token=token, identity=identity)

    def _prove(self, tokens: tuple[str, ...], introduction: ServerInfo) -> tuple[str, User]:
        for token in tokens:
            identity = fetch_user(self._session, token, introduction.version)
            if identity is not None:
                return token, identity
        raise ConcourseError(
            "Concourse refuses the token that it has just given: its web nodes must share one data base, and their "
            "clocks must be right."
        )


def _returned(outcome: Login | ConcourseError | NoCredibleResponse) -> Login:
    if isinstance(outcome, Login):
        return outcome
    # A new exception each time: one that many threads raise collects all their tracebacks.
    raise type(outcome)(str(outcome))


def _no_role(identity: User) -> str:
    name = printable(identity.name, 80)
    if identity.is_client:
        return (
            f"Concourse knows client '{name}', but gives it no role in any team: put 'client:{name}' among the users "
            "of a role by PUT /api/v1/teams/TEAM, as fly set-team cannot (viewer is enough to look)."
        )
    return (
        f"Concourse knows user '{name}', but gives it no role in any team: give it one with 'fly set-team' (viewer is "
        "enough to look), or leave the login out to see exposed pipelines only."
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login at a Concourse: made once, and its outcome kept, whether success or failure."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

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
    """A Concourse, and the token that it accepted; `token` and `user` are None for an anonymous login."""

    server: ServerInfo
    token: str | None = field(default=None, repr=False)
    user: User | None = None


class Connection:
    """Logs in; threads share it. One thread logs in, or renews the login, while the others wait for the outcome."""

    def __init__(self, session: Session, settings: ConcourseSettings) -> None:
        self._session = session
        self._settings = settings
        self._lock = threading.Lock()
        self._outcome: Login | ConcourseError | NoCredibleResponse | None = None
        # Whether Concourse rejected an anonymous request.
        self.login_required = False

    @property
    def failure(self) -> str | None:
        """The reason why no request can be sent: a clause; None while none is known."""
        outcome = self._outcome
        return str(outcome) if isinstance(outcome, NoCredibleResponse) else None

    def login(self) -> Login:
        """Return the login, made at the first call. Raises ConcourseError or NoCredibleResponse, also later."""
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = self._log_in(fetch_server_info(self._session, self._settings.address))
                except (ConcourseError, NoCredibleResponse) as error:
                    self._outcome = error
            return _login_or_raise(self._outcome)

    def forget_failure(self) -> None:
        """Log in again at the next call if Concourse did not answer; a refused login stays refused."""
        with self._lock:
            if isinstance(self._outcome, NoCredibleResponse):
                self._outcome = None

    def renew(self, rejected: str) -> str | None:
        """Return a new token for a rejected one; None if that one is valid, and only lacks the role for the request.

        Threads with the same rejected token share one login. Raises ConcourseError if Concourse refuses it.
        """
        with self._lock:
            current = _login_or_raise(self._outcome or ConcourseError("There is no login to renew."))
            if current.token != rejected:
                return current.token
            if fetch_user(self._session, rejected, current.server.version) is not None:
                return None
            try:
                self._outcome = self._log_in(current.server)
            except ConcourseError as error:
                self._outcome = error
                raise
            return self._outcome.token

    def _log_in(self, server: ServerInfo) -> Login:
        match self._settings.credentials:
            case Anonymous():
                return Login(server)
            case TokenLogin(token=token, origin=origin, remedy=remedy):
                user = fetch_user(self._session, token, server.version)
                if user is None:
                    raise ConcourseError(f"Concourse refuses {origin}: it is invalid or has expired; {remedy}.")
            case PasswordLogin() | ClientLogin() as credentials:
                tokens = request_tokens(self._session, self._settings.address, credentials, server)
                token, user = self._first_accepted(tokens, server)
        if user.has_no_role:
            raise ConcourseError(_no_role(user))
        return Login(server, token, user)

    def _first_accepted(self, tokens: tuple[str, ...], server: ServerInfo) -> tuple[str, User]:
        for token in tokens:
            user = fetch_user(self._session, token, server.version)
            if user is not None:
                return token, user
        raise ConcourseError(
            "Concourse refuses the token that it has just issued: its web nodes must share one database, and their "
            "clocks must be right."
        )


def _login_or_raise(outcome: Login | ConcourseError | NoCredibleResponse) -> Login:
    if isinstance(outcome, Login):
        return outcome
    # A new exception for each thread: a shared one would collect the tracebacks of all.
    raise type(outcome)(str(outcome))


def _no_role(user: User) -> str:
    name = printable(user.name, 80)
    if user.is_client:
        return (
            f"Concourse knows client '{name}', but it has no role in any team: add 'client:{name}' to the users of a "
            "role with PUT /api/v1/teams/TEAM, as fly set-team cannot (viewer is enough for reading)."
        )
    return (
        f"Concourse knows user '{name}', but it has no role in any team: give it one with 'fly set-team' (viewer is "
        "enough for reading), or omit the login to read exposed pipelines only."
    )

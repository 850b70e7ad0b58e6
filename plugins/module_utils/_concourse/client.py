# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse, as the rest of the collection uses it."""

from __future__ import annotations

import types
import typing as t

from .._core.concourse.queries import NoCredibleResponse
from .api.queries import ConcourseQueries
from .api.requests import ApiRequests
from .config.options import ConcourseOptions
from .config.settings import resolve_settings
from .config.url import normalized_url
from .http.session import Session
from .login.connection import Connection

# As many threads may ask at the same time; more of them wait for a free connection.
CONNECTIONS = 16


class ConcourseClient:
    """One Concourse and one login. Making it asks nothing; leaving its context closes the connections.

    Raises BadOption when the options contradict each other or name nothing. The login happens once: by connect(), or at
    the first question.
    """

    def __init__(self, options: ConcourseOptions, *, connections: int = CONNECTIONS) -> None:
        self._settings = resolve_settings(options)
        self._session = Session(self._settings, connections)
        self._contact = Connection(self._session, self._settings)
        self._gave_queries = False

    def __enter__(self) -> t.Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    @property
    def team(self) -> str:
        """The team that claims mean which name none."""
        return self._settings.team

    @property
    def failure(self) -> str | None:
        """Why Concourse gives no answers at all: a clause, None while it does or was not asked yet."""
        return self._contact.failure or self._session.failure

    def connect(self) -> None:
        """Log in now rather than at the first question.

        Raises ConcourseError when Concourse refuses the login or is none, BadOption when a certificate cannot be used,
        MissingLibrary without requests. Nothing is raised when nothing answers: trouble then says why, and every
        question raises NoCredibleResponse with the same reason.
        """
        try:
            self._contact.established()
        except NoCredibleResponse:
            return

    def queries(self) -> ConcourseQueries:
        """Return facts without a memory: every question is asked anew, over the same connections, with the same login.

        If Concourse gave no answers to earlier facts, it is tried again.
        """
        if self._gave_queries:
            self._contact.start_afresh()
            self._session.start_afresh()
        self._gave_queries = True
        own = normalized_url(self._settings.address)
        return ConcourseQueries(self.requests(), self._settings.aliases | ({own} if own is not None else set()))

    def requests(self) -> ApiRequests:
        """Return what asks questions over these connections, with this login."""
        return ApiRequests(self._session, self._contact)

    @property
    def address(self) -> str:
        """The address of Concourse, without a slash at its end."""
        return self._settings.address

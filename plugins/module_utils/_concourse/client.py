# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse, as the rest of the collection uses it."""

from __future__ import annotations

import typing as t

from .._core.concourse.queries import NoCredibleResponse
from .api.absent_versions import AbsentVersions
from .api.own_addresses import OwnAddresses
from .api.queries import ConcourseQueries
from .api.requests import ApiRequests
from .api.team_lists import ArchivedPipelines
from .config.options import ConcourseOptions
from .config.settings import resolve_settings
from .config.url import normalized_url
from .http.response_date import OnDate, ignore_date
from .http.session import Session
from .login.connection import Connection

# So many threads can send requests at the same time; more of them wait for a free connection.
CONNECTIONS = 16


class ConcourseClient:
    """One Concourse and one login, a context manager that closes the connections at its end.

    Creating it sends no request. The login happens once: by connect(), or before the first request. Raises BadOption
    if the options contradict each other or name no Concourse. `on_date` gets the time of Concourse with each response
    (seconds since 1970, UTC), None if it is unknown.
    """

    def __init__(
        self,
        options: ConcourseOptions,
        *,
        connections: int = CONNECTIONS,
        on_date: OnDate = ignore_date,
    ) -> None:
        self._settings = resolve_settings(options)
        self._session = Session(self._settings, connections, on_date)
        self._connection = Connection(self._session, self._settings)
        self._gave_queries = False
        self._absent = AbsentVersions()
        self._archived = ArchivedPipelines()

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    @property
    def address(self) -> str:
        """The address of Concourse, without a slash at its end."""
        return self._settings.address

    @property
    def identity(self) -> str:
        """The address and the user, without a secret: what one login may see, another one may not."""
        try:
            user = self._connection.login().user
        except NoCredibleResponse:
            user = None
        return f"{self._settings.address} {'' if user is None else user.name}"

    @property
    def team(self) -> str:
        """The team of claims that name none."""
        return self._settings.team

    @property
    def failure(self) -> str | None:
        """The reason why Concourse answers no request: a clause; None while it does, and before the first request."""
        return self._connection.failure or self._session.failure

    @property
    def login_required(self) -> bool:
        """Whether Concourse rejected a request because no login is configured."""
        return self._connection.login_required

    def connect(self) -> None:
        """Log in now instead of before the first request.

        Raises ConcourseError if Concourse refuses the login or the server is no Concourse, BadOption for an unusable
        certificate, MissingLibrary without requests. If the server does not answer, it returns: `failure` gives the
        reason, and every query raises NoCredibleResponse with it.
        """
        try:
            self._connection.login()
        except NoCredibleResponse:
            return

    def queries(self, seconds: float | None = None) -> ConcourseQueries:
        """Return queries with an empty cache, over the same connections and with the same login.

        What earlier queries found to be absent is not requested again until a check of the resource can change it, nor
        are the resources of an archived pipeline until it is set or archived again.

        No request takes longer than `seconds` from now. From the second call on, a Concourse that did not answer
        earlier queries gets requests again.
        """
        if self._gave_queries:
            self._connection.forget_failure()
            self._session.forget_failures()
        self._gave_queries = True
        address = normalized_url(self._settings.address)
        normalized = self._settings.aliases | ({address} if address is not None else set())
        requests = ApiRequests(self._session, self._connection, seconds)
        own_addresses = OwnAddresses(requests, normalized, address or "")
        return ConcourseQueries(requests, own_addresses, self._absent, self._archived)

    def requests(self) -> ApiRequests:
        """Return what sends requests over these connections as this user."""
        return ApiRequests(self._session, self._connection)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that asks the emulator or a replay without a network, and can answer one request wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ....plugins.module_utils._concourse.api.absent_versions import AbsentVersions
from ....plugins.module_utils._concourse.api.own_addresses import OwnAddresses
from ....plugins.module_utils._concourse.api.queries import ConcourseQueries
from ....plugins.module_utils._concourse.api.requests import ApiRequests
from ....plugins.module_utils._concourse.api.team_lists import ArchivedPipelines
from ....plugins.module_utils._concourse.config.options import ConcourseOptions
from ....plugins.module_utils._concourse.config.settings import resolve_settings
from ....plugins.module_utils._concourse.http.large_responses import LargeResponseTurn
from ....plugins.module_utils._concourse.http.next_link import read_next_link
from ....plugins.module_utils._concourse.http.response import Response
from ....plugins.module_utils._concourse.http.session import Session
from ....plugins.module_utils._concourse.login.connection import Connection
from ...atc.http.messages import Request
from ...atc.http.messages import Response as SentResponse

ADDRESS = "https://ci.example.com"


class Server(Protocol):
    """The emulator, or a replay."""

    def respond(self, request: Request) -> SentResponse: ...


class InProcessSession(Session):
    """Sends each request to `server` once and remembers the response; `lies` has wrong ones by path and query."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self.settings = resolve_settings(ConcourseOptions(url=ADDRESS, username=user, password=password), {})
        super().__init__(self.settings, 1)
        self.server = server
        self.responses: dict[str, Response] = {}
        self.asked: list[str] = []
        self.lies: Mapping[str, Response] = {}

    def _send(
        self,
        method: str,
        path: str,
        authorization: str | None,
        body: Mapping[str, str] | bytes | None = None,
        turn: LargeResponseTurn | None = None,
    ) -> Response:
        if method != "GET":
            return self._ask(method, path, authorization, body)
        if path not in self.responses:
            self.responses[path] = self._ask(method, path, authorization, None)
        self.asked.append(path)
        return self.lies.get(path) or self.responses[path]

    def _ask(
        self, method: str, path: str, authorization: str | None, body: Mapping[str, str] | bytes | None
    ) -> Response:
        bare, _separator, query = path.partition("?")
        headers = {} if authorization is None else {"authorization": authorization}
        form = (
            "&".join(f"{name}={value}" for name, value in body.items()).encode() if isinstance(body, Mapping) else body
        )
        sent = self.server.respond(Request(method, bare, query, headers, form or b""))
        named = {name.lower(): value for name, value in sent.headers}
        return Response(
            sent.status,
            sent.body,
            named.get("x-concourse-version"),
            named.get("content-type", ""),
            read_next_link(named.get("link", "")),
        )


class Asker:
    """Asks one server, with one login, as a new run does each time."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self.session = InProcessSession(server, user, password)
        self._connection = Connection(self.session, self.session.settings)
        self._connection.login()

    def queries(self, lies: Mapping[str, Response] | None = None) -> ConcourseQueries:
        """Return queries with an empty cache; `lies` replaces responses."""
        self.session.lies = lies or {}
        self.session.asked = []
        self.session.forget_failures()
        requests = ApiRequests(self.session, self._connection)
        return ConcourseQueries(
            requests, OwnAddresses(requests, frozenset({ADDRESS}), ""), AbsentVersions(), ArchivedPipelines()
        )

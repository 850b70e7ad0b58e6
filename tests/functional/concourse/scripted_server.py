# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that sends given responses and records the requests."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.poolboy.concourse.tests.atc.http.messages import Request, Response
from ansible_collections.poolboy.concourse.tests.atc.http.server import HttpServer


class ScriptedServer:
    """Serves `response`, or what it returns for a request, at `url` within its context."""

    def __init__(self, response: Response | Callable[[Request], Response]) -> None:
        self.requests: list[Request] = []
        self._response = response
        self._server = HttpServer(self._respond)

    def __enter__(self) -> ScriptedServer:
        self._server.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def _respond(self, request: Request) -> Response:
        self.requests.append(request)
        return self._response if isinstance(self._response, Response) else self._response(request)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serves recorded responses of a Concourse, and records every other request as missed."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

from .auth.access import identify
from .http.messages import Request, Response, text_response
from .http.request_log import LoggedRequest, RequestLog
from .http.server import HttpServer
from .recording import Recording
from .routes.login import issuer_token
from .routes.routing import Call
from .world.entities import JsonObject
from .world.world import World

OPEN = ("/api/v1/info",)
"""Paths that need no login."""


class Replay:
    """`with Replay(path) as replay:` serves the recording at `replay.url`, on any port.

    The recorded user logs in with a password, by default its name. Everything except the info requires a token, else
    401. Lists of resources and of filtered versions are derived where they were not recorded. Other requests get a
    404 *without* `X-Concourse-Version`, not a credible response, and are added to `missed`.
    """

    def __init__(
        self, recording: Path, *, password: str | None = None, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        recorded: JsonObject = json.loads(recording.read_text(encoding="utf-8"))
        self.external_url: str = recorded["external_url"]
        self.version: str = recorded["concourse"]
        self.user: str = recorded["user"]
        self.missed: list[str] = []
        self.log = RequestLog()
        self.server = HttpServer(self.respond, port=port, tls=tls)
        self._recording = Recording(recorded)
        self._world = World(users={self.user: password or self.user})
        self._world.settings.version = self.version

    def __enter__(self) -> Replay:
        self.server.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        return self.server.url

    def respond(self, request: Request) -> Response:
        with self._world.lock:
            caller = identify(self._world, request.headers.get("authorization"))
            if request.path == "/sky/issuer/token" and request.method == "POST":
                response = issuer_token(Call(request, self._world, caller, self.external_url))
            elif not caller.authenticated and (caller.refused or request.path not in OPEN):
                refusal = text_response(401, "not authorized")
                response = refusal.with_headers(("X-Concourse-Version", self.version))
            else:
                response = self._recorded(request)
            self._log(request, caller.label, response)
            return response

    def _recorded(self, request: Request) -> Response:
        found = self._recording.find(request) if request.method in ("GET", "HEAD") else None
        if found is not None:
            return found
        self.missed.append(f"{request.method} {request.path}?{request.query_string}".rstrip("?"))
        return text_response(404, "404 page not found\n")

    def _log(self, request: Request, who: str, response: Response) -> None:
        number, now = len(self.log.entries) + 1, self._world.clock.now()
        self.log.entries.append(
            LoggedRequest(
                number,
                now,
                request.connection,
                request.method,
                request.path,
                request.query_string,
                who,
                response.status,
                [],
            )
        )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serves recorded responses of a Concourse, and records every other request as missed."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

from .auth.access import identify
from .http.messages import Request, Response, empty_response, json_response, text_response
from .http.request_log import LoggedRequest, RequestLog
from .http.server import HttpServer
from .routes.login import issuer_token
from .routes.routing import Call
from .world import instance_vars
from .world.entities import JsonObject
from .world.world import World

OPEN = ("/api/v1/info",)
"""Paths that need no login."""

RequestKey = tuple[tuple[str, ...], str]


class Replay:
    """`with Replay(path) as replay:` serves the recording at `replay.url`, on any port.

    The recorded user logs in with a password, by default its name. Everything except the info requires a token, else
    401. Other requests get a 404 *without* `X-Concourse-Version`, not a credible response, and are added to `missed`.
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
        self._responses = {_recorded_request(entry): _recorded_response(entry) for entry in recorded["answers"]}
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
        parameters = {name: values for name, values in request.query.items() if not _is_variable(name)}
        try:
            variables = instance_vars.parse(request.query)
        except ValueError:
            return empty_response(400)
        key = (tuple(request.segments), _canonical(parameters, variables))
        if request.method in ("GET", "HEAD") and key in self._responses:
            return self._responses[key]
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


def _recorded_request(entry: JsonObject) -> RequestKey:
    """Recorded paths are unquoted; the order of parameters is irrelevant."""
    given: JsonObject = entry.get("params", {})
    parameters = {name: [str(value)] for name, value in given.items() if not _is_variable(name)}
    variables = instance_vars.parse({name: [str(value)] for name, value in given.items()})
    return (tuple(Request("GET", entry["path"]).segments), _canonical(parameters, variables))


def _recorded_response(entry: JsonObject) -> Response:
    body: Any = entry["body"]
    response = empty_response(entry["status"]) if body == "" else json_response(body, entry["status"])
    for name, value in entry["headers"].items():
        response = response.without(name).with_headers((name, value))
    return response


def _is_variable(name: str) -> bool:
    return name == "vars" or name.startswith("vars.")


def _canonical(parameters: dict[str, list[str]], variables: JsonObject | None) -> str:
    return json.dumps([{name: sorted(values) for name, values in parameters.items()}, variables], sort_keys=True)

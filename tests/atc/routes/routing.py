# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the handler of a request by method and path."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..auth.access import Caller
from ..http.messages import HTML, Request, Response, text_response, web_page
from ..world.world import World


@dataclass(frozen=True)
class Call:
    """A request with its handler's context; `names` are the variable segments of the path."""

    request: Request
    world: World
    caller: Caller
    base_url: str
    """The prefix of links."""
    names: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """A route with a `pattern` such as `/api/v1/builds/:build`, from version `since` to before `until`."""

    method: str
    pattern: str
    handler: Handler
    since: tuple[int, ...] = ()
    until: tuple[int, ...] = (10_000,)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        expected = self.pattern.split("/")[1:]
        if len(expected) != len(segments):
            return None
        names = {}
        for wanted, given in zip(expected, segments, strict=True):
            if wanted.startswith(":"):
                names[wanted[1:]] = given
            elif wanted != given:
                return None
        return names


def find(routes: list[Route], request: Request, version: tuple[int, ...]) -> tuple[Route, dict[str, str]] | Response:
    """Return the route of a request, or Concourse's response to an unknown path."""
    if "//" in request.path:
        return _redirect(request)
    segments = request.segments
    here = [route for route in routes if route.since <= version < route.until]
    matches = [(route, names) for route in here if (names := route.match(segments)) is not None]
    for route, names in matches:
        if route.method in (request.method, {"HEAD": "GET"}.get(request.method)):
            return route, names
    if matches:
        return text_response(405, "Method Not Allowed\n")
    if segments[:2] == ["api", "v1"] or segments[0] == "sky":
        return text_response(404, "404 page not found\n")
    return web_page()


def _redirect(request: Request) -> Response:
    """Redirect from double slashes to the clean path, as Go's ServeMux."""
    target = posixpath.normpath(re.sub("/+", "/", request.path))
    if request.query_string:
        target = f"{target}?{request.query_string}"
    page = f'<a href="{target}">Temporary Redirect</a>.\n\n'
    return text_response(307, page, HTML).with_headers(("Location", target))

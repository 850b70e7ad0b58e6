# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and responses of the emulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, unquote_plus

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request. `path` is percent-encoded as sent; header names are lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    connection: int = 0

    @property
    def segments(self) -> list[str]:
        """The decoded segments of the path; a name can contain `%2F`. Concourse also reads `+` as a space."""
        return [unquote_plus(segment) for segment in self.path.split("/")[1:]]

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def parameter(self, name: str) -> str:
        """Return the first parameter of that name, or an empty text, as Go's FormValue."""
        return self.query.get(name, [""])[0]

    def json(self) -> Any:
        """Return the decoded body. Raises ValueError unless it is JSON."""
        return json.loads(self.body)


class Delivery(Enum):
    """How a response is delivered."""

    WHOLE = "whole"
    CUT = "cut"
    """Half of the announced body, then the connection is closed."""
    LOST = "lost"
    """Nothing; the connection is closed."""
    RESET = "reset"
    """Nothing; the connection is reset."""


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE

    def without(self, header: str) -> Response:
        kept = [(name, value) for name, value in self.headers if name.lower() != header.lower()]
        return Response(self.status, kept, self.body, self.delivery)

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        return Response(self.status, [*self.headers, *headers], self.body, self.delivery)


def json_response(value: Any, status: int = 200) -> Response:
    return Response(status, [("Content-Type", JSON)], json.dumps(value).encode() + b"\n")


def text_response(status: int, text: str, content_type: str = TEXT) -> Response:
    return Response(status, [("Content-Type", content_type)], text.encode())


def empty_response(status: int, content_type: str | None = None) -> Response:
    return Response(status, [("Content-Type", content_type)] if content_type else [])


def web_page() -> Response:
    """Return Concourse's response to any unknown path: its web page, with status 200."""
    page = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Concourse</title>
  </head>
  <body><div id="elm-app"></div></body>
</html>
"""
    return text_response(200, page, HTML)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request and its answer, as every part of the emulator hands them on."""

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
    """`path` is as it was sent, percent-encoded; header names are lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    connection: int = 0

    @property
    def segments(self) -> list[str]:
        """Decoded one by one, so that a name may hold `%2F`; Concourse reads `+` as a space here, too."""
        return [unquote_plus(segment) for segment in self.path.split("/")[1:]]

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def parameter(self, name: str) -> str:
        """The first of that name; empty if there is none, as Go's FormValue has it."""
        return self.query.get(name, [""])[0]

    def json(self) -> Any:
        """Raises ValueError for a body that is no JSON."""
        return json.loads(self.body)


class Delivery(Enum):
    """What becomes of an answer on its way."""

    WHOLE = "whole"
    CUT = "cut"
    """Half of the body that content-length announces, then the connection ends."""
    LOST = "lost"
    """Nothing, the connection ends."""
    RESET = "reset"
    """Nothing, the connection is reset."""


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE

    def without(self, header: str) -> Answer:
        kept = [(name, value) for name, value in self.headers if name.lower() != header.lower()]
        return Answer(self.status, kept, self.body, self.delivery)

    def carrying(self, *headers: tuple[str, str]) -> Answer:
        return Answer(self.status, [*self.headers, *headers], self.body, self.delivery)


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, [("Content-Type", JSON)], json.dumps(value).encode() + b"\n")


def text_answer(status: int, text: str, content_type: str = TEXT) -> Answer:
    return Answer(status, [("Content-Type", content_type)], text.encode())


def empty_answer(status: int, content_type: str | None = None) -> Answer:
    return Answer(status, [("Content-Type", content_type)] if content_type else [])


def web_page() -> Answer:
    """What a Concourse says to any path that it does not know: its web interface, and 200."""
    page = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Concourse</title>
  </head>
  <body><div id="elm-app"></div></body>
</html>
"""
    return text_answer(200, page, HTML)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test adds to responses."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from .messages import TEXT, Delivery, Request, Response, text_response, web_page

KINDS = ("status", "html", "delay", "cut_body", "cut_json", "no_version_header", "lost", "reset")
"""
status             a response with the given status instead of the real one
html               the web page with status 200, as from a wrong base URL or a captive portal
delay              the real response after `seconds`; with `after` the request takes effect first
cut_body           half of the body that content-length announces, then the connection closes
cut_json           half of the JSON, with a matching content-length
no_version_header  the real response without `X-Concourse-Version`, as from a proxy
lost               the connection closes without a response
reset              the connection is reset without a response
"""

KINDS_AFTER_THE_REQUEST = ("delay", "cut_body", "cut_json", "no_version_header")


@dataclass
class Fault:
    """A fault and the requests it applies to (`method` and `path` are regular expressions; `path` includes the query).

    `nth` applies to only that matching request, counted from 1; `count` limits the number; `probability` is drawn
    with `seed`, so that a failed run is repeatable. With `after` the request takes effect and only the response
    fails; without it, `status`, `html`, `lost` and `reset` prevent its effect.
    """

    kind: str
    path: str = ""
    method: str = ""
    nth: int | None = None
    count: int | None = None
    probability: float = 1.0
    seed: int = 0
    after: bool = False
    status: int = 500
    body: str = ""
    content_type: str = TEXT
    version_header: bool = False
    seconds: float = 0.0
    id: int = 0
    matched: int = 0
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault: {self.kind}; the kinds are {', '.join(KINDS)}")
        self._random = random.Random(self.seed)

    @property
    def carries_out(self) -> bool:
        return self.after or self.kind in KINDS_AFTER_THE_REQUEST

    def applies_to(self, request: Request) -> bool:
        """Count the request if it matches; return whether the fault applies."""
        target = f"{request.path}?{request.query_string}" if request.query_string else request.path
        if not re.search(self.path, target) or not re.fullmatch(self.method or ".*", request.method):
            return False
        self.matched += 1
        exhausted = self.count is not None and self.hits >= self.count
        if exhausted or self.nth not in (None, self.matched) or self._random.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def apply(self, response: Response, version: str) -> Response:
        """Return the client's response; `response` is the real one if the request took effect."""
        return getattr(self, f"_{self.kind}")(response, version)  # type: ignore[no-any-return]

    def _status(self, response: Response, version: str) -> Response:
        replacement = text_response(self.status, self.body, self.content_type)
        return replacement.with_headers(("X-Concourse-Version", version)) if self.version_header else replacement

    def _html(self, response: Response, version: str) -> Response:
        return web_page()

    def _delay(self, response: Response, version: str) -> Response:
        return response

    def _cut_body(self, response: Response, version: str) -> Response:
        return Response(response.status, response.headers, response.body, Delivery.CUT)

    def _cut_json(self, response: Response, version: str) -> Response:
        return Response(response.status, response.headers, response.body[: len(response.body) // 2])

    def _no_version_header(self, response: Response, version: str) -> Response:
        return response.without("X-Concourse-Version")

    def _lost(self, response: Response, version: str) -> Response:
        return Response(response.status, delivery=Delivery.LOST)

    def _reset(self, response: Response, version: str) -> Response:
        return Response(response.status, delivery=Delivery.RESET)

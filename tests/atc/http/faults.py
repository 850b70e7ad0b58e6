# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes answers go wrong, by rules that a test lays down."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from .messages import TEXT, Answer, Delivery, Request, text_answer, web_page

KINDS = ("status", "html", "delay", "cut_body", "cut_json", "no_version_header", "lost", "reset")
"""
status             an answer with any status instead of the real one
html               the web page with 200, as from a wrong base URL or a captive portal
delay              the real answer, `seconds` later; with `after` the request is carried out first
cut_body           half of the body that content-length announces, then the connection ends
cut_json           half of the JSON, with a content-length that agrees with it
no_version_header  the real answer without `X-Concourse-Version`, as from a proxy
lost               the connection ends without any answer
reset              the connection is reset without any answer
"""

KEEP_THE_ANSWER = ("delay", "cut_body", "cut_json", "no_version_header")


@dataclass
class Fault:
    """Which requests to hit (`method` and `path` are regular expressions, the latter sees the query) and how.

    `nth` hits only that matching request, counted from 1; `count` stops after so many hits; `probability` draws
    lots with `seed`, so that a failing run can be repeated. `after` carries the request out and spoils the answer;
    without it, `status`, `html`, `lost` and `reset` keep the request from having any effect.
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
    _lots: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of fault is called {self.kind}; there are {', '.join(KINDS)}")
        self._lots = random.Random(self.seed)

    @property
    def carries_out(self) -> bool:
        return self.after or self.kind in KEEP_THE_ANSWER

    def strikes(self, request: Request) -> bool:
        """Counts the request if it matches, and says whether it is hit."""
        target = f"{request.path}?{request.query_string}" if request.query_string else request.path
        if not re.search(self.path, target) or not re.fullmatch(self.method or ".*", request.method):
            return False
        self.matched += 1
        exhausted = self.count is not None and self.hits >= self.count
        if exhausted or self.nth not in (None, self.matched) or self._lots.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def spoil(self, answer: Answer, version: str) -> Answer:
        """The answer that the client gets; `answer` is the real one, if the request was carried out."""
        return getattr(self, f"_{self.kind}")(answer, version)  # type: ignore[no-any-return]

    def _status(self, answer: Answer, version: str) -> Answer:
        spoiled = text_answer(self.status, self.body, self.content_type)
        return spoiled.carrying(("X-Concourse-Version", version)) if self.version_header else spoiled

    def _html(self, answer: Answer, version: str) -> Answer:
        return web_page()

    def _delay(self, answer: Answer, version: str) -> Answer:
        return answer

    def _cut_body(self, answer: Answer, version: str) -> Answer:
        return Answer(answer.status, answer.headers, answer.body, Delivery.CUT)

    def _cut_json(self, answer: Answer, version: str) -> Answer:
        return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])

    def _no_version_header(self, answer: Answer, version: str) -> Answer:
        return answer.without("X-Concourse-Version")

    def _lost(self, answer: Answer, version: str) -> Answer:
        return Answer(answer.status, delivery=Delivery.LOST)

    def _reset(self, answer: Answer, version: str) -> Answer:
        return Answer(answer.status, delivery=Delivery.RESET)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some other web server, which remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.poolboy.concourse.tests.atc.http.messages import Answer, Request
from ansible_collections.poolboy.concourse.tests.atc.http.server import HttpServer


class Stranger:
    """`with Stranger(answer) as stranger:` serves at `stranger.url`; the answer can depend on the request."""

    def __init__(self, answer: Answer | Callable[[Request], Answer]) -> None:
        self.asked: list[Request] = []
        self._answer = answer
        self._server = HttpServer(self._respond)

    def __enter__(self) -> Stranger:
        self._server.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def _respond(self, request: Request) -> Answer:
        self.asked.append(request)
        return self._answer if isinstance(self._answer, Answer) else self._answer(request)

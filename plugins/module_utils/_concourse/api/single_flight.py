# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each question once, however many threads ask it."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Hashable
from concurrent.futures import Future

from ..._core.concourse.queries import NoCredibleResponse

Result = t.TypeVar("Result")


class SingleFlight:
    """Remembers answers, and that there was none: who asks while another is asking waits for that answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[Hashable, Future[t.Any]] = {}

    def once(self, question: Hashable, ask: t.Callable[[], Result], *, again: bool = False) -> Result:
        """Return the answer to a question; `again` asks anew, and what comes of it is the answer from then on."""
        mine: Future[t.Any] = Future()
        with self._lock:
            answer = mine if again else self._told.setdefault(question, mine)
            if again:
                self._told[question] = mine
        if answer is mine:
            _fulfil(mine, ask)
        try:
            return t.cast(Result, answer.result())
        except NoCredibleResponse as error:
            # A new exception for each thread: a shared one collects the tracebacks of all.
            raise NoCredibleResponse(str(error)) from None


def _fulfil(promise: Future[t.Any], ask: t.Callable[[], t.Any]) -> None:
    try:
        promise.set_result(ask())
    except BaseException as error:
        # Whatever happened, nobody may wait for ever.
        promise.set_exception(error)
        if not isinstance(error, Exception):
            raise

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request for each key, however many threads need its response."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Hashable
from concurrent.futures import Future

from ..._core.concourse.queries import NoCredibleResponse

Result = t.TypeVar("Result")


class SingleFlight:
    """Keeps results and failures by key; threads that need a result which another one is fetching wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Hashable, Future[t.Any]] = {}

    def once(self, key: Hashable, fetch: t.Callable[[], Result], *, again: bool = False) -> Result:
        """Return the result for a key, fetched at the first call; `again` fetches and replaces it."""
        own: Future[t.Any] = Future()
        with self._lock:
            future = own if again else self._futures.setdefault(key, own)
            if again:
                self._futures[key] = own
        if future is own:
            _fulfil(own, fetch)
        try:
            return t.cast(Result, future.result())
        except NoCredibleResponse as error:
            # A new exception for each thread: a shared one would collect the tracebacks of all.
            raise type(error)(str(error)) from None


def _fulfil(future: Future[t.Any], fetch: t.Callable[[], t.Any]) -> None:
    try:
        future.set_result(fetch())
    except BaseException as error:
        # Other threads wait for this future, so it needs a result even for KeyboardInterrupt.
        future.set_exception(error)
        if not isinstance(error, Exception):
            raise

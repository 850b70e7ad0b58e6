# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one request may take: seconds from its connection to the end of its response, and bytes."""

from __future__ import annotations

import math
import threading
import time

from .errors import ResponseTooLong

# Far above any response that is needed: a hundred builds are 40 kB.
MOST_BYTES = 16 * 1024 * 1024
# Heads, interim responses (100 Continue), chunk sizes and trailers come on top of the body.
_MOST_BYTES_BESIDES = 1024 * 1024


class RequestLimits(threading.local):
    """The limits of the request that a thread is sending; each thread sends one at a time.

    A server that sends one byte now and then never reaches the time-out of a single read. So the time-out is a deadline
    for all reads of a request together; each try of a request has its own, and none continues after `until`.
    """

    def __init__(self, timeout: int) -> None:
        self._timeout = timeout
        self.until = math.inf
        self.start()

    def start(self) -> None:
        """Begin a request, or another try of it."""
        self._deadline = time.monotonic() + self._timeout
        self._bytes_left = MOST_BYTES + _MOST_BYTES_BESIDES

    def extend(self, seconds: float) -> None:
        """Move the deadline by the time in which this thread waited for another one, not for the server."""
        self._deadline += seconds

    def seconds_left(self) -> float:
        """Return how long the request may still take. Raises TimeoutError after the deadline."""
        left = min(self._deadline, self.until) - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def count(self, received: int) -> None:
        """Count received bytes. Raises ResponseTooLong."""
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise ResponseTooLong(MOST_BYTES)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of the threads at large responses: one at a time is received and decoded.

Decoded JSON takes several times the memory of its text; with sixteen threads that is all of a machine's.
"""

from __future__ import annotations

import threading
import time
import typing as t

# Responses up to this size need no turn.
SMALL_BYTES = 1024 * 1024


class LargeResponses:
    """The turns of one session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def turn(self) -> LargeResponseTurn:
        """Return a context for receiving and decoding one response: it ends the turn, if one was taken."""
        return LargeResponseTurn(self._lock)


class LargeResponseTurn:
    """The turn of one thread. Within it the thread must not wait for another one."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._is_taken = False

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_taken:
            self._lock.release()

    def take(self) -> float:
        """Wait until no other thread has the turn; return the seconds. It may be taken more than once."""
        started = time.monotonic()
        if not self._is_taken:
            self._lock.acquire()
            self._is_taken = True
        return time.monotonic() - started

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to retry a push, and when to give up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Dozens of running builds overtake a push a few times in a row. Where others push several times a second, only time
# helps: each attempt wins by chance.
MIN_ATTEMPTS = 8
MIN_SECONDS = 120.0
# Seconds before the second attempt, at random between the two; doubled before each of the next `_DOUBLINGS` attempts.
MIN_PAUSE, MAX_PAUSE = 0.05, 0.25
_DOUBLINGS = 2


@dataclass(slots=True)
class PushRetry:
    """Attempts with random pauses, until at least `MIN_ATTEMPTS` were made and `MIN_SECONDS` have passed.

    Random pauses keep apart runs that were overtaken by the same push. `attempts` and `seconds` count what was made so
    far. `clock` returns monotonic seconds.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform
    attempts: int = 0
    seconds: float = 0.0

    def __iter__(self) -> Iterator[int]:
        """Yield the number of each attempt, from 0."""
        started = self.clock()
        while True:
            yield self.attempts
            self.attempts += 1
            self.seconds = self.clock() - started
            if self.attempts >= MIN_ATTEMPTS and self.seconds >= MIN_SECONDS:
                return
            self.sleep(self.uniform(MIN_PAUSE, MAX_PAUSE) * 2 ** min(self.attempts - 1, _DOUBLINGS))

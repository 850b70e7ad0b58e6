# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often, and for how long, a push that others overtake is tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# With dozens of builds at work a push is overtaken a few times in a row; where others push several times a second it
# is luck to be the first, and only time helps.
LEAST = 8
LONGEST = 120.0
# Seconds before the second attempt, at random between the two; twice as long before each of the next few.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25
_DOUBLINGS = 2


@dataclass(slots=True)
class PushRetry:
    """Numbers from 0 on, each after a pause: at least `LEAST` of them, and more until `LONGEST` seconds have passed.

    A pause is never as long as that of others who were overtaken by the same push. `made` counts, `seconds` tells how
    long it took so far. `clock` gives seconds that never go back.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    dice: Callable[[float, float], float] = random.uniform
    made: int = 0
    seconds: float = 0.0

    def __iter__(self) -> Iterator[int]:
        started = self.clock()
        while True:
            yield self.made
            self.made += 1
            self.seconds = self.clock() - started
            if self.made >= LEAST and self.seconds >= LONGEST:
                return
            self.sleep(self.dice(SHORTEST_PAUSE, LONGEST_PAUSE) * 2 ** min(self.made - 1, _DOUBLINGS))

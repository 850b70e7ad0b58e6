# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take, and whether they go well: the random numbers of a team."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from .traffic import Traffic

STEP = 0.03  # seconds that a step of a build takes at most


@dataclass
class Pace:
    """`dice` decide, so that a seed repeats it; who is `well_behaved` makes no mistake and does not dawdle."""

    dice: random.Random
    traffic: Traffic
    well_behaved: bool = False

    def happens(self, probability: float) -> bool:
        """Return whether something happens that well behaved people do not do."""
        return not self.well_behaved and self.dice.random() < probability

    def work(self, times: int = 1) -> None:
        """Wait a moment."""
        time.sleep(self.dice.random() * STEP * times)

    def work_for_long(self) -> None:
        """Now and then wait until cleaners have run."""
        if self.happens(0.3):
            self.traffic.wait_for_cleaners()

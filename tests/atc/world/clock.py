# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's time: the wall clock until a test sets it."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds since 1970, as a float; Concourse shows whole seconds.

    `frozen_at` stops the clock at that time; otherwise it runs `offset` seconds ahead of the wall clock.
    """

    frozen_at: float | None = None
    offset: float = 0.0

    def now(self) -> float:
        return time.time() + self.offset if self.frozen_at is None else self.frozen_at

    def set(self, now: float, *, frozen: bool = True) -> None:
        """Set the time to `now`; the clock stops, or runs on if not `frozen`."""
        self.frozen_at = now if frozen else None
        self.offset = 0.0 if frozen else now - time.time()

    def advance(self, seconds: float) -> None:
        if self.frozen_at is None:
            self.offset += seconds
        else:
            self.frozen_at += seconds

    def follow_wall_clock(self) -> None:
        self.frozen_at, self.offset = None, 0.0

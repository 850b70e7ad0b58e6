# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of a run: by the clock of this machine, and by that of Concourse once it has responded."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .._core.verdict.two_clocks import TwoClocks


def monotonic_seconds() -> float:
    """Return monotonic seconds that continue while the machine is suspended, where the system has them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class RunClock:
    """The clock of one run, made at its start. All times are in whole seconds since 1970, UTC."""

    wall: Callable[[], float] = time.time
    timer: Callable[[], float] = monotonic_seconds
    _started: int = field(init=False)
    _heard: tuple[int, float] | None = field(default=None, init=False)
    _has_warned: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._started = int(self.wall())

    def hear(self, date: int | None) -> None:
        """Take the time of Concourse from its most recent response that tells it."""
        if date is not None:
            self._heard = date, self.timer()

    def start(self) -> int:
        """Return the start of the run, by the clock that is behind."""
        return min(self._started, self.now())

    def now(self) -> int:
        """Return the time by the clock that is behind."""
        return self._clocks().earlier

    def latest(self) -> int:
        """Return the time by the clock that is ahead."""
        return self._clocks().later

    def warning(self) -> str | None:
        """Return a warning if the clocks differ; once for the run."""
        warning = None if self._has_warned else self._clocks().warning
        self._has_warned |= warning is not None
        return warning

    def _clocks(self) -> TwoClocks:
        heard = self._heard
        concourse = None if heard is None else heard[0] + int(self.timer() - heard[1])
        return TwoClocks(int(self.wall()), concourse)

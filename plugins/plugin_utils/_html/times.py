# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and durations on the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class PageTime:
    """A time in UTC as the page shows it."""

    at: datetime

    @classmethod
    def of(cls, seconds: int) -> PageTime:
        """Return a time that is given in seconds since 1970, UTC."""
        return cls(datetime.fromtimestamp(seconds, UTC))

    @property
    def machine(self) -> str:
        """The value of the attribute `datetime`: 2026-11-22T03:00:00Z."""
        return self.at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"

    @property
    def text(self) -> str:
        """To the minute: 2026-11-22 03:00."""
        return self.at.replace(tzinfo=None).isoformat(" ", "minutes")

    @property
    def seconds(self) -> int:
        """Seconds since 1970."""
        return int(self.at.timestamp())


def page_time(seconds: int | None) -> PageTime | None:
    """Return a time that is given in seconds since 1970, UTC; None stays None."""
    return None if seconds is None else PageTime.of(seconds)


def duration(seconds: float) -> str:
    """Return how long a round took: `4.2 s`, `3 min 5 s`; "" for an invalid duration."""
    if not math.isfinite(seconds):
        return ""
    if seconds < 60:
        return f"{max(seconds, 0):.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"

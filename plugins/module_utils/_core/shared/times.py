# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and durations in results and reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def iso_time(seconds: int | None) -> str | None:
    """Return a time (seconds since 1970, UTC) as ISO 8601: `2026-09-21T14:17:20Z`; None for None."""
    if seconds is None:
        return None
    try:
        # strftime writes years before 1000 with fewer digits.
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat() + "Z"
    except (OverflowError, ValueError, OSError):
        return None


def age_minutes(since: int, now: int) -> int:
    """Return the whole minutes between two times (seconds), 0 if `since` is in the future."""
    return max(0, (now - since) // 60)


def duration_text(minutes: int) -> str:
    """Return minutes as `2d 3h`, `3h 9m` or `9m`."""
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h" if days < 1000 else f"{days}d"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"


def latest_time(times: Iterable[int | None]) -> int | None:
    """Return the latest time; None stands for an unknown one, and is returned if all are unknown."""
    return max((time for time in times if time is not None), default=None)

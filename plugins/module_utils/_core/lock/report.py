# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The locks of a run as lines for people."""

from __future__ import annotations

from collections.abc import Sequence

from ..claim.hold import Hold, HoldEnd
from ..pool.layout import State
from ..report.layout import wrap
from ..report.release_command import release_command
from ..shared.text import printable
from ..shared.times import duration_text, iso_time
from .plan import PlannedLock

_MOST_LINES = 40  # of a content
_LONGEST_LINE = 500


def report_lines(
    locks: Sequence[PlannedLock], contents: Sequence[str | None], now: int, owner: str | None
) -> list[str]:
    """Return what became of each lock, and its content if `owner` holds it; `now` is in seconds since 1970, UTC."""
    lines = [f"{printable(owner, 80)} holds no lock of this pool."] if owner and not locks else []
    for lock, content in zip(locks, contents, strict=True):
        lines.extend(wrap(_state_text(lock, now)))
        if lock.state is State.CLAIMED and lock.hold is not None and lock.hold.owner == owner:
            lines.extend(_content_lines(content))
            command = release_command(lock.pool, lock.name, lock.claim.commit) if lock.claim else None
            lines.extend([f"To release it: {command}"] if command else [])
    return lines


def _state_text(lock: PlannedLock, now: int) -> str:
    name = printable(f"{lock.pool}/{lock.name}", 120)
    if lock.state is None:
        return f"{name} does not exist."
    if lock.state is State.UNCLAIMED:
        return f"{name} is free."
    if lock.hold is None or not lock.hold.owner:
        return f"{name} is claimed."
    reason = f": {printable(lock.hold.reason, 200)}" if lock.hold.reason else ""
    return f"{name} is held by {printable(lock.hold.owner, 120)}{_end_text(lock.hold, now)}{reason}"


def _end_text(hold: Hold, now: int) -> str:
    if hold.end is HoldEnd.NEVER:
        return " without an end"
    if hold.until is None:
        return ""
    left = f", for {duration_text((hold.until - now) // 60)} more" if hold.until > now else ", which has passed"
    return f" until {iso_time(hold.until)}{left}"


def _content_lines(content: str | None) -> list[str]:
    lines = (content or "").splitlines()
    more = [f"  ... and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return [*(f"  {printable(line, _LONGEST_LINE)}" for line in lines[:_MOST_LINES]), *more]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a lock that is held until a time: `held` until then, `expired` afterwards."""

from __future__ import annotations

from ..claim.hold import Hold, HoldEnd
from ..shared.text import printable
from ..shared.times import iso_time
from .verdict import Verdict, VerdictName


def judge_hold(hold: Hold, owner: str, now: int) -> Verdict | None:
    """Return the verdict on a hold of `owner`; None if the claim does not state an end.

    `now` is in seconds since 1970, UTC. A lock with an end that cannot be read is held.
    """
    reason = f": {printable(hold.reason, 200)}" if hold.reason else ""
    held_by = f"held by {printable(owner, 120)}"
    if hold.end is HoldEnd.UNSTATED:
        return None
    if hold.end is HoldEnd.NEVER:
        return Verdict(VerdictName.HELD, f"{held_by} without an end{reason}")
    if hold.end is HoldEnd.UNREADABLE:
        return Verdict(VerdictName.HELD, f"{held_by}, until a time that cannot be read{reason}")
    until = iso_time(hold.until)
    if hold.has_ended(now):
        return Verdict(VerdictName.EXPIRED, f"{held_by} until {until}, which has passed{reason}", hold.until)
    return Verdict(VerdictName.HELD, f"{held_by} until {until}{reason}")

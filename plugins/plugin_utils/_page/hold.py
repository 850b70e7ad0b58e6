# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock and why, in two columns of its row; no text is in both."""

from __future__ import annotations

from ...module_utils._core.pool.layout import State
from ...module_utils._core.verdict.verdict import VerdictName
from .._html.times import page_time
from .._round.lock import RoundHold, RoundLock


def holder_of(lock: RoundLock) -> str:
    """Return who holds a lock: the owner of a hold if its claim states one."""
    hold = _hold(lock)
    return hold.owner if hold and hold.owner else lock.holder


def reason_of(lock: RoundLock) -> str:
    """Return the reason of a hold, and when it began and ended if no other column shows that; else the verdict's.

    The verdict of a free lock needs no reason.
    """
    hold = _hold(lock)
    if lock.state == State.UNCLAIMED:
        return ""
    if hold is None:
        return _without_holder(lock)
    # Without an owner, the holder's text has the reason or the first line of the claim.
    why = (hold.reason or "the claim states no reason") if hold.owner else "the claim states no owner"
    times = []
    if hold.since is not None and lock.claimed_at is not None and hold.since < lock.claimed_at:
        times.append(("since", page_time(hold.since)))
    if lock.verdict == VerdictName.EXPIRED:
        times.append(("until", page_time(hold.until)))
    span = " ".join(f"{word} {time.text}" for word, time in times if time)
    return f"{why} (held {span})" if span else why


def _without_holder(lock: RoundLock) -> str:
    """Return the reason of the verdict without the holder, which has a column of its own."""
    if not lock.holder:
        return lock.reason
    rest = lock.reason.removesuffix(f": {lock.holder}")
    return rest.removeprefix(f"claimed by {lock.holder}, but ")


def _hold(lock: RoundLock) -> RoundHold | None:
    return lock.hold if lock.verdict in (VerdictName.HELD, VerdictName.EXPIRED) else None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock, in the words of the errors of concourse_pool_lock."""

from __future__ import annotations

from ..claim.claim import Claim
from ..claim.hold import Hold, HoldEnd, read_claimed_hold
from ..claim.holder import read_holder
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..report.release_command import SHOWN_DIGITS, release_command
from ..shared.text import printable
from ..shared.times import iso_time


def owner_of(claim: Claim) -> str:
    """Return the owner that a claim states, empty for the claim of a build or of a person who states none."""
    return read_claimed_hold(claim).owner


def is_holder(owner: str | None, claim: Claim) -> bool:
    """Return whether an owner made a claim. No owner, not even an empty one, made that of a build."""
    return bool(owner) and owner_of(claim) == owner


def holder_text(lock: Lock, snapshot: Snapshot) -> str:
    """Return who holds a claimed lock, since when, until when, and why: `ada since 2026-11-29T14:00:00Z (demo)`."""
    claim = snapshot.claim(lock)
    holder = read_holder(claim, lock.name, "main")
    reason = f" ({printable(holder.hold.reason, 120)})" if holder.owner and holder.hold and holder.hold.reason else ""
    name = holder.owner or holder.text
    since = iso_time(claim.claimed_at) or "a time that cannot be read"
    return f"{printable(name, 120)} since {since}{_end_text(holder.hold)}{reason}"


def _end_text(hold: Hold | None) -> str:
    if hold is None or hold.end is HoldEnd.UNSTATED:
        return ""
    if hold.end is HoldEnd.NEVER:
        return " without an end"
    return f" until {iso_time(hold.until) or 'a time that cannot be read'}"


def holder_name(lock: Lock, snapshot: Snapshot) -> str:
    """Return who holds a claimed lock, in short: the owner or the build."""
    holder = read_holder(snapshot.claim(lock), lock.name, "main")
    return holder.owner or holder.url or holder.text


def held_by_another(lock: Lock, snapshot: Snapshot) -> str:
    """Return the sentences for a lock that another holder has: who, since when, and how to release it anyway."""
    commit = snapshot.claim(lock).commit
    command = release_command(lock.pool, lock.name, commit)
    by_command = f", or run: {command}" if command else "."
    return (
        f"Lock {printable(lock.pool_and_name, 80)} is held by {holder_text(lock, snapshot)}. To release it, ask"
        f" the holder first; then set claim_commit to '{commit[:SHOWN_DIGITS]}'{by_command}"
    )

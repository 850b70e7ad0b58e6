# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock, in the words of the errors of concourse_pool_lock."""

from __future__ import annotations

from ..claim.claim import Claim
from ..claim.hold import HoldEnd, read_hold
from ..claim.holder import read_holder
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..report.release_command import SHOWN_DIGITS, release_command
from ..shared.text import printable
from ..shared.times import iso_time


def owner_of(claim: Claim) -> str:
    """Return the owner that a claim states, empty for the claim of a build or of a person who states none."""
    return read_hold(claim.message).owner


def is_holder(owner: str | None, claim: Claim) -> bool:
    """Return whether an owner made a claim. Nobody made that of a build, also not an owner without a name."""
    return bool(owner) and owner_of(claim) == owner


def holder_text(lock: Lock, snapshot: Snapshot) -> str:
    """Return who holds a claimed lock, since when and until when: `ada since 2026-11-29T14:00:00Z until ...`."""
    claim = snapshot.claim(lock)
    holder = read_holder(claim, lock.name, "main")
    text = f"{printable(holder.text, 120)} since {iso_time(claim.claimed_at) or 'a time that cannot be read'}"
    hold = holder.hold
    if hold is None or hold.end is HoldEnd.UNSTATED:
        return text
    if hold.end is HoldEnd.NEVER:
        return f"{text} without an end"
    return f"{text} until {iso_time(hold.until) or 'a time that cannot be read'}"


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
        f"Lock {printable(lock.pool_and_name, 80)} is held by {holder_text(lock, snapshot)}. To release it anyway,"
        f" set claim_commit to '{commit[:SHOWN_DIGITS]}'{by_command}"
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a lock that a person has: `held` until the end of the hold, then `expired`; `manual` without an end.

A person also has a lock after restoring the claim of a build:

| What somebody did                                           | Who has the lock  |
|-------------------------------------------------------------|-------------------|
| restored the claim by git cherry-pick or git commit -C      | this person       |
| rewrote the history by git rebase, or merged it on a server | the build, still  |

Nothing tells these apart, so the lock is released only if the policies of both verdicts allow it.
"""

from __future__ import annotations

from dataclasses import replace

from ..claim.claim import Claim
from ..claim.hold import Hold, HoldEnd
from ..claim.holder import Holder, HolderKind
from ..shared.text import printable
from ..shared.times import duration_text, iso_time, latest_time
from .verdict import Verdict, VerdictName


def judge_persons_claim(claim: Claim, holder: Holder, now: int) -> Verdict:
    """Return the verdict on a claim of a person; `now` is in seconds since 1970, UTC."""
    held = None if holder.hold is None else _judge_hold(holder.hold, holder.owner or claim.author, claim, now)
    return held or Verdict(VerdictName.MANUAL, f"not claimed by a build: {holder.text}", claim.claimed_at)


def with_person(verdict: Verdict, claim: Claim, holder: Holder) -> Verdict:
    """Return the verdict on a claim that a person can have restored; `verdict` is that on the claim of the build."""
    if holder.kind is HolderKind.PERSON or not claim.is_made_again:
        return verdict
    reason = f"{_what_was_seen(claim)}: a person restored the claim of {holder.text}"
    manual = Verdict(VerdictName.MANUAL, reason, claim.claimed_at)
    if verdict.is_in_use or verdict.name is VerdictName.UNREACHABLE:
        return replace(verdict, otherwise=manual)
    return replace(manual, build=verdict.build, otherwise=verdict)


def _judge_hold(hold: Hold, owner: str, claim: Claim, now: int) -> Verdict | None:
    """Return the verdict on a hold of `owner`; None if the claim does not state an end.

    A lock with a wrong end is held.
    """
    reason = f": {printable(hold.reason, 200)}" if hold.reason else ""
    held_by = f"held by {printable(owner, 120)}"
    if hold.end is HoldEnd.UNSTATED:
        return None
    if hold.end is HoldEnd.NEVER:
        return Verdict(VerdictName.HELD, f"{held_by} without an end{reason}")
    if hold.end is HoldEnd.UNREADABLE:
        return Verdict(VerdictName.HELD, f"{held_by}, until a time that cannot be read{reason}")
    if hold.end is HoldEnd.BEFORE_CLAIM:
        return Verdict(VerdictName.HELD, f"{held_by}, until a time that had passed when it was claimed{reason}")
    until = iso_time(hold.until)
    if hold.has_ended(now):
        # Somebody can have restored the claim after its end.
        since = latest_time((hold.until, claim.claimed_at))
        return Verdict(VerdictName.EXPIRED, f"{held_by} until {until}, which has passed{reason}", since)
    return Verdict(VerdictName.HELD, f"{held_by} until {until}{reason}")


def _what_was_seen(claim: Claim) -> str:
    authored_at = claim.authored_at or 0
    seconds = claim.claimed_at - authored_at
    if seconds < 0 or authored_at == 0:
        return "the author's time of its commit is not that of its committer"
    after = f"{seconds} s" if seconds < 60 else duration_text(seconds // 60)
    return f"its commit was made again {after} after {iso_time(authored_at)}"

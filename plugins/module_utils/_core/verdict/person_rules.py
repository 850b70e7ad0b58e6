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
from ..claim.hold import HoldEnd, states_end
from ..claim.holder import Holder, HolderKind
from ..shared.text import printable
from ..shared.times import duration_text, iso_time, latest_time
from .verdict import Verdict, VerdictName


def judge_persons_claim(claim: Claim, holder: Holder, now: int) -> Verdict:
    """Return the verdict on a claim of a person; `now` is in seconds since 1970, UTC."""
    held = _judge_hold(claim, holder, now)
    if held is not None and (held.name is VerdictName.HELD or states_end(claim.message)):
        return held
    # A later change of the file never shortens the claim.
    since = claim.claimed_at if held is None else held.dead_since
    return Verdict(VerdictName.MANUAL, f"not claimed by a build: {holder.text}", since)


def judge_take_over(claim: Claim, holder: Holder, now: int) -> Verdict | None:
    """Return the verdict on a build's claim if a person holds the lock by a later change of its file, else None."""
    held = _judge_hold(claim, holder, now)
    if held is None or held.name is not VerdictName.HELD:
        return None
    return replace(held, reason=f"{held.reason}; it was claimed by {holder.text}")


def with_person(verdict: Verdict, claim: Claim, holder: Holder) -> Verdict:
    """Return the verdict on a claim that a person can have restored, or has taken over until a time that has come.

    `verdict` is that on the claim of the build.
    """
    if holder.kind is HolderKind.PERSON:
        return verdict
    until = None if holder.hold is None else holder.hold.until
    if until is not None and verdict.dead_since is not None and until > verdict.dead_since:
        reason = f"{verdict.reason}; a person held it until {iso_time(until)}"
        verdict = replace(verdict, dead_since=until, reason=reason)
    return _with_restorer(verdict, claim, holder) if claim.is_made_again else verdict


def _with_restorer(verdict: Verdict, claim: Claim, holder: Holder) -> Verdict:
    reason = f"{_what_was_seen(claim)}: a person restored the claim of {holder.text}"
    manual = Verdict(VerdictName.MANUAL, reason, claim.claimed_at)
    if verdict.is_in_use or verdict.name is VerdictName.UNREACHABLE:
        return replace(verdict, otherwise=manual)
    return replace(manual, build=verdict.build, otherwise=verdict)


def _judge_hold(claim: Claim, holder: Holder, now: int) -> Verdict | None:
    """Return the verdict on the hold of a claim; None if it does not state an end.

    A lock with a wrong end is held.
    """
    hold = holder.hold
    if hold is None or hold.end is HoldEnd.UNSTATED:
        return None
    reason = f": {printable(hold.reason, 200)}" if hold.reason else ""
    held_by = f"held by {printable(holder.owner or claim.author, 120)}"
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

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One verdict for each lock, and why.

This is where the rules meet: claiming_build.py finds the build, renamed_build.py looks for one whose name has changed,
and handoff/rules.py follows the lock of one that succeeded.
"""

from __future__ import annotations

from ..claim.claim import Claim
from ..claim.holder import Holder, HolderKind
from ..concourse.model import Build, BuildStatus
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..handoff.rules import HandOffState, find_use_after_failure, follow_hand_off
from .claiming_build import ClaimTiming, find_claiming_build
from .renamed_build import find_renamed_build
from .verdict import Verdict, VerdictName

_ENDED = {
    BuildStatus.FAILED: VerdictName.FAILED,
    BuildStatus.ERRORED: VerdictName.ERRORED,
    BuildStatus.ABORTED: VerdictName.ABORTED,
}
_ENDING = {
    BuildStatus.SUCCEEDED: "succeeded",
    BuildStatus.FAILED: "failed",
    BuildStatus.ERRORED: "errored",
    BuildStatus.ABORTED: "was aborted",
}


def judge_claim(claim: Claim, holder: Holder, facts: BuildQueries | None) -> Verdict:
    """Judge one claimed lock. `facts` is None when no Concourse was configured.

    A missing answer gives `unreachable`, whatever else is known. Errors of the credentials are not caught.
    """
    if holder.kind is HolderKind.PERSON:
        return Verdict(VerdictName.MANUAL, f"not claimed by a build: {holder.text}", claim.claimed_at)
    if holder.kind is HolderKind.UNNAMED:
        return Verdict(VerdictName.UNVERIFIED, "the claim names no build", claim.claimed_at)
    if facts is None:
        reason = f"claimed by {holder.text}, but no Concourse is configured to ask"
        return Verdict(VerdictName.UNVERIFIED, reason, claim.claimed_at)
    try:
        return _judge_named(claim, holder, facts)
    except NoCredibleResponse as missing:
        return Verdict(VerdictName.UNREACHABLE, f"claimed by {holder.text}, but {missing}")


def _judge_named(claim: Claim, holder: Holder, facts: BuildQueries) -> Verdict:
    if not holder.readings:
        return Verdict(VerdictName.FOREIGN, f"no build can be told from {holder.text}", claim.claimed_at)
    base = holder.readings[0].base
    if base is not None and not facts.names_this_concourse(base):
        return Verdict(VerdictName.FOREIGN, f"claimed from another Concourse: {holder.url}", claim.claimed_at)
    identity = find_claiming_build(claim, holder, facts)
    build = identity.build
    if build is None:
        return _judge_vanished(f"Concourse has no {holder.text} any more", claim, holder, facts)
    if identity.fit is ClaimTiming.ANOTHER_BUILD:
        return _judge_vanished(f"the name {build} belongs to a later build now", claim, holder, facts, build)
    if identity.fit is ClaimTiming.AFTER_ITS_END:
        if build.status is BuildStatus.SUCCEEDED:
            # It cannot have claimed so late, so somebody has written the claim's commit anew, as a rebase does.
            handed_off = _judge_succeeded(claim, build, facts)
            if handed_off.name is VerdictName.HANDED_OFF:
                return handed_off
        late = claim.claimed_at - (build.end_time or claim.claimed_at)
        return _judge_unsuccessful(VerdictName.ZOMBIE, f"and claimed it {late} s after that", claim, build, facts)
    if build.is_active:
        return Verdict(VerdictName.RUNNING, f"{build} is {build.status.value}", None, build)
    if build.status is BuildStatus.SUCCEEDED:
        return _judge_succeeded(claim, build, facts)
    return _judge_unsuccessful(_ENDED[build.status], "and left it claimed", claim, build, facts)


def _judge_vanished(
    reason: str, claim: Claim, holder: Holder, facts: BuildQueries, build: Build | None = None
) -> Verdict:
    """Give the verdict on a build that the name in the claim does not lead to, unless one is at work with its lock."""
    user = find_renamed_build(claim, holder, facts)
    if user is not None:
        return Verdict(VerdictName.HANDED_OFF, f"{reason}, but {user} is {user.status.value} with the lock", None, user)
    return Verdict(VerdictName.GONE, reason, claim.claimed_at, build)


def _judge_unsuccessful(name: VerdictName, what: str, claim: Claim, build: Build, facts: BuildQueries) -> Verdict:
    """Give the verdict on a build that did not succeed, unless another one is at work with its lock all the same."""
    use = find_use_after_failure(build, claim.commit, facts)
    if use.whereabouts is HandOffState.IN_USE:
        return Verdict(VerdictName.HANDED_OFF, f"{build} {_ENDING[build.status]}, but {use.reason}", None, build)
    return Verdict(name, f"{build} {_ENDING[build.status]} {what}", _after(claim, use.last_end), build)


def _judge_succeeded(claim: Claim, build: Build, facts: BuildQueries) -> Verdict:
    hand_off = follow_hand_off(build, claim.commit, facts)
    reason = f"{build} succeeded; {hand_off.reason}"
    if hand_off.whereabouts is HandOffState.IN_USE:
        return Verdict(VerdictName.HANDED_OFF, reason, None, build)
    taken = hand_off.whereabouts is HandOffState.TAKEABLE
    name = VerdictName.HANDED_OFF if taken else VerdictName.LEAKED
    return Verdict(name, reason, _after(claim, hand_off.last_end), build)


def _after(claim: Claim, end_time: int | None) -> int:
    """A lock cannot have been left before it was claimed."""
    return max(claim.claimed_at, end_time or 0)

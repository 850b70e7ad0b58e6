# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim, and its reason.

| the claim names | the build | verdict | decided in |
|---|---|---|---|
| a person | | manual | claim/holder.py |
| no build, or no Concourse is configured | | unverified | here |
| another Concourse, or no readable build | | foreign | here |
| a build | missing, or a later one of that name | gone; handed_off if a renamed build has the lock | renamed_build.py |
| a build | had ended before the claim | zombie; handed_off if a build uses the lock | claiming_build.py |
| a build | pending or started | running | here |
| a build | failed, errored or aborted | that; handed_off if a build uses the lock | handoff/rules.py |
| a build | succeeded | handed_off or leaked | handoff/rules.py |
| a build | any answer is missing | unreachable | here |
"""

from __future__ import annotations

from ..claim.claim import Claim
from ..claim.holder import Holder, HolderKind
from ..concourse.model import Build, BuildStatus
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..handoff.rules import HandOffState, ask_for_hand_off, ask_for_use_after_failure
from .claiming_build import ClaimTiming, ask_for_claiming_build
from .renamed_build import ask_for_renamed_build
from .verdict import Verdict, VerdictName

_UNSUCCESSFUL = {
    BuildStatus.FAILED: VerdictName.FAILED,
    BuildStatus.ERRORED: VerdictName.ERRORED,
    BuildStatus.ABORTED: VerdictName.ABORTED,
}
_ENDED_HOW = {
    BuildStatus.SUCCEEDED: "succeeded",
    BuildStatus.FAILED: "failed",
    BuildStatus.ERRORED: "errored",
    BuildStatus.ABORTED: "was aborted",
}


def judge_claim(claim: Claim, holder: Holder, queries: BuildQueries | None) -> Verdict:
    """Judge one claimed lock. `queries` is None when no Concourse is configured.

    A missing answer gives `unreachable`, whatever else is known. Errors of the credentials are not caught.
    """
    if holder.kind is HolderKind.PERSON:
        return Verdict(VerdictName.MANUAL, f"not claimed by a build: {holder.text}", claim.claimed_at)
    if holder.kind is HolderKind.UNNAMED:
        where = "" if queries is not None else ", and no Concourse is configured to look for it: set concourse_url"
        return Verdict(VerdictName.UNVERIFIED, f"the claim names no build{where}", claim.claimed_at)
    if queries is None:
        reason = f"claimed by {holder.text}, but no Concourse is configured to ask: set concourse_url"
        return Verdict(VerdictName.UNVERIFIED, reason, claim.claimed_at)
    try:
        return _ask_about_named_build(claim, holder, queries)
    except NoCredibleResponse as missing:
        return Verdict(VerdictName.UNREACHABLE, f"claimed by {holder.text}, but {missing}")


def _ask_about_named_build(claim: Claim, holder: Holder, queries: BuildQueries) -> Verdict:
    if not holder.references:
        return Verdict(VerdictName.FOREIGN, f"{holder.text} names no build that can be read", claim.claimed_at)
    base = holder.references[0].base
    if base is not None and not queries.names_this_concourse(base):
        return Verdict(VerdictName.FOREIGN, f"claimed from another Concourse: {holder.url}", claim.claimed_at)
    claiming = ask_for_claiming_build(claim, holder, queries)
    build = claiming.build
    if build is None:
        return _ask_about_missing_build(f"Concourse has no {holder.text} any more", claim, holder, queries)
    if claiming.timing is ClaimTiming.BEFORE_BUILD:
        return _ask_about_missing_build(f"the name {build} belongs to a later build now", claim, holder, queries, build)
    if claiming.timing is ClaimTiming.AFTER_BUILD:
        return _ask_about_late_claim(claim, build, queries)
    if build.is_active:
        return Verdict(VerdictName.RUNNING, f"{build} is {build.status.value}", None, build)
    if build.status is BuildStatus.SUCCEEDED:
        return _ask_about_succeeded_build(claim, build, queries)
    return _ask_about_dead_build(_UNSUCCESSFUL[build.status], "and left it claimed", claim, build, queries)


def _ask_about_missing_build(
    reason: str, claim: Claim, holder: Holder, queries: BuildQueries, build: Build | None = None
) -> Verdict:
    """Judge a claim whose name leads to no build: gone, unless an active build has the lock under another name."""
    user = ask_for_renamed_build(claim, holder, queries)
    if user is not None:
        return Verdict(VerdictName.HANDED_OFF, f"{reason}, but {user} is {user.status.value} with the lock", None, user)
    return Verdict(VerdictName.GONE, reason, claim.claimed_at, build)


def _ask_about_late_claim(claim: Claim, build: Build, queries: BuildQueries) -> Verdict:
    """Judge a claim that is later than the end of its build."""
    if build.status is BuildStatus.SUCCEEDED:
        # It cannot have claimed so late, so somebody has rewritten the claim's commit, as a rebase does.
        handed_off = _ask_about_succeeded_build(claim, build, queries)
        if handed_off.name is VerdictName.HANDED_OFF:
            return handed_off
    late = claim.claimed_at - (build.end_time or claim.claimed_at)
    return _ask_about_dead_build(VerdictName.ZOMBIE, f"and claimed it {late} s after that", claim, build, queries)


def _ask_about_dead_build(name: VerdictName, what: str, claim: Claim, build: Build, queries: BuildQueries) -> Verdict:
    """Judge a claim whose build did not succeed, or had ended: `name`, unless another build uses the lock."""
    use = ask_for_use_after_failure(build, claim.commit, queries)
    if use.state is HandOffState.IN_USE:
        return Verdict(VerdictName.HANDED_OFF, f"{build} {_ENDED_HOW[build.status]}, but {use.reason}", None, build)
    return Verdict(name, f"{build} {_ENDED_HOW[build.status]} {what}", _dead_since(claim, use.last_end), build)


def _ask_about_succeeded_build(claim: Claim, build: Build, queries: BuildQueries) -> Verdict:
    hand_off = ask_for_hand_off(build, claim.commit, queries)
    reason = f"{build} succeeded; {hand_off.reason}"
    if hand_off.state is HandOffState.IN_USE:
        return Verdict(VerdictName.HANDED_OFF, reason, None, build)
    name = VerdictName.HANDED_OFF if hand_off.state is HandOffState.TAKEABLE else VerdictName.LEAKED
    return Verdict(name, reason, _dead_since(claim, hand_off.last_end), build)


def _dead_since(claim: Claim, end_time: int | None) -> int:
    """Return the end of the last build with the lock, or the time of the claim where that is later."""
    return max(claim.claimed_at, end_time or 0)

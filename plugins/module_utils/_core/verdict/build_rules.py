# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim whose build is known."""

from __future__ import annotations

from dataclasses import replace

from ..claim.claim import Claim
from ..concourse.model import Build, BuildStatus
from ..handoff.former_configuration import STARTS_AFTER_CHANGE
from ..handoff.rules import ask_for_hand_off
from ..handoff.state import HandOffState
from ..handoff.use_after_failure import ask_for_use_after_failure
from ..shared.times import latest_time
from .claim_to_judge import ClaimToJudge
from .claiming_build import ClaimTiming, timing_of
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


def ask_about_build(judged: ClaimToJudge, build: Build) -> Verdict:
    """Judge the claim of a build. Raises NoCredibleResponse."""
    if build.is_active:
        return Verdict(VerdictName.RUNNING, f"{build} is {build.status.value}", None, build)
    if build.status is BuildStatus.SUCCEEDED:
        return _ask_about_succeeded_build(judged, build)
    return _ask_about_dead_build(_UNSUCCESSFUL[build.status], "and left it claimed", judged, build)


def ask_about_late_claim(judged: ClaimToJudge, build: Build) -> Verdict:
    """Judge a claim that is later than the end of its build. Raises NoCredibleResponse.

    A claim that was made again, but written during the build, is judged as if it had not been made again.
    """
    was_in_time = _was_written_during(build, judged.claim)
    if build.status is BuildStatus.SUCCEEDED:
        # It cannot have claimed so late, so somebody has rewritten the claim's commit, as a rebase does.
        handed_off = _ask_about_succeeded_build(judged, build, is_rewritten=True)
        if was_in_time or handed_off.name is VerdictName.HANDED_OFF:
            return handed_off
    if was_in_time:
        return ask_about_build(judged, build)
    late = judged.claim.claimed_at - (build.end_time or judged.claim.claimed_at)
    return _ask_about_dead_build(VerdictName.ZOMBIE, f"and claimed it {late} s after that", judged, build)


def _was_written_during(build: Build, claim: Claim) -> bool:
    if claim.authored_at is None or not claim.is_made_again:
        return False
    return timing_of(replace(claim, claimed_at=claim.authored_at), build) is ClaimTiming.DURING_BUILD


def _ask_about_dead_build(name: VerdictName, what: str, judged: ClaimToJudge, build: Build) -> Verdict:
    """Judge a claim whose build did not succeed, or had ended: `name`, unless a build or job after it has the lock."""
    use = ask_for_use_after_failure(build, judged.claim.commit, judged.queries, judged.claimed_at)
    if use.state is HandOffState.UNUSED:
        return Verdict(name, f"{build} {_ENDED_HOW[build.status]} {what}", _dead_since(judged, use.last_end), build)
    reason = f"{build} {_ENDED_HOW[build.status]}, but {use.reason}"
    since = None if use.state is HandOffState.IN_USE else _dead_since(judged, use.last_end)
    return Verdict(VerdictName.HANDED_OFF, reason, since, build, user=use.user, taker=use.taker)


def _ask_about_succeeded_build(judged: ClaimToJudge, build: Build, *, is_rewritten: bool = False) -> Verdict:
    commit, claimed_at = judged.claim.commit, judged.claimed_at
    hand_off = ask_for_hand_off(build, commit, judged.queries, claimed_at, is_rewritten=is_rewritten)
    reason = f"{build} succeeded; {hand_off.reason}"
    if hand_off.state is HandOffState.IN_USE:
        return Verdict(VerdictName.HANDED_OFF, reason, None, build, user=hand_off.user, taker=hand_off.taker)
    since = _dead_since(judged, hand_off.last_end)
    if hand_off.state is HandOffState.TAKEABLE:
        return Verdict(VerdictName.HANDED_OFF, reason, since, build, taker=hand_off.taker)
    keep_until = None if hand_off.updated is None else hand_off.updated + STARTS_AFTER_CHANGE
    return Verdict(VerdictName.LEAKED, reason, since, build, keep_until)


def _dead_since(judged: ClaimToJudge, end_time: int | None) -> int | None:
    """Return the end of the last build with the lock, or the time of the claim where that is later."""
    return latest_time((judged.claim.claimed_at, end_time))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim that names no build, or one that Concourse does not have."""

from __future__ import annotations

import re
from dataclasses import replace

from ..concourse.model import Build
from ..handoff.later_takers import ask_for_use_after_taker
from ..handoff.state import HandOffState
from ..handoff.versions.search import VersionUsers, ask_for_version_users, has_made
from ..shared.times import latest_time
from .build_rules import ask_about_build
from .claim_to_judge import ClaimToJudge
from .making_builds import ask_about_making_builds
from .namesake import ask_for_namesake
from .verdict import Verdict, VerdictName

# Before the first slash, as in "Restore main/ci/up build 3 claiming: env-1"; a name can have blanks as well.
_PERSONS_WORDS = re.compile(r"[^/]*[\s!:\[][^/]*/")


def ask_about_missing_build(reason: str, judged: ClaimToJudge, build: Build | None = None) -> Verdict:
    """Judge a claim whose name leads to no build, or to a later `build`. Raises NoCredibleResponse.

    It is gone only if neither its version nor its number leads to a build that made it or has the lock.
    """
    found = _ask_by_version(reason, judged)
    if isinstance(found, Verdict):
        return found
    namesake = ask_for_namesake(judged.claim, judged.holder, judged.queries, is_version_known=found.is_known)
    if namesake is None:
        return _gone_or_unverified(reason, judged, build)
    if has_made(namesake, judged.claim.commit, judged.queries):
        # Found by its number: before Concourse 5.5 no version can be searched for.
        return ask_about_build(judged, namesake).found_by_version(reason)
    if namesake.is_active:
        reason = f"{reason}, but {namesake} is {namesake.status.value} and may have the lock"
        return Verdict(VerdictName.HANDED_OFF, reason, None, namesake, user=namesake)
    reason = f"{reason}; {namesake} may have made the claim, but Concourse has forgotten its versions"
    return Verdict(VerdictName.UNVERIFIED, reason, judged.claim.claimed_at, namesake)


def _gone_or_unverified(reason: str, judged: ClaimToJudge, build: Build | None) -> Verdict:
    """Judge a claim that no build is found for; a team can have been renamed to one that the login does not see."""
    # The other readings of an old message need not name a team.
    pipeline = judged.holder.references[0].pipeline
    if judged.holder.url is None and _PERSONS_WORDS.match(judged.claim.message):
        reason = f"{reason}, and a person can have written the words before its name"
    elif pipeline is None or not judged.queries.is_team_hidden(pipeline.team):
        return Verdict(VerdictName.GONE, reason, judged.claim.claimed_at, build)
    else:
        reason = (
            f"{reason}, nor a team {pipeline.team}, and this user does not see all teams, so it can have been renamed"
        )
    return Verdict(VerdictName.UNVERIFIED, reason, judged.claim.claimed_at, build)


def ask_about_unnamed_build(judged: ClaimToJudge) -> Verdict:
    """Judge a claim that names no build. Raises NoCredibleResponse."""
    found = _ask_by_version("the claim names no build", judged)
    if isinstance(found, Verdict):
        return found
    reason = "the claim names no build, and Concourse knows none that made it"
    return Verdict(VerdictName.UNVERIFIED, reason, judged.claim.claimed_at)


def _ask_by_version(reason: str, judged: ClaimToJudge) -> Verdict | VersionUsers:
    """Judge a claim by the version that it made; return who took the version if that decides nothing."""
    commit, teams, queries = judged.claim.commit, judged.teams, judged.queries
    found = ask_about_making_builds(judged)
    if found is not None:
        return found.found_by_version(reason)
    users = ask_for_version_users(commit, teams, queries, judged.claimed_at)
    return _ask_about_users(users, reason, judged) or users


def ask_about_expired_hold(own: Verdict, judged: ClaimToJudge) -> Verdict:
    """Judge a claim whose hold has ended, as `own` says: a build can have taken the lock since.

    Then it is released only if the policies of both verdicts allow it. Raises NoCredibleResponse.
    """
    users = ask_for_version_users(judged.claim.commit, judged.teams, judged.queries, judged.claimed_at)
    found = _ask_about_users(users, own.reason, judged)
    return own if found is None else replace(found, otherwise=own)


def _ask_about_users(users: VersionUsers, reason: str, judged: ClaimToJudge) -> Verdict | None:
    """Return the verdict on a lock that one of the users of its version has, or passed on to a job; None if none."""
    commit, queries = judged.claim.commit, judged.queries
    user = users.active_build
    if user is not None:
        reason = f"{reason}, but {user} is {user.status.value} with the lock"
        return Verdict(VerdictName.HANDED_OFF, reason, None, user, user=user)
    later = ask_for_use_after_taker(users.taken, commit, queries)
    if later is None:
        return None
    taker, use = later
    last_end = latest_time((judged.claim.claimed_at, use.last_end, users.last_end))
    since = None if use.state is HandOffState.IN_USE else last_end
    reason = f"{reason}, but {use.reason}"
    return Verdict(VerdictName.HANDED_OFF, reason, since, taker, user=use.user, taker=use.taker)

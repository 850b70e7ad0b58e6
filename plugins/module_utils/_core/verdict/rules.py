# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim, and its reason.

| the claim names | its build, or the time | verdict | decided in |
|---|---|---|---|
| a person, until a time | has not come, has come | held, expired | person_rules.py |
| a person | | manual | person_rules.py |
| a build, and a later change of the file states an end | has not come | held | person_rules.py |
| a build, if somebody has made the commit again | not in use | manual | person_rules.py |
| a build, or none, and no Concourse is configured | | unverified | here |
| another Concourse, or no readable build | | foreign | here |
| no build | no output names the commit | unverified; handed_off if another has or can take it | versions/search.py |
| a build that the name does not lead to | an output names the commit | as for any build, below | versions/search.py |
| | no output names it | gone; handed_off if another has, may have or can take it | versions/search.py, namesake.py |
| | forgotten, but the times of a namesake fit | unverified | namesake.py |
| | its team can have a name that the login does not see | unverified | missing_build.py |
| a build | had ended before the claim | zombie; handed_off if another has or can take it | claiming_build.py |
| | pending or started | running | here |
| | failed, errored or aborted | that; handed_off if another has or can take it | handoff/rules.py |
| | succeeded | handed_off or leaked | handoff/rules.py |
| | not in use, lists other claims, and no resource has this one | unverified | here |
| | any answer is missing | unreachable | here |
"""

from __future__ import annotations

from ..claim.claim import Claim
from ..claim.holder import Holder, HolderKind
from ..concourse.model import Build
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..handoff.versions.search import (
    ask_for_other_commits,
    ask_for_version_users,
    has_made,
    has_made_another_claim,
    is_known_version,
)
from .build_rules import ask_about_build, ask_about_late_claim
from .claim_to_judge import ClaimToJudge
from .claiming_build import ClaimTiming, ask_for_claiming_build
from .making_builds import ask_about_making_builds
from .missing_build import ask_about_expired_hold, ask_about_missing_build, ask_about_unnamed_build
from .person_rules import judge_persons_claim, judge_take_over
from .verdict import Verdict, VerdictName


def judge_claim(
    claim: Claim,
    holder: Holder,
    queries: BuildQueries | None,
    *,
    now: int,
    team: str = "main",
    remembered: int | None = None,
    lock: str | None = None,
) -> Verdict:
    """Judge one claimed lock. `queries` is None when no Concourse is configured.

    `now` is in seconds since 1970, UTC. `team` is the team of claims that name none. `remembered` is the id of the
    build that made the claim, if an earlier run found it by the claim's version; `lock` is its lock as `pool/lock`. A
    missing answer gives `unreachable`, whatever else is known. Errors of the credentials are not caught.
    """
    is_persons = holder.kind is HolderKind.PERSON
    own = judge_persons_claim(claim, holder, now) if is_persons else judge_take_over(claim, holder, now)
    if own is not None and (own.name is not VerdictName.EXPIRED or queries is None):
        return own
    if queries is None:
        named = (
            "the claim names no build, and" if holder.kind is HolderKind.UNNAMED else f"claimed by {holder.text}, but"
        )
        reason = f"{named} no Concourse is configured to ask: set concourse_url"
        return Verdict(VerdictName.UNVERIFIED, reason, claim.claimed_at)
    teams = frozenset(one.pipeline.team for one in holder.references if one.pipeline is not None) or frozenset({team})
    judged = ClaimToJudge(claim, holder, queries, teams, min(claim.claimed_at, now), remembered, lock)
    try:
        if own is not None:
            return ask_about_expired_hold(own, judged)
        return ask_about_unnamed_build(judged) if holder.kind is HolderKind.UNNAMED else _ask_about_named_build(judged)
    except NoCredibleResponse as missing:
        return Verdict(VerdictName.UNREACHABLE, f"claimed by {holder.text}, but {missing}")


def _ask_about_named_build(judged: ClaimToJudge) -> Verdict:
    claim, holder, queries = judged.claim, judged.holder, judged.queries
    if not holder.references:
        return Verdict(VerdictName.FOREIGN, f"{holder.text} names no build that can be read", claim.claimed_at)
    base = holder.references[0].base
    if base is not None and not queries.names_this_concourse(base):
        return Verdict(VerdictName.FOREIGN, f"claimed from another Concourse: {holder.url}", claim.claimed_at)
    claiming = ask_for_claiming_build(claim, holder, queries)
    build = claiming.build
    if build is None:
        return ask_about_missing_build(f"Concourse has no {holder.text} any more", judged)
    if claiming.timing is ClaimTiming.BEFORE_BUILD:
        return ask_about_missing_build(f"the name {build} belongs to a later build now", judged, build)
    if build.is_active or has_made(build, claim.commit, queries):
        # Whatever its times are, it has not ended before it made the claim.
        return ask_about_build(judged, build)
    found = ask_about_making_builds(judged)
    if found is None:
        own = _ask_about_its_build(claiming.timing, judged, build)
        is_doubtful = not own.is_in_use and _may_be_made_again(judged, build)
        return _unverified(own, build) if is_doubtful else own
    made_others = has_made_another_claim(build, claim.commit, queries)
    if not made_others and not found.is_in_use:
        # Builds that only checked the pool can list the claim, while the result of the put that made it is lost.
        own = _ask_about_its_build(claiming.timing, judged, build)
        if own.is_in_use:
            return own
    return found.found_by_version(f"{build} made other claims" if made_others else f"{build} lists no such claim")


def _may_be_made_again(judged: ClaimToJudge, build: Build) -> bool:
    """Return whether a claim can be another commit than its build made: then the history was rewritten.

    Builds that take the lock do so by the former commit. Raises NoCredibleResponse.
    """
    commit, queries = judged.claim.commit, judged.queries
    others = ask_for_other_commits(build, commit, queries)
    if not others or is_known_version(commit, judged.teams, queries, judged.claimed_at):
        return False
    if has_made_another_claim(build, commit, queries):
        return True
    # A put without a result may have made the claim, unless a build took what another one made.
    users = (ask_for_version_users(other, judged.teams, queries, judged.claimed_at) for other in others)
    return any(taker.id != build.id for one in users for taker in one.builds)


def _unverified(own: Verdict, build: Build) -> Verdict:
    """Return the verdict on a claim that may be made again: nothing says whether a build still has the lock."""
    reason = f"{build} lists other commits, and Concourse does not know this one: the history may have been rewritten"
    return Verdict(VerdictName.UNVERIFIED, reason, own.dead_since, build, otherwise=own)


def _ask_about_its_build(timing: ClaimTiming, judged: ClaimToJudge, build: Build) -> Verdict:
    """Judge a claim by the build that it names."""
    return ask_about_late_claim(judged, build) if timing is ClaimTiming.AFTER_BUILD else ask_about_build(judged, build)

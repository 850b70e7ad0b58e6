# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a claim by the builds whose outputs name its commit.

Mostly that is the one build that made the claim. But builds that only checked a pool list the commit as well, so the
lock counts as used while any of them, or a build after it, has it. Otherwise one that can only have checked the pool
decides nothing: its end is not that of the claiming build, and builds that check again and again would put off the
release for ever.
"""

from __future__ import annotations

from dataclasses import replace

from ..concourse.model import Build, Version
from ..concourse.references import BuildReference
from ..handoff.versions.search import MakingBuild, ask_for_making_builds
from ..shared.times import latest_time
from .build_rules import ask_about_build
from .claim_to_judge import ClaimToJudge
from .claiming_build import ClaimTiming, timing_of
from .verdict import Verdict, VerdictName

# Which of several builds counts when none has the lock any more: the one whose lock is kept the longest by default.
_LAST_RELEASED_FIRST = (
    VerdictName.FAILED,
    VerdictName.LEAKED,
    VerdictName.ERRORED,
    VerdictName.ABORTED,
)


def ask_about_making_builds(judged: ClaimToJudge) -> Verdict | None:
    """Judge a claim by the builds that list it; None if none can have made it or has it. Raises NoCredibleResponse.

    No further one is looked for once a build has the lock.
    """
    claim, queries = judged.claim, judged.queries
    verdicts: list[Verdict] = []
    makers = ask_for_making_builds(claim.commit, judged.teams, queries, judged.remembered, claimed_at=judged.claimed_at)
    for maker in makers:
        verdict = ask_about_build(judged, maker.build)
        if verdict.is_in_use:
            return verdict
        if _can_have_made(judged, maker):
            verdicts.append(verdict)
    if not verdicts:
        return None
    chosen = min(verdicts, key=lambda one: _LAST_RELEASED_FIRST.index(one.name))
    return replace(
        chosen,
        dead_since=latest_time(one.dead_since for one in verdicts),
        keep_until=latest_time(one.keep_until for one in verdicts),
    )


def _can_have_made(judged: ClaimToJudge, maker: MakingBuild) -> bool:
    """Return whether a build that lists the claim can have made it; the others have only checked the pool.

    Where the claim names a number, the build has that: it never changes, whatever the build is called now. Where it
    names none, the build started before the claim, and its step named this lock.
    """
    if judged.holder.references:
        return any(_is_named(maker.build, one) for one in judged.holder.references)
    if not maker.resources or timing_of(judged.claim, maker.build) is ClaimTiming.BEFORE_BUILD:
        return False
    version = Version.of_commit(judged.claim.commit)
    locks = {judged.queries.lock_of_version(resource, version) for resource in maker.resources} - {None}
    return not locks or judged.lock in locks


def _is_named(build: Build, reference: BuildReference) -> bool:
    return build.id == reference.id if reference.name is None else build.name == reference.name

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The build that a claim names, and whether it made the claim.

Concourse reuses build names after a pipeline is destroyed and created again, so the times must fit.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.instance_vars import is_garbled_untyped, matches_untyped
from ..concourse.model import Build, BuildStatus
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference
from ..handoff.versions.search import has_made, has_made_another_claim

# Seconds. The worker's clock dates a commit, the database's clock a build.
CLOCK_SKEW = 60
# Seconds. A clock that is set wrong can be off by more; only an active build of the claim's own name gets so much.
LARGEST_CLOCK_ERROR = 24 * 3600


class ClaimTiming(enum.StrEnum):
    """How the time of a claim fits the build that it names."""

    DURING_BUILD = "during the build"
    AFTER_BUILD = "after the build"
    BEFORE_BUILD = "before the build"
    NO_BUILD = "no build"


@dataclass(frozen=True, slots=True)
class ClaimingBuild:
    """The build that a claim names, and how the claim fits it; `build` is None where no build has the name."""

    timing: ClaimTiming
    build: Build | None = None


def ask_for_claiming_build(claim: Claim, holder: Holder, queries: BuildQueries) -> ClaimingBuild:
    """Find the build that made a claim, among all builds that its message can mean.

    Raises NoCredibleResponse if any answer is missing: then nothing is known, whatever the other answers say.
    """
    best = ClaimingBuild(ClaimTiming.NO_BUILD)
    for reference in holder.references:
        build = _ask_for_build(reference, queries)
        if build is None:
            continue
        timing = _ask_for_timing(claim, build, queries)
        if timing is ClaimTiming.DURING_BUILD:
            return ClaimingBuild(timing, build)
        if best.build is None or timing is ClaimTiming.AFTER_BUILD:
            best = ClaimingBuild(timing, build)
    return best


def timing_of(claim: Claim, build: Build) -> ClaimTiming:
    """Compare the times of a claim and a build. Raises NoCredibleResponse for an ended build without an end."""
    if build.is_active and (build.status is BuildStatus.PENDING or build.start_time is None):
        return ClaimTiming.DURING_BUILD
    if build.start_time is None or claim.claimed_at < build.start_time - CLOCK_SKEW:
        return ClaimTiming.BEFORE_BUILD
    if build.is_active:
        return ClaimTiming.DURING_BUILD
    if build.end_time is None:
        raise NoCredibleResponse(f"Concourse does not say when {build} ended")
    # A real zombie came 6 s after the end; only a succeeded build, which the hand-off rules protect, gets leeway.
    leeway = CLOCK_SKEW if build.status is BuildStatus.SUCCEEDED else 0
    return ClaimTiming.DURING_BUILD if claim.claimed_at <= build.end_time + leeway else ClaimTiming.AFTER_BUILD


def _ask_for_build(reference: BuildReference, queries: BuildQueries) -> Build | None:
    """Ask for a build; where the types of instance variables were lost, find the instance that they match first."""
    if reference.untyped_vars is None or reference.pipeline is None:
        return queries.build(reference)
    name = reference.pipeline.name
    instances = [one for one in queries.pipelines(reference.pipeline.team) if one.name == name]
    matching = [one for one in instances if matches_untyped(one.instance_vars, reference.untyped_vars)]
    if len(matching) > 1:
        raise NoCredibleResponse(f"several instances of pipeline {name} match the variables in the claim")
    if not matching and any(is_garbled_untyped(one.instance_vars) for one in instances):
        raise NoCredibleResponse(f"the claim does not say which instance of pipeline {name} it means")
    return queries.build(replace(reference, pipeline=matching[0], untyped_vars=None)) if matching else None


def _ask_for_timing(claim: Claim, build: Build, queries: BuildQueries) -> ClaimTiming:
    """Compare the times; where they are not clear and the lock may be in use, the build's own outputs decide.

    Missing outputs prove nothing. Outputs that name other claims count only against an ended build, as a running one
    can still run more puts, and never against one that errored or was aborted: the put may not have been recorded.
    """
    timing = timing_of(claim, build)
    if build.is_active:
        if timing is ClaimTiming.DURING_BUILD or has_made(build, claim.commit, queries):
            return ClaimTiming.DURING_BUILD
        is_clock = _start_of(build) - claim.claimed_at <= LARGEST_CLOCK_ERROR
        may_be_it = is_clock and not has_made_another_claim(build, claim.commit, queries)
        return ClaimTiming.DURING_BUILD if may_be_it else timing
    if timing is not ClaimTiming.DURING_BUILD:
        # The clock of the worker is wrong: Concourse records no output of a put that ends after its build.
        return ClaimTiming.DURING_BUILD if has_made(build, claim.commit, queries) else timing
    if build.status not in (BuildStatus.SUCCEEDED, BuildStatus.FAILED) or not _is_within_skew(claim, build):
        return timing
    if not has_made_another_claim(build, claim.commit, queries):
        return timing
    return ClaimTiming.BEFORE_BUILD if claim.claimed_at <= _start_of(build) else ClaimTiming.AFTER_BUILD


def _is_within_skew(claim: Claim, build: Build) -> bool:
    """Return whether only the skew of clocks lets the claim be made during the build.

    No build claims in the second of its start: the claim can be that of a namesake in a pipeline archived just before.
    """
    return claim.claimed_at <= _start_of(build) or (build.end_time is not None and claim.claimed_at > build.end_time)


def _start_of(build: Build) -> int:
    return build.start_time or 0

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build is it? Names are used again, so it must have been there at the time."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.instance_vars import is_garbled_untyped, matches_untyped
from ..concourse.model import Build, BuildStatus, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference

# A commit's time is the worker's, a build's the database's: they may differ by so many seconds.
CLOCK_SKEW = 60


class ClaimTiming(enum.StrEnum):
    """How the time of a claim fits the build that it names."""

    HOLDER = "holder"
    AFTER_ITS_END = "after its end"
    ANOTHER_BUILD = "another build"
    NO_BUILD = "no build"


@dataclass(frozen=True, slots=True)
class ClaimingBuild:
    """The build that a claim names, and how it fits; `build` is None when there is none of that name."""

    fit: ClaimTiming
    build: Build | None = None


def find_claiming_build(claim: Claim, holder: Holder, facts: BuildQueries) -> ClaimingBuild:
    """Find the build that made a claim, over all builds that its message can mean.

    Raises NoCredibleAnswer if any answer is missing: then nothing is known, whatever the other readings gave.
    """
    best = ClaimingBuild(ClaimTiming.NO_BUILD)
    for reading in holder.readings:
        build = _ask(reading, facts)
        if build is None:
            continue
        fit = _fit(claim, build, facts)
        if fit is ClaimTiming.HOLDER:
            return ClaimingBuild(fit, build)
        if best.build is None or fit is ClaimTiming.AFTER_ITS_END:
            best = ClaimingBuild(fit, build)
    return best


def _ask(reading: BuildReference, facts: BuildQueries) -> Build | None:
    """Ask for a build; where the types of instance variables were lost, find the instance that they fit first."""
    if reading.untyped_vars is None or reading.pipeline is None:
        return facts.build(reading)
    name = reading.pipeline.name
    instances = [one for one in facts.pipelines(reading.pipeline.team) if one.name == name]
    fitting = [one for one in instances if matches_untyped(one.instance_vars, reading.untyped_vars)]
    if len(fitting) > 1:
        raise NoCredibleResponse(f"several instances of pipeline {name} fit the variables in the claim")
    if not fitting and any(is_garbled_untyped(one.instance_vars) for one in instances):
        raise NoCredibleResponse(f"which instance of pipeline {name} it was cannot be told from the claim")
    return facts.build(replace(reading, pipeline=fitting[0], untyped_vars=None)) if fitting else None


def _fit(claim: Claim, build: Build, facts: BuildQueries) -> ClaimTiming:
    """Compare the times; where that would give away a lock that may be in use, the build's own outputs count."""
    fit = _fit_by_time(claim, build)
    may_be_alive = build.is_active or build.status is BuildStatus.SUCCEEDED
    if fit is not ClaimTiming.HOLDER and may_be_alive and _made(claim, build, facts):
        return ClaimTiming.HOLDER
    return fit


def _fit_by_time(claim: Claim, build: Build) -> ClaimTiming:
    if build.is_active and (build.status is BuildStatus.PENDING or build.start_time is None):
        return ClaimTiming.HOLDER
    if build.start_time is None or claim.claimed_at < build.start_time - CLOCK_SKEW:
        return ClaimTiming.ANOTHER_BUILD
    if build.is_active:
        return ClaimTiming.HOLDER
    if build.end_time is None:
        raise NoCredibleResponse(f"Concourse does not say when {build} ended")
    # A real zombie came six seconds after the end; only a succeeded build, which the hand-off protects, has leeway.
    leeway = CLOCK_SKEW if build.status is BuildStatus.SUCCEEDED else 0
    return ClaimTiming.HOLDER if claim.claimed_at <= build.end_time + leeway else ClaimTiming.AFTER_ITS_END


def _made(claim: Claim, build: Build, facts: BuildQueries) -> bool:
    version = Version.of_commit(claim.commit)
    return any(output.version == version for output in facts.resources(build).outputs)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that is not found by its name can be at work all the same.

Names change while builds go on: pipelines are renamed, and a job that was renamed or taken out of its pipeline answers
404 by its name, while its builds run to their ends (atc/db/team.go: RenamePipeline, atc/db/pipeline.go: Job).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference, PipelineReference
from .claiming_build import CLOCK_SKEW


def find_renamed_build(claim: Claim, holder: Holder, facts: BuildQueries) -> Build | None:
    """Find a pending or started build of the team that has the lock: by the claim's version, or by its own name.

    Raises NoCredibleAnswer if any answer is missing. Of a team that is not there any more nothing can be found.
    """
    version = Version.of_commit(claim.commit)
    for reading in holder.readings:
        if reading.pipeline is not None:
            for build in _at_work(reading, reading.pipeline, facts):
                carried = facts.resources(build)
                has_it = any(item.version == version for item in (*carried.inputs, *carried.outputs))
                if has_it or _is_named_so(build, reading, claim):
                    return build
    return None


def _at_work(reading: BuildReference, named: PipelineReference, facts: BuildQueries) -> Iterator[Build]:
    """Go through the pending and started builds of the team's jobs, and of a job that its pipeline has no more."""
    for pipeline in facts.pipelines(named.team):
        jobs = facts.jobs(pipeline)
        for job in jobs:
            # Of the job's own re-runs Concourse names only those of its latest build there (atc/db/build.go).
            if job.next_build is not None or job.name == reading.job:
                builds = _builds_from(job.next_build, job.name, pipeline, facts)
                yield from (build for build in builds if build.is_active)
        if pipeline.name == named.name and reading.job not in {job.name for job in jobs}:
            yield from (build for build in facts.pipeline_builds(pipeline) if build.is_active)


def _builds_from(oldest: int | None, job: str, pipeline: PipelineReference, facts: BuildQueries) -> Iterable[Build]:
    """Give the job's builds from the oldest one at work on, which can stand further back than its latest ones go."""
    latest = {build.id: build for build in facts.latest_builds(pipeline, job)}
    if oldest is None or oldest in latest:
        return latest.values()
    found = facts.build(BuildReference(id=oldest))
    since = {} if found is None else {one.id: one for one in facts.builds_since(pipeline, job, found)}
    if oldest not in since or latest.keys().isdisjoint(since):
        raise NoCredibleResponse(f"job {job} is at work with a build that its latest ones do not show")
    return {**latest, **since}.values()


def _is_named_so(build: Build, reading: BuildReference, claim: Claim) -> bool:
    """Whether it is the build of the claim under another pipeline's name, or of a job that is no more."""
    was_there = build.start_time is None or build.start_time - CLOCK_SKEW <= claim.claimed_at
    return (build.job, build.name) == (reading.job, reading.name) and was_there

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that is not found by its name can be at work all the same. Private to the collection.

Names change while builds go on: pipelines are renamed, and a job that was renamed or taken out of its pipeline answers
404 by its name, while its builds run to their ends (atc/db/team.go: RenamePipeline, atc/db/pipeline.go: Job).
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claims import Claim, Holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import BuildFacts, NoCredibleAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.references import BuildRef, PipelineRef


def find_at_work(claim: Claim, holder: Holder, facts: BuildFacts) -> Build | None:
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


def _at_work(reading: BuildRef, named: PipelineRef, facts: BuildFacts) -> Iterator[Build]:
    """Go through the pending and started builds of the team's jobs, and of a job that its pipeline has no more."""
    for pipeline in facts.pipelines(named.team):
        jobs = facts.jobs(pipeline)
        for job in jobs:
            if job.has_active_build:
                active = [build for build in facts.latest_builds(pipeline, job.name) if build.is_active]
                if not active:
                    raise NoCredibleAnswer(f"job {job.name} is at work with a build that its latest ones do not show")
                yield from active
        if pipeline.name == named.name and reading.job not in {job.name for job in jobs}:
            yield from (build for build in facts.pipeline_builds(pipeline) if build.is_active)


def _is_named_so(build: Build, reading: BuildRef, claim: Claim) -> bool:
    """Whether it is the build of the claim under another pipeline's name, or of a job that is no more."""
    was_there = build.start_time is None or build.start_time <= claim.claimed_at
    return (build.job, build.name) == (reading.job, reading.name) and was_there

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that may have made a claim whose name leads to no build: only its name and its times indicate that.

Names change while builds run: a pipeline is renamed, or a job is renamed or removed. The number of a build never does,
nor do instance variables (atc/db/team.go: RenamePipeline, atc/db/pipeline.go: Job). A build whose outputs name the
claim's commit is found by its version instead; outputs are missing until a put has ended, and after a change of the
resource's source.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.model import Build, BuildStatus
from ..concourse.queries import BuildQueries
from ..concourse.references import BuildReference, PipelineReference
from ..handoff.versions.search import has_made, has_made_another_claim
from .claiming_build import ClaimTiming, timing_of


def ask_for_namesake(claim: Claim, holder: Holder, queries: BuildQueries, *, is_version_known: bool) -> Build | None:
    """Find a build of the claim's number that ran at the time of the claim, and made no other claim.

    A started one may be about to name the claim's commit in its outputs. An ended one counts only if Concourse lists
    no versions of it and knows the claim's in no resource: then it has forgotten both. Raises NoCredibleResponse if any
    answer is missing, and if the login does not see all pipelines of the claim's team.
    """
    for reference in holder.references:
        if reference.pipeline is None or reference.job is None or reference.name is None:
            continue
        for build in _ask_for_namesakes(reference, reference.pipeline, queries):
            if build.status is BuildStatus.PENDING or timing_of(claim, build) is not ClaimTiming.DURING_BUILD:
                continue
            if has_made(build, claim.commit, queries):
                return build
            if build.is_active and not has_made_another_claim(build, claim.commit, queries):
                return build
            if not build.is_active and not is_version_known and not queries.build_resources(build).outputs:
                return build
    return None


def _ask_for_namesakes(reference: BuildReference, named: PipelineReference, queries: BuildQueries) -> Iterator[Build]:
    """Yield the builds of that number in the same job of other pipelines, and in other jobs of the same pipeline."""
    for pipeline in queries.pipelines(named.team):
        if reference.untyped_vars is None and pipeline.instance_vars != named.instance_vars:
            continue
        jobs = {job.name for job in queries.jobs(pipeline)}
        is_renamed, has_job = pipeline.name != named.name, reference.job in jobs
        if is_renamed is not has_job:
            # Another pipeline without the job, or the same one with it, where the name has been looked up.
            continue
        for job in [str(reference.job)] if has_job else sorted(jobs):
            build = queries.build(BuildReference(pipeline=pipeline, job=job, name=reference.name))
            if build is not None:
                yield build
        if not has_job:
            builds = queries.pipeline_builds(pipeline)
            yield from (one for one in builds if (one.job, one.name) == (reference.job, reference.name))

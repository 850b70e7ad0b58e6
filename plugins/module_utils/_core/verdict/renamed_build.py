# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An active build that the name in a claim no longer leads to.

Names change while builds run: a pipeline is renamed, or a job is renamed or removed from its pipeline. The old name
then answers 404, while the builds run to their ends (atc/db/team.go: RenamePipeline, atc/db/pipeline.go: Job).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..claim.claim import Claim
from ..claim.holder import Holder
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference, PipelineReference
from .claiming_build import CLOCK_SKEW


def ask_for_renamed_build(claim: Claim, holder: Holder, queries: BuildQueries) -> Build | None:
    """Find an active build of the team that has the lock: by the claim's version, or by its own job and number.

    Raises NoCredibleResponse if any answer is missing. Builds of a team that does not exist any more are not found.
    """
    version = Version.of_commit(claim.commit)
    for reference in holder.references:
        if reference.pipeline is None:
            continue
        for build in _ask_for_active_builds(reference, reference.pipeline, queries):
            carried = queries.build_resources(build)
            has_lock = any(item.version == version for item in (*carried.inputs, *carried.outputs))
            if has_lock or _has_name(build, reference, claim):
                return build
    return None


def _ask_for_active_builds(
    reference: BuildReference, named: PipelineReference, queries: BuildQueries
) -> Iterator[Build]:
    """Yield the active builds of the team's jobs, and those of a job that is no longer in its pipeline."""
    for pipeline in queries.pipelines(named.team):
        jobs = queries.jobs(pipeline)
        for job in jobs:
            # `next_build` names re-runs of the job's latest build only (atc/db/build.go).
            if job.next_build is not None or job.name == reference.job:
                builds = _ask_for_builds_from(job.next_build, job.name, pipeline, queries)
                yield from (build for build in builds if build.is_active)
        if pipeline.name == named.name and reference.job not in {job.name for job in jobs}:
            yield from (build for build in queries.pipeline_builds(pipeline) if build.is_active)


def _ask_for_builds_from(
    oldest: int | None, job: str, pipeline: PipelineReference, queries: BuildQueries
) -> Iterable[Build]:
    """Return the job's builds from its oldest active one on, which can be further back than the latest page."""
    latest = {build.id: build for build in queries.latest_builds(pipeline, job)}
    if oldest is None or oldest in latest:
        return latest.values()
    found = queries.build(BuildReference(id=oldest))
    since = {} if found is None else {one.id: one for one in queries.builds_since(pipeline, job, found)}
    if oldest not in since or latest.keys().isdisjoint(since):
        raise NoCredibleResponse(f"job {job} has an active build that its latest builds do not show")
    return {**latest, **since}.values()


def _has_name(build: Build, reference: BuildReference, claim: Claim) -> bool:
    """Return whether this is the build of the claim in a renamed pipeline, or of a removed job."""
    has_started_before = build.start_time is None or build.start_time - CLOCK_SKEW <= claim.claimed_at
    return (build.job, build.name) == (reference.job, reference.name) and has_started_before

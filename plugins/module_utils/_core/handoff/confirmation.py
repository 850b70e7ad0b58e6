# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last checks before a lock counts as unused: other responses that would show a user.

One wrong or outdated response can hide the build that uses a lock, or the job that takes it next. Each check asks what
only locks without a user need. All functions raise NoCredibleResponse for a contradiction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..concourse.model import Build, BuildStatus, Job, JobInput
from ..concourse.queries import BuildQueries, NoCredibleResponse
from ..concourse.references import BuildReference, PipelineReference
from .former_configuration import is_former_build, require_no_former_taker, require_no_former_user
from .versions.progress import BUILDS_TO_LOOK_BACK, VersionProgress
from .versions.removed_job import require_listed_job


def require_same_build(build: Build, queries: BuildQueries) -> None:
    """Check that Concourse returns the same ended build when asked by its id."""
    if queries.build(BuildReference(id=build.id)) != build:
        raise NoCredibleResponse(f"Concourse gives other values for {build} when asked by its id")


def require_same_pipeline(pipeline: PipelineReference, queries: BuildQueries) -> None:
    """Check that Concourse says the same of a pipeline in the list of its team's pipelines, which a search fetches."""
    if queries.can_search_versions() and not queries.is_listed_alike(pipeline):
        raise NoCredibleResponse(
            f"Concourse lists pipeline {pipeline} with other values than those that it shows of it"
        )


def require_maker(progresses: Iterable[VersionProgress]) -> None:
    """Check that the build which lists a version is listed at it, in one of the resources that know the version.

    The build can have had it of a resource that was removed since. Then no active build can have it from there.
    """
    unconfirmed = [progress for progress in progresses if _lists_version(progress)]
    if not unconfirmed or any(_is_at_version(progress) for progress in unconfirmed):
        return
    first = unconfirmed[0]
    if not all(_ask_can_be_of_removed_resource(progress) for progress in unconfirmed):
        raise NoCredibleResponse(
            f"Concourse lists a version for {first.use.source}, but not that build for the version"
        )
    require_no_former_user(first.use.source, first.pipeline, first.graph, first.queries)


def require_version_id(progress: VersionProgress) -> None:
    """Check the id of a version: by the build that lists it, else by the latest versions of the resource."""
    require_maker([progress])
    queries, use = progress.queries, progress.use
    if _lists_version(progress):
        return
    require_no_former_taker(use.source, progress.pipeline, progress.graph, use.version, queries)
    listed = queries.version_id(progress.pipeline, use.resource, use.version, among_latest=True)
    if listed not in (None, use.version_id):
        raise NoCredibleResponse(f"Concourse lists a version of {use.resource} with another id than it finds it with")


def require_takers(progress: VersionProgress) -> None:
    """Check that the latest build of each job that is listed at the version lists the version, too.

    A job that had it takes it no more; a list of the builds that took another version names such jobs wrongly.
    """
    latest = {str(build.job): build for build in sorted(progress.use.counted_builds(), key=lambda build: build.id)}
    for build in latest.values():
        progress.require_version(build, progress.use.version)


def require_no_user(progress: VersionProgress, wanted: Collection[str]) -> None:
    """Check that no started build has the version without being listed at it, and that no job takes it next.

    `wanted` are the jobs whose next inputs count: none in an archived pipeline.
    """
    use = progress.use
    for build in use.builds:
        require_listed_job(progress.graph, build, progress.queries)
    have_had_it = {str(build.job) for build in use.builds}
    listed_later = {str(build.job) for build in use.counted_builds()}
    for job, steps in _jobs_with_steps(progress):
        is_next = job.name in wanted and job.name not in have_had_it and _ask_is_next(progress, job, steps)
        is_repeated = job.name not in listed_later and _ask_is_repeated(progress, job)
        if is_next or is_repeated or _ask_has_started(progress, job):
            _require_change(progress)


def require_no_repeated_user(progress: VersionProgress) -> None:
    """Check that no active re-run repeats a build that has the version without being listed at it.

    After the last search for re-runs, the lists that it needs are known.
    """
    if any(_ask_is_repeated(progress, job) for job, _steps in _jobs_with_steps(progress)):
        _require_change(progress)


def _require_change(progress: VersionProgress) -> None:
    """Check that the list of the builds with the version has changed: a build has just taken it."""
    if progress.ask_for_changed_build() is None:
        use = progress.use
        raise NoCredibleResponse(f"Concourse does not list all builds that have the {use.resource} of {use.source}")


def _jobs_with_steps(progress: VersionProgress) -> Iterator[tuple[Job, list[JobInput]]]:
    """Yield the jobs that count and take the resource, each with the steps that take it."""
    for job in progress.graph.jobs():
        steps = [step for step in job.inputs if step.resource == progress.use.resource]
        if steps and progress.use.counts_job(job.name):
            yield job, steps


def _ask_is_next(progress: VersionProgress, job: Job, steps: Iterable[JobInput]) -> bool:
    """Return whether the job takes the version next by `passed`, so that the jobs before must have had it.

    While its next inputs are undetermined, the builds of the jobs before show what they had; also while a job is paused
    that was configured since, as Concourse leaves its next inputs as they were (atc/db/job_factory.go: JobsToSchedule).
    """
    by_passed = [step for step in steps if step.passed]
    if not by_passed:
        return False
    inputs = progress.queries.next_inputs(progress.pipeline, job.name)
    if inputs is not None and not _ask_is_outdated(progress, job):
        return any(inputs.get(step.step) == progress.use.version for step in by_passed)
    before = {progress.graph.job(name).name for step in by_passed for name in step.passed}
    return any(_ask_is_unlisted(progress, name, BuildStatus.SUCCEEDED) for name in sorted(before))


def _ask_is_outdated(progress: VersionProgress, job: Job) -> bool:
    """Return whether the next inputs of a job can be those of a former configuration."""
    is_paused = job.is_paused or progress.queries.is_paused(progress.pipeline)
    return is_paused and is_former_build(progress.use.source, progress.pipeline, progress.queries)


def _ask_has_started(progress: VersionProgress, job: Job) -> bool:
    return job.has_active_build and _ask_is_unlisted(progress, job.name, BuildStatus.STARTED)


def _ask_is_repeated(progress: VersionProgress, job: Job) -> bool:
    """Return whether an active re-run repeats a build that lists the version and is not listed at it.

    Concourse does not count it as the job's `next_build`, unless it repeats the latest build (atc/db/build.go).
    """
    latest = progress.queries.latest_builds(progress.pipeline, job.name)
    repeated = {one.rerun_of for one in latest if one.is_active}
    return _ask_any_is_unlisted(progress, job.name, [one for one in latest if one.id in repeated])


def _ask_is_unlisted(progress: VersionProgress, name: str, status: BuildStatus) -> bool:
    """Return whether one of the job's latest builds of a status lists the version and is not listed at it."""
    latest = progress.queries.latest_builds(progress.pipeline, name)
    return _ask_any_is_unlisted(progress, name, [one for one in latest if one.status is status])


def _ask_any_is_unlisted(progress: VersionProgress, name: str, builds: list[Build]) -> bool:
    queries, use = progress.queries, progress.use
    names = {step.step for step in progress.graph.job(name).inputs if step.resource == use.resource}
    counted = [one for one in builds if use.counts(one)]
    return any(
        item.step in names and item.version == use.version
        for build in (counted[:BUILDS_TO_LOOK_BACK] if names else ())
        if build.id not in use.build_ids
        for item in queries.build_resources(build).inputs
    )


def _lists_version(progress: VersionProgress) -> bool:
    return progress.use.version in progress.queries.build_resources(progress.use.source).versions


def _ask_can_be_of_removed_resource(progress: VersionProgress) -> bool:
    """Return whether a build can have had the version of another resource, and its id here is certain."""
    use, queries = progress.use, progress.queries
    if not is_former_build(use.source, progress.pipeline, queries):
        return False
    return queries.version_id(progress.pipeline, use.resource, use.version, among_latest=True) == use.version_id


def _is_at_version(progress: VersionProgress) -> bool:
    use = progress.use
    if use.source.id in use.build_ids:
        return True
    makers = progress.queries.builds_with_output(progress.pipeline, use.resource, use.version_id)
    return use.source.id in {maker.id for maker in makers}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs and builds can still take a version."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..concourse.model import Build, BuildStatus, Job, JobInput
from .contradictions import require_listed_build
from .former_configuration import is_former_build
from .versions.progress import VersionProgress


@dataclass(frozen=True, slots=True)
class Taker:
    """The job that can still take a version, or `refusals`: the reasons why no job that wants it can.

    `able` are then all jobs found that can take it.
    """

    job: Job | None = None
    refusals: tuple[str, ...] = ()
    able: frozenset[str] = frozenset()


def ask_for_taker(progress: VersionProgress, wanted: Collection[str], closed: Collection[str] = ()) -> Taker:
    """Find the first of the `wanted` jobs that has not taken the version yet and still can. Raises NoCredibleResponse.

    A job can if every job in its `passed` has passed the version on, or can still take it; so finding one job can make
    further jobs able to take it. `closed` jobs cannot, whatever the version is.
    """
    use, graph = progress.use, progress.graph
    jobs = {str(build.job) for build in use.counted_builds()}
    succeeded = {job for job in sorted(jobs) if progress.ask_has_passed_on(job)}
    refusals = [f"{build} had it and {build.status.value}" for build in use.unsuccessful_builds(succeeded)]
    able: set[str] = set()
    repeated = {job.name for job in graph.jobs() if _ask_starts_again(progress, job)}
    tried = (use.tried_jobs() - repeated) | set(closed)
    while True:
        for job in graph.jobs():
            if job.name in able or job.name in tried:
                continue
            can_take, passed_over = _ask_can_take(progress, job, able)
            if passed_over:
                refusals.append(f"job {job.name} has moved on to a newer version")
            if can_take:
                break
        else:
            return Taker(refusals=tuple(refusals), able=frozenset(able))
        if job.name in wanted:
            return Taker(job)
        able.add(job.name)


def ask_for_pending_builds(progress: VersionProgress) -> Iterator[Build]:
    """Yield pending builds, one for each job, that may start with the version. Raises NoCredibleResponse.

    Concourse lists a pending build at no version. It does not matter whether its job has had the version: a person can
    have started it to try again. The pending builds of a job are its latest ones, as Concourse starts them in their
    order (atc/scheduler/buildstarter.go).
    """
    use = progress.use
    for job in progress.graph.jobs():
        if not job.has_active_build or not use.counts_job(job.name):
            continue
        # What the claiming build carried besides the lock counts only by `passed`.
        steps = [step for step in job.inputs if step.resource == use.resource and (step.passed or use.is_of_lock)]
        if not steps:
            continue
        builds = progress.queries.latest_builds(progress.pipeline, job.name)
        require_listed_build(job, builds)
        pending = next((one for one in builds if one.status is BuildStatus.PENDING and one.rerun_of is None), None)
        if pending is not None and any(_ask_may_start_with_it(progress, job, step) for step in steps):
            yield pending


def _ask_starts_again(progress: VersionProgress, job: Job) -> bool:
    """Return whether Concourse can start a job again with a version that it had, as soon as it schedules the job.

    To a step that was renamed or added since, each version is new (atc/db/versions_db.go: IsFirstOccurrence). A job is
    not scheduled while it or its pipeline is paused, and for some seconds after that.
    """
    queries, pipeline, use = progress.queries, progress.pipeline, progress.use
    had = [build for build in use.counted_builds() if build.job == job.name]
    last = max(had, key=lambda build: build.id, default=None)
    if last is None or not is_former_build(last, pipeline, queries):
        return False
    added = {step.step for step in job.inputs} - {item.step for item in queries.build_resources(last).inputs}
    if not added:
        return False
    inputs = progress.ask_next_inputs(job.name)
    if inputs is None or not added <= inputs.keys() or use.version not in inputs.values():
        return True
    # It has been scheduled with the version since, so a build that starts again is listed.
    return any(build.is_active for build in queries.latest_builds(pipeline, job.name, again=True))


def _ask_can_take(progress: VersionProgress, job: Job, able: Collection[str]) -> tuple[bool, bool]:
    """Return whether a job can take the version by a step, if the `able` jobs do, and whether it passed it over."""
    passed_over = False
    for step in job.inputs:
        if step.resource != progress.use.resource or not step.passed:
            continue
        if not all(before in able or progress.ask_has_passed_lock_on(before) for before in sorted(step.passed)):
            continue
        if not progress.ask_has_passed_over(job, step):
            return True, passed_over
        passed_over = True
    return False, passed_over


def _ask_may_start_with_it(progress: VersionProgress, job: Job, step: JobInput) -> bool:
    # Not as undetermined, where it is hidden: only that shows that somebody has pinned the version for this build.
    inputs = progress.queries.next_inputs(progress.pipeline, job.name)
    if inputs is not None and inputs.get(step.step) == progress.use.version:
        return True
    passed_on = all(progress.ask_has_passed_on(before) for before in sorted(step.passed))
    return passed_on and not progress.ask_has_passed_over(job, step)

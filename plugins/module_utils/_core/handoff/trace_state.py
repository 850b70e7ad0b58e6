# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a lock or can take it, along the trace of a build that has passed it on.

A lock is in use while a pending or started build has its version, or a version that the build carried with it. It is
takeable while a job that wants it has not passed it over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from .downstream_builds import fetch_downstream_uses
from .forgotten_lock import ask_for_use_of_forgotten_lock
from .former_chain import fetch_former_uses
from .former_configuration import STARTS_AFTER_CHANGE
from .state import HandOff, HandOffState, in_use_by
from .takers import ask_for_pending_builds, ask_for_taker
from .trace import HandOffTrace
from .versions.reruns import ask_for_active_rerun
from .versions.use import VersionUse


def ask_for_use_or_taker(trace: HandOffTrace) -> tuple[HandOff | None, list[str]]:
    """Find a build that uses the lock, or a job that can take it; else return the reasons why none can.

    Raises NoCredibleResponse if any answer is missing.
    """
    in_use = _active_use(trace.uses())
    if in_use is None:
        fetch_downstream_uses(trace)
        in_use = _active_use(trace.uses())
    if in_use is not None:
        return in_use, []
    # In an archived pipeline no build starts, and Concourse answers 500 when asked what a job takes next.
    is_archived = trace.queries.is_archived(trace.pipeline)
    in_use = ask_for_older_use(trace) or (None if is_archived else _ask_for_pending_use(trace))
    if in_use is not None or is_archived:
        return in_use, []
    takeable, refusals = _ask_for_taker(trace)
    if takeable is not None:
        takeable = replace(ask_for_new_use(trace, again=False) or takeable, last_end=trace.last_end())
    return takeable, refusals


def ask_for_older_use(trace: HandOffTrace) -> HandOff | None:
    """Find an active build that started before the pipeline was changed, and after the claiming build.

    A Concourse that does not tell when that was can have been given another configuration at any time.
    """
    updated = trace.queries.last_updated(trace.pipeline)
    changed_at = math.inf if updated is None else updated + STARTS_AFTER_CHANGE
    if changed_at < (trace.build.start_time or 0):
        return None
    uses = trace.fetch_older_uses(changed_at)
    return _active_use(uses) or _active_use(fetch_former_uses(trace, uses, changed_at))


def _active_use(uses: Iterable[VersionUse]) -> HandOff | None:
    """Find a build that is active with the lock, or with a version that the claiming build carried."""
    for use in uses:
        user = use.active_build()
        if user is not None:
            return in_use_by(user, f"is {user.status.value} with {_what(use)}")
    return None


def _ask_for_pending_use(trace: HandOffTrace) -> HandOff | None:
    """Find a pending build that may start with the lock, or with a carried version and not with a later lock."""
    lock_progress = [trace.progress(use) for use in trace.lock_uses]
    for use in trace.uses():
        for pending in ask_for_pending_builds(trace.progress(use)):
            job = str(pending.job)
            if trace.only_releases and job not in trace.jobs_that_release():
                continue
            if use.is_of_lock or not any(lock.ask_has_passed_over_everywhere(job) for lock in lock_progress):
                return in_use_by(pending, f"is {pending.status.value} and may start with {_what(use)}")
    return None


def _ask_for_taker(trace: HandOffTrace) -> tuple[HandOff | None, list[str]]:
    """Find a job that can still take the lock, or a carried version on the way to a release; else say why none can."""
    refusals: list[str] = []
    able: set[str] = set()
    without_lock = jobs_without_lock(trace)
    for use in trace.uses():
        # A job that takes its locks by `passed`, and cannot take this one, can only start with another lock.
        closed = set() if trace.is_of_pool(use) else without_lock - able
        taker = ask_for_taker(trace.progress(use), trace.jobs_that_count(use), closed)
        if taker.job is not None:
            way = "" if use.is_of_lock else ", on the way to releasing the lock"
            reason = f"job {taker.job.name} can still take {_what(use)}{way}"
            return HandOff(HandOffState.TAKEABLE, reason, taker=taker.job.name), []
        refusals.extend(taker.refusals)
        able |= taker.able if use.is_of_lock else frozenset()
    return None, refusals


def jobs_without_lock(trace: HandOffTrace) -> set[str]:
    """Return the jobs that take locks only by `passed`, and have not had this one; none if Concourse forgot it.

    A job that had it can start with it again, if one of its other inputs is new.
    """
    pools = {use.resource for use in trace.lock_uses}
    after = {name for pool in pools for name in trace.graph.downstream(trace.job.name, pool)}
    steps = {name: [step for step in trace.graph.job(name).inputs if step.resource in pools] for name in after}
    by_passed = {name for name, taken in steps.items() if taken and all(step.passed for step in taken)}
    return by_passed.difference(*(use.tried_jobs() for use in trace.lock_uses))


def ask_for_new_use(trace: HandOffTrace, *, again: bool) -> HandOff | None:
    """Find a build that has got the lock while the jobs were checked: the last questions before a verdict.

    Before a lock can become releasable, `again` repeats earlier requests for lists of builds.
    """
    queries, pipeline = trace.queries, trace.pipeline
    after_forgotten = trace.jobs_after_forgotten()
    for name in after_forgotten:
        builds = (queries.latest_builds(pipeline, name, again=again), queries.builds_since(pipeline, name, trace.build))
        if any(build.is_active for listed in builds for build in listed):
            return _forgotten_use(name)
    for use in trace.uses():
        rerun = ask_for_active_rerun(queries, pipeline, use.counted_builds(), again=again)
        if rerun is not None:
            return in_use_by(rerun, "is waiting to start with it again")
    about = trace.build, pipeline, trace.graph, trace.lock_resources
    forgotten = None if trace.lock_uses else ask_for_use_of_forgotten_lock(*about, queries)
    if forgotten is not None:
        return forgotten
    if after_forgotten:
        active = {job.name for job in queries.jobs(pipeline, again=True) if job.has_active_build}
        name = next((name for name in after_forgotten if name in active), "")
        if name:
            return _forgotten_use(name)
    changed = (trace.progress(use).ask_for_changed_build() for use in trace.uses())
    build = next((build for build in changed if build is not None), None)
    return None if build is None else in_use_by(build, "has just taken it")


def _forgotten_use(job: str) -> HandOff:
    reason = f"Concourse has forgotten a version that it carried, and job {job} has an active build"
    return HandOff(HandOffState.IN_USE, reason, taker=job)


def _what(use: VersionUse) -> str:
    return "the lock" if use.is_of_lock else f"its {use.resource}"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handed off or leaked: the state of a lock whose claiming build has succeeded."""

from __future__ import annotations

from dataclasses import replace

from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import ResourceReference
from .confirmation import (
    require_maker,
    require_no_repeated_user,
    require_no_user,
    require_same_build,
    require_same_pipeline,
    require_takers,
)
from .contradictions import require_unlisted_version
from .forgotten_lock import require_no_user_of_forgotten_lock
from .former_configuration import require_no_user_after_removed_jobs, require_no_user_of_removed_job
from .later_takers import Taken, ask_for_later_use
from .state import HandOff, used_by
from .trace import HandOffTrace
from .trace_start import fetch_trace
from .trace_state import ask_for_new_use, ask_for_use_or_taker, jobs_without_lock
from .unlisted_outputs import require_all_outputs
from .use_after_failure import ask_for_use_after_one_off_build
from .versions.removed_job import require_listed_job
from .versions.search import ask_for_version_users


def ask_for_hand_off(
    build: Build, commit: str, queries: BuildQueries, claimed_at: int | None = None, *, is_rewritten: bool = False
) -> HandOff:
    """Follow the lock that a succeeded build claimed. Raises NoCredibleResponse if any answer is missing.

    `claimed_at` is the time of the claim (seconds since 1970, UTC), None if unknown.
    `is_rewritten` says that the build pushed the claim as another commit: then its outputs may name that one.
    """
    if build.pipeline is None or build.job is None:
        return ask_for_use_after_one_off_build(build, commit, queries, claimed_at)
    trace = fetch_trace(build, Version.of_commit(commit), queries, is_rewritten=is_rewritten)
    found, refusals = ask_for_use_or_taker(trace)
    if found is not None:
        return found
    is_archived = queries.is_archived(build.pipeline)
    reason = "its pipeline is archived" if is_archived else _why_unused(trace, refusals)
    return _ask_for_last_use(trace, commit, claimed_at, reason)


def _ask_for_last_use(trace: HandOffTrace, commit: str, claimed_at: int | None, reason: str) -> HandOff:
    """Look for a user in other pipelines, and once more in this one: the last questions before `leaked`."""
    updated = trace.queries.last_updated(trace.pipeline)
    _require_no_user(trace)
    if not trace.lock_uses:
        lock = Version.of_commit(commit)
        require_no_user_of_forgotten_lock(trace.build, trace.pipeline, trace.graph, lock, trace.queries)
        for resource in trace.lock_resources:
            require_unlisted_version(trace.pipeline, resource, lock, trace.queries)
    users = ask_for_version_users(commit, frozenset({trace.pipeline.team}), trace.queries, claimed_at)
    if users.active_build is not None:
        return used_by(users.active_build)
    if (found := _ask_by_other_resources(trace, users.taken)) is not None:
        return found
    require_same_pipeline(trace.pipeline, trace.queries)
    for taker in users.builds:
        if taker.pipeline == trace.pipeline:
            require_listed_job(trace.graph, taker, trace.queries)
    followed = [ResourceReference(trace.pipeline, use.resource) for use in trace.lock_uses]
    ends = [trace.last_end(), users.last_end]
    state = ask_for_later_use(trace.build, commit, trace.queries, users.taken, ends, reason, followed)
    new_use = ask_for_new_use(trace, again=True)
    for use in () if new_use else trace.uses():
        require_no_repeated_user(trace.progress(use))
    return new_use or replace(state, updated=updated)


def _ask_by_other_resources(trace: HandOffTrace, taken: Taken) -> HandOff | None:
    """Ask again if other resources of the pipeline have the lock's version, to which a job can put the lock back."""
    others = {one.name for one in taken if one.pipeline == trace.pipeline}.difference(trace.lock_resources)
    if not others:
        return None
    trace.lock_resources = [*trace.lock_resources, *sorted(others)]
    found, _refusals = ask_for_use_or_taker(trace)
    if found is None:
        _require_no_user(trace)
    return found


def _require_no_user(trace: HandOffTrace) -> None:
    """Check that no other response shows a user. Raises NoCredibleResponse."""
    require_same_build(trace.build, trace.queries)
    require_maker([trace.progress(use) for use in trace.lock_uses])
    for use in trace.carried_uses:
        require_maker([trace.progress(use)])
    is_archived = trace.queries.is_archived(trace.pipeline)
    without_lock = jobs_without_lock(trace)
    for use in trace.uses():
        require_takers(trace.progress(use))
        # A job that takes its locks by `passed` can take the same source next, but with the lock of a later build.
        closed = set() if trace.is_of_pool(use) else without_lock
        wanted = [] if is_archived else [job for job in trace.jobs_that_count(use) if job not in closed]
        require_no_user(trace.progress(use), wanted)
    require_all_outputs(trace)
    versions = trace.queries.build_resources(trace.build).versions
    require_no_user_of_removed_job(trace.build, trace.pipeline, trace.graph, versions, trace.queries)
    later = [one for use in trace.uses() for one in use.builds if use.is_later(one) and one.id != trace.build.id]
    require_no_user_after_removed_jobs(later, trace.pipeline, trace.graph, trace.queries)


def _why_unused(trace: HandOffTrace, refusals: list[str]) -> str:
    """Say why nobody will release the lock, in two reasons at most."""
    if not trace.lock_uses:
        return "Concourse has forgotten the lock's version, and no job after it has an active build"
    if refusals:
        return "; ".join([*dict.fromkeys(refusals)][:2])
    last = max((build for use in trace.lock_uses for build in use.builds), key=lambda build: build.id, default=None)
    return "no job takes the lock from it" if last is None else f"{last} had it last, and no job takes it from there"

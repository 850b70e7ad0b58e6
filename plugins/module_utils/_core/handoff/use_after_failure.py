# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a build uses a lock whose claiming build did not succeed, or is no build of a job.

No `passed` leads from such a build, but a job can take the lock without, and pass it on.
"""

from __future__ import annotations

from ..concourse.job_graph import JobGraph
from ..concourse.model import Build, Version
from ..concourse.queries import BuildQueries
from ..concourse.references import ResourceReference
from .confirmation import (
    require_no_repeated_user,
    require_no_user,
    require_same_build,
    require_same_pipeline,
    require_version_id,
)
from .contradictions import require_unlisted_version
from .forgotten_lock import ask_for_use_of_forgotten_lock
from .former_configuration import is_former_build, require_no_former_user, require_no_user_of_removed_job
from .later_takers import ask_for_later_use
from .state import HandOff, used_by
from .takers import ask_for_pending_builds
from .trace import fetch_version_use
from .versions.progress import VersionProgress
from .versions.removed_job import require_listed_job
from .versions.reruns import ask_for_active_rerun
from .versions.search import ask_for_version_users
from .versions.use import TakenVersion, lock_resources_of


def ask_for_use_after_failure(
    build: Build, commit: str, queries: BuildQueries, claimed_at: int | None = None
) -> HandOff:
    """Look for a build that uses the lock. Raises NoCredibleResponse if any answer is missing.

    `claimed_at` is the time of the claim (seconds since 1970, UTC), None if unknown.
    """
    if build.pipeline is None or build.job is None:
        return ask_for_use_after_one_off_build(build, commit, queries, claimed_at)
    users = ask_for_version_users(commit, frozenset({build.team}), queries, claimed_at)
    user = users.active_build
    version = Version.of_commit(commit)
    graph = JobGraph(queries.jobs(build.pipeline))
    require_listed_job(graph, build, queries)
    carried = queries.build_resources(build)
    # Concourse lists no output of a put that did not end, but a check of the resource finds the version.
    is_lost = all(item.version != version for item in carried.outputs) and not queries.can_search_versions()
    require_same_build(build, queries)
    ends, taken = [build.end_time, users.last_end], dict(users.taken)
    resources = lock_resources_of(graph, graph.job(build.job), carried, version)
    for resource in resources:
        use = fetch_version_use(queries, build.pipeline, build, (resource, version), among_latest=is_lost)
        if use is not None:
            progress = VersionProgress(queries, build.pipeline, graph, use)
            user = user or _ask_for_user(progress)
            ends.append(use.last_end())
            taken[ResourceReference(build.pipeline, resource)] = TakenVersion(use.version_id, use.builds)
        else:
            require_unlisted_version(build.pipeline, resource, version, queries)
    if all(one.pipeline != build.pipeline for one in taken):
        forgotten = ask_for_use_of_forgotten_lock(build, build.pipeline, graph, resources, queries)
        if forgotten is not None:
            return forgotten
        if is_former_build(build, build.pipeline, queries):
            require_no_former_user(build, build.pipeline, graph, queries)
    return used_by(user) if user else ask_for_later_use(build, commit, queries, taken, ends, "no build has it")


def ask_for_use_after_one_off_build(
    build: Build, commit: str, queries: BuildQueries, claimed_at: int | None
) -> HandOff:
    require_same_build(build, queries)
    users = ask_for_version_users(commit, frozenset({build.team}), queries, claimed_at)
    if users.active_build is not None:
        return used_by(users.active_build)
    ends = [build.end_time, users.last_end]
    return ask_for_later_use(build, commit, queries, users.taken, ends, "no job runs after a one-off build")


def _ask_for_user(progress: VersionProgress) -> Build | None:
    use = progress.use
    user = use.active_build()
    if user is None and not progress.queries.is_archived(progress.pipeline):
        user = next(ask_for_pending_builds(progress), None)
    if user is not None:
        return user
    require_same_pipeline(progress.pipeline, progress.queries)
    require_version_id(progress)
    require_no_user(progress, ())
    require_no_user_of_removed_job(use.source, progress.pipeline, progress.graph, {use.version}, progress.queries)
    rerun = ask_for_active_rerun(progress.queries, progress.pipeline, use.counted_builds(), again=True)
    user = rerun or progress.ask_for_changed_build()
    if user is None:
        require_no_repeated_user(progress)
    return user

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start one build, and find out whether it was started."""

from __future__ import annotations

from collections.abc import Callable

from ..concourse.model import Build
from ..concourse.queries import NoCredibleResponse
from ..shared.text import printable
from .job.api import CannotTrigger, JobApi, ResponseLost
from .job.builds import PAGE, build_number
from .pool_trigger import PoolTrigger


class BuildNotFound(CannotTrigger):
    """The response was lost and no new build is listed. A slow Concourse can still create it."""


class ConcourseUnavailable(CannotTrigger):
    """The response was lost and Concourse does not list the builds, so it is unknown whether one was created."""


def start_build(job_api: JobApi, trigger: PoolTrigger) -> bool:
    """Start one build. Return whether its number follows the last known one. Raises CannotTrigger.

    A gap in the numbers is a build that somebody else started since the count. So is a second new build after a lost
    response.
    """
    known = trigger.job_builds
    try:
        build, *others = (job_api.start(trigger.pool.job),)
    except ResponseLost as lost:
        build, *others = _find_new_builds(job_api, trigger, lost)
    trigger.builds.append(build)
    trigger.job_builds = known.with_builds((build, *others))
    return not others and build_number(build) == known.latest_number + 1


def check_resources(job_api: JobApi, trigger: PoolTrigger, warn: Callable[[str], None]) -> None:
    """Have Concourse check the resource of the pool, or all that the job puts to; warn about each failure."""
    pool = trigger.pool
    for name in [pool.resource] if pool.resource else sorted(set(trigger.job_builds.state.puts_to)):
        try:
            job_api.check(pool.job, name)
            trigger.checked.append(name)
        except (CannotTrigger, ResponseLost, NoCredibleResponse) as error:
            warn(f"Resource {printable(name, 80)} of pool {printable(pool.name, 80)} was not checked: {error}")


def _find_new_builds(job_api: JobApi, trigger: PoolTrigger, lost: ResponseLost) -> list[Build]:
    """Return the new builds after a lost response, the first of this user first. The request is never sent again."""
    job = printable(str(trigger.pool.job), 120)
    try:
        newest = job_api.newest_builds(trigger.pool.job, PAGE)
    except NoCredibleResponse as error:
        raise ConcourseUnavailable(
            f"A build of {job} was requested, but {lost}; whether it was created is unknown, because {error}. "
            "The next run counts it if it was."
        ) from None
    new = sorted(
        (build for build in newest if build.id > trigger.job_builds.highest_id and build.rerun_of is None),
        key=lambda build: (not job_api.is_ours(build), build.id),
    )
    if not new or not job_api.is_ours(new[0]):
        raise BuildNotFound(
            f"A build of {job} was requested, but {lost}, and no such build is listed. "
            "The next run counts again and starts what is missing."
        )
    return new

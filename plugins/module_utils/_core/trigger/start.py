# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start one build, and know whether it was started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..concourse.model import Build
from ..concourse.queries import NoCredibleResponse
from ..shared.text import printable
from .job_api import CannotTrigger, JobApi, ResponseLost
from .job_builds import PAGE, JobBuilds, build_number
from .options import TriggerPool
from .plan import BuildNeed, TriggerDecision, TriggerState


class BuildNotFound(CannotTrigger):
    """A build was asked for, and is not there. It can still come, if Concourse is very slow."""


class ConcourseUnavailable(CannotTrigger):
    """A build was asked for, and Concourse cannot be asked whether it was made."""


@dataclass(slots=True)
class PoolTrigger:
    """One pool in one run: what was decided at first, what was started since, and what went wrong (a sentence).

    `made` holds None for each build that check mode does not start; `is_shared` says that somebody else starts builds
    of the job at the same time; `checked` are the resources that were checked.
    """

    pool: TriggerPool
    look: JobBuilds | None = None
    need: BuildNeed | None = None
    decision: TriggerDecision | None = None
    made: list[Build | None] = field(default_factory=list)
    failure: str | None = None
    is_shared: bool = False
    checked: list[str] = field(default_factory=list)

    @property
    def state(self) -> TriggerState:
        if self.failure is not None or self.decision is None:
            return TriggerState.FAILED
        return self.decision.state


def start_build(desk: JobApi, run: PoolTrigger, look: JobBuilds) -> bool:
    """Start one build, and say whether it has the number that comes after the last one known.

    A number left out is that of a build that somebody else started since the count. Raises CannotTrigger.
    """
    try:
        build = desk.start(run.pool.job)
    except ResponseLost as lost:
        build = _find(desk, run, look, lost)
    run.made.append(build)
    run.look = look.with_builds((build,))
    return build_number(build) == look.latest_number + 1


def check_resources(desk: JobApi, run: PoolTrigger, look: JobBuilds, warn: Callable[[str], None]) -> None:
    """Have the pool's resource checked; builds were started all the same if that cannot be done."""
    for name in [run.pool.resource] if run.pool.resource else sorted(set(look.facts.puts_to)):
        try:
            desk.check(run.pool.job, name)
            run.checked.append(name)
        except (CannotTrigger, ResponseLost, NoCredibleResponse) as reason:
            pool = printable(run.pool.name, 80)
            warn(f"Resource {printable(name, 80)} of pool {pool} was not checked: {reason}")


def _find(desk: JobApi, run: PoolTrigger, look: JobBuilds, lost: ResponseLost) -> Build:
    """Find the build that was asked for when the answer was lost: it is not asked for again."""
    job = printable(str(run.pool.job), 120)
    try:
        newest = desk.newest_builds(run.pool.job, PAGE)
    except NoCredibleResponse as missing:
        raise ConcourseUnavailable(
            f"A build of {job} was asked for, but {lost}; whether it was made is not known, as {missing}. "
            "If it was, the next run counts it."
        ) from None
    new = [build for build in newest if build.id > look.highest_id and build.rerun_of is None]
    ours = [build for build in new if desk.is_ours(build)]
    if not ours:
        raise BuildNotFound(
            f"A build of {job} was asked for, but {lost}, and no build of it is there. "
            "The next run counts again, and starts what is missing."
        )
    return min(ours, key=lambda build: build.id)

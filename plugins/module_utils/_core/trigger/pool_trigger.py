# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pool in one run of the trigger."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..concourse.model import Build
from .job.blocked_build import BlockedBuild
from .job.builds import JobBuilds
from .options import TriggerPool
from .plan import BuildNeed, TriggerDecision
from .state import TriggerState


@dataclass(slots=True)
class PoolTrigger:
    """A pool, the first need and decision for it, the builds started so far, and the failure (a sentence) if any.

    `builds` holds None for each build that check mode does not start. `is_shared` is true once somebody else starts
    builds of the job too. `checked` are the resources that were checked.
    """

    pool: TriggerPool
    job_builds: JobBuilds = field(default_factory=JobBuilds.empty)
    need: BuildNeed | None = None
    decision: TriggerDecision | None = None
    builds: list[Build | None] = field(default_factory=list)
    failure: str | None = None
    is_shared: bool = False
    checked: list[str] = field(default_factory=list)

    @property
    def blocked(self) -> BlockedBuild | None:
        """The build that does not start, according to the decision."""
        return self.decision.blocked if self.decision else None

    @property
    def state(self) -> TriggerState:
        if self.failure is not None or self.decision is None:
            return TriggerState.FAILED
        return self.decision.state

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a pool needs, and how many of them a run starts.

needed = free locks - builds that can still claim one (0 at least)

| needed | and                                  | state       | starts                   |
|--------|--------------------------------------|-------------|--------------------------|
| 0      |                                      | `satisfied` | 0                        |
| 0      | builds are pending and paused        | `waiting`   | 0                        |
| > 0    | the attempts are used up             | `stuck`     | 0                        |
| > 0    | the next attempt is due later        | `waiting`   | 0                        |
| > 0    | `max_triggers` is less               | `limited`   | what `max_triggers` allows |
| > 0    | the job or the pipeline is paused    | `waiting`   | needed                   |
| > 0    |                                      | `triggered` | needed                   |
"""

from __future__ import annotations

from dataclasses import dataclass

from ..concourse.model import Build
from ..concourse.references import JobReference
from ..shared.errors import BadOption
from ..shared.text import printable
from ..shared.times import iso_time
from .job.api import CannotTrigger, JobState, PipelineState
from .job.blocked_build import BlockedBuild
from .job.failed_builds import FailedBuilds
from .reason import (
    archived,
    limited_reason,
    manual_trigger_disabled,
    pending_reason,
    retry_reason,
    satisfied_reason,
    start_reason,
    stuck_reason,
)
from .state import TriggerState

DEFAULT_RETRY = 5
DEFAULT_MAX_TRIGGERS = 100


@dataclass(frozen=True, slots=True)
class TriggerRules:
    """The options of a run: how many builds it starts at most, how many attempts a pool has, whether to check."""

    max_triggers: int = DEFAULT_MAX_TRIGGERS
    retry: int = DEFAULT_RETRY
    resource_check: bool = False

    def check(self) -> None:
        """Raise BadOption for a number that allows nothing."""
        if self.max_triggers < 1:
            raise BadOption(f"max_triggers is {self.max_triggers}: allow at least 1 build, or use check mode.")
        if self.retry < 1:
            raise BadOption(f"retry is {self.retry}: allow at least 1 attempt for a free lock.")


@dataclass(frozen=True, slots=True)
class BuildNeed:
    """The free locks of a pool, the builds that can still claim one, and how many of these are pending."""

    unclaimed: int = 0
    active: int = 0
    pending: int = 0

    @property
    def needed(self) -> int:
        return max(0, self.unclaimed - self.active)


@dataclass(frozen=True, slots=True)
class JobCondition:
    """A job as it is now; `pipeline` is None where nothing depends on it."""

    job: JobReference
    state: JobState
    pipeline: PipelineState | None

    @property
    def paused(self) -> str | None:
        """The name of what is paused, job or pipeline; None if neither is."""
        if self.state.is_paused:
            return f"job {printable(str(self.job), 120)}"
        if self.pipeline is not None and self.pipeline.is_paused:
            return f"pipeline {printable(str(self.job.pipeline), 120)}"
        return None


@dataclass(frozen=True, slots=True)
class TriggerDecision:
    """How many builds a pool needs, how many of them to start now, its state, and the reason in one line.

    `stuck` are the builds that ended without a claim. `paused` names what makes the builds wait; `blocked` is a build
    that waits for something else.
    """

    need: BuildNeed
    needed: int
    start: int
    state: TriggerState
    reason: str
    stuck: tuple[Build, ...] = ()
    paused: str | None = None
    blocked: BlockedBuild | None = None

    @property
    def is_held_back(self) -> bool:
        """Whether builds are missing and none may be started now."""
        return self.needed > 0 and self.start == 0


def decide(
    need: BuildNeed, condition: JobCondition, failed: FailedBuilds, rules: TriggerRules, limit: int, now: int
) -> TriggerDecision:
    """Decide to start at most `limit` builds; `now` is in seconds since 1970, UTC.

    Raises CannotTrigger if builds are needed and Concourse refuses to start any.
    """
    paused, needed = condition.paused, need.needed
    if needed == 0:
        return _satisfied(need, paused)
    check_can_start(condition)
    if failed.is_exhausted(rules.retry):
        return TriggerDecision(need, needed, 0, TriggerState.STUCK, stuck_reason(len(failed.builds)), failed.builds)
    if failed.next_attempt_at > now:
        due = iso_time(failed.next_attempt_at)
        reason = retry_reason(len(failed.builds), failed.attempts, rules.retry, due)
        return TriggerDecision(need, needed, 0, TriggerState.WAITING, reason)
    start = min(needed, limit)
    reason = start_reason(needed, need.unclaimed, need.active, paused)
    if start < needed:
        reason = limited_reason(reason, start)
        return TriggerDecision(need, needed, start, TriggerState.LIMITED, reason, paused=paused)
    state = TriggerState.WAITING if paused else TriggerState.TRIGGERED
    return TriggerDecision(need, needed, start, state, reason, paused=paused)


def check_can_start(condition: JobCondition) -> None:
    """Raise CannotTrigger if Concourse refuses to start a build of the job."""
    if condition.pipeline is not None and condition.pipeline.is_archived:
        raise CannotTrigger(archived(condition.job))
    if not condition.state.is_manual:
        raise CannotTrigger(manual_trigger_disabled(condition.job))


def _satisfied(need: BuildNeed, paused: str | None) -> TriggerDecision:
    if paused is not None and need.pending:
        reason = pending_reason(need.pending, need.unclaimed, paused)
        return TriggerDecision(need, 0, 0, TriggerState.WAITING, reason, paused=paused)
    reason = satisfied_reason(need.unclaimed, need.active, need.pending)
    return TriggerDecision(need, 0, 0, TriggerState.SATISFIED, reason, paused=paused)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a pool needs, and how many are started now."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..concourse.model import Build
from ..concourse.references import JobReference
from ..shared.errors import BadOption
from ..shared.text import count_text, printable
from ..shared.times import iso_time
from .failed_builds import FailedBuilds
from .job_api import CannotTrigger, JobState, PipelineState

DEFAULT_RETRY = 5
DEFAULT_MAX_TRIGGERS = 100


class TriggerState(enum.StrEnum):
    """What became of a pool, in the words of the documentation."""

    SATISFIED = "satisfied"
    TRIGGERED = "triggered"
    WAITING = "waiting"
    STUCK = "stuck"
    LIMITED = "limited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TriggerRules:
    """What an operator allows: builds that may be started in a run, and attempts for a lock that nobody claims."""

    max_triggers: int = DEFAULT_MAX_TRIGGERS
    retry: int = DEFAULT_RETRY
    resource_check: bool = False

    def check(self) -> None:
        """Raise BadOption unless they can be used."""
        if self.max_triggers < 1:
            raise BadOption(f"max_triggers is {self.max_triggers}: allow at least 1 build, or use check mode.")
        if self.retry < 1:
            raise BadOption(f"retry is {self.retry}: allow at least 1 attempt for a free lock.")


@dataclass(frozen=True, slots=True)
class BuildNeed:
    """A pool counted: its free locks, the builds that can still claim one, and those of them that are pending."""

    unclaimed: int = 0
    active: int = 0
    pending: int = 0

    @property
    def needed(self) -> int:
        return max(0, self.unclaimed - self.active)


@dataclass(frozen=True, slots=True)
class TriggerDecision:
    """What is done for a pool: how many builds are started, what state that is, and why, in one line for a person.

    `paused` says what makes builds wait, in words, None if nothing does or nothing hangs on it.
    """

    need: BuildNeed
    start: int
    state: TriggerState
    reason: str
    stuck: tuple[Build, ...] = ()
    tally_needed: int | None = None
    paused: str | None = None

    @property
    def needed(self) -> int:
        """How many builds are missing: as counted, or by the tally where that is what counts."""
        return self.need.needed if self.tally_needed is None else self.tally_needed


def decide(
    need: BuildNeed,
    job: JobReference,
    facts: JobState,
    pipeline: PipelineState | None,
    attempts: FailedBuilds,
    rules: TriggerRules,
    left: int,
    now: int,
) -> TriggerDecision:
    """Decide for one pool. `left` is what max_triggers leaves of this run, `pipeline` None where nothing hangs on it.

    Raises CannotTrigger if builds are needed and Concourse will not start any.
    """
    paused = _who_is_paused(job, facts, pipeline)
    if need.needed == 0:
        waits = paused is not None and need.pending > 0
        state = TriggerState.WAITING if waits else TriggerState.SATISFIED
        return TriggerDecision(need, 0, state, _enough(need, paused), paused=paused)
    refuse_if_impossible(job, facts, pipeline)
    if attempts.are_used_up(rules.retry):
        return TriggerDecision(need, 0, TriggerState.STUCK, _stuck(attempts), attempts.builds)
    if attempts.next_try > now:
        return TriggerDecision(need, 0, TriggerState.WAITING, _pausing(attempts, rules))
    start = min(need.needed, left)
    state, reason = TriggerState.WAITING if paused else TriggerState.TRIGGERED, _starting(need, paused)
    if start < need.needed:
        state, reason = TriggerState.LIMITED, f"{reason}; max_triggers leaves {start} of them to this run"
    return TriggerDecision(need, start, state, reason, paused=paused)


def refuse_if_impossible(job: JobReference, facts: JobState, pipeline: PipelineState | None) -> None:
    """Raise CannotTrigger if Concourse would refuse to start a build of the job."""
    if pipeline is not None and pipeline.is_archived:
        raise CannotTrigger(archived(job))
    if not facts.is_manual:
        raise CannotTrigger(manual_trigger_disabled(job))


def archived(job: JobReference) -> str:
    return (
        f"Pipeline {printable(str(job.pipeline), 120)} is archived, so no build of its job {printable(job.name, 80)} "
        "can be started: set the pipeline again, or name another job."
    )


def manual_trigger_disabled(job: JobReference) -> str:
    return (
        f"Job {printable(str(job), 120)} has disable_manual_trigger set, so nobody can start builds of it: "
        "take that out of the pipeline, or name another job."
    )


def _who_is_paused(job: JobReference, facts: JobState, pipeline: PipelineState | None) -> str | None:
    if facts.is_paused:
        return f"job {printable(str(job), 120)} is paused"
    if pipeline is not None and pipeline.is_paused:
        return f"pipeline {printable(str(job.pipeline), 120)} is paused"
    return None


def _enough(need: BuildNeed, paused: str | None) -> str:
    if paused is not None and need.pending:
        return f"{count_text(need.pending, 'build')} waiting for {count_text(need.unclaimed, 'free lock')}, as {paused}"
    if need.unclaimed == 0:
        return "no lock is free"
    pending = f", {need.pending} of them pending" if need.pending else ""
    return (
        f"{count_text(need.unclaimed, 'free lock')} and {count_text(need.active, 'build')} to claim from them{pending}"
    )


def _starting(need: BuildNeed, paused: str | None) -> str:
    there = f" besides {count_text(need.active, 'active build')}" if need.active else ""
    text = f"{count_text(need.needed, 'build')} for {count_text(need.unclaimed, 'free lock')}{there}"
    return f"{text}; {have_to_wait(paused)}" if paused else text


def have_to_wait(paused: str) -> str:
    """Return in words what becomes of builds that are started while something is paused."""
    return f"they have to wait, as {paused}"


def _pausing(attempts: FailedBuilds, rules: TriggerRules) -> str:
    return (
        f"the last {count_text(len(attempts.builds), 'build')} ended without a claim (attempt {attempts.count} of "
        f"{rules.retry}); the next attempt is due at {iso_time(attempts.next_try)}"
    )


def _stuck(attempts: FailedBuilds) -> str:
    return (
        f"{count_text(len(attempts.builds), 'build')} ended without a claim since the last lock became free; nothing "
        "more is started before a build of the job claims one, another lock becomes free or the pipeline is set anew"
    )

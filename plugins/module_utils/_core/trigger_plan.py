# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a pool needs, and how many are started now. Private to the collection."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ansible_collections.poolboy.concourse.plugins.module_utils._core.builds import Build
from ansible_collections.poolboy.concourse.plugins.module_utils._core.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_attempts import Attempts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_facts import (
    CannotTrigger,
    JobFacts,
    PipelineFacts,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_job import JobRef
from ansible_collections.poolboy.concourse.plugins.module_utils._core.values import iso_time

DEFAULT_RETRY = 5
DEFAULT_MAX_TRIGGERS = 100


class PoolState(enum.StrEnum):
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
class Need:
    """A pool counted: its free locks, the builds that can still claim one, and those of them that are pending."""

    unclaimed: int = 0
    active: int = 0
    pending: int = 0

    @property
    def needed(self) -> int:
        return max(0, self.unclaimed - self.active)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done for a pool: how many builds are started, what state that is, and why, in one line for a person.

    `paused` says what makes builds wait, in words, None if nothing does or nothing hangs on it.
    """

    need: Need
    start: int
    state: PoolState
    reason: str
    stuck: tuple[Build, ...] = ()
    tally_needed: int | None = None
    paused: str | None = None

    @property
    def needed(self) -> int:
        """How many builds are missing: as counted, or by the tally where that is what counts."""
        return self.need.needed if self.tally_needed is None else self.tally_needed


def decide(
    need: Need,
    job: JobRef,
    facts: JobFacts,
    pipeline: PipelineFacts | None,
    attempts: Attempts,
    rules: TriggerRules,
    left: int,
    now: int,
) -> Decision:
    """Decide for one pool. `left` is what max_triggers leaves of this run, `pipeline` None where nothing hangs on it.

    Raises CannotTrigger if builds are needed and Concourse will not start any.
    """
    paused = _who_is_paused(job, facts, pipeline)
    if need.needed == 0:
        waits = paused is not None and need.pending > 0
        state = PoolState.WAITING if waits else PoolState.SATISFIED
        return Decision(need, 0, state, _enough(need, paused), paused=paused)
    refuse_if_impossible(job, facts, pipeline)
    if attempts.are_used_up(rules.retry):
        return Decision(need, 0, PoolState.STUCK, _stuck(attempts), attempts.builds)
    if attempts.next_try > now:
        return Decision(need, 0, PoolState.WAITING, _pausing(attempts, rules))
    start = min(need.needed, left)
    state, reason = PoolState.WAITING if paused else PoolState.TRIGGERED, _starting(need, paused)
    if start < need.needed:
        state, reason = PoolState.LIMITED, f"{reason}; max_triggers leaves {start} of them to this run"
    return Decision(need, start, state, reason, paused=paused)


def refuse_if_impossible(job: JobRef, facts: JobFacts, pipeline: PipelineFacts | None) -> None:
    """Raise CannotTrigger if Concourse would refuse to start a build of the job."""
    if pipeline is not None and pipeline.is_archived:
        raise CannotTrigger(archived(job))
    if not facts.is_manual:
        raise CannotTrigger(manual_trigger_disabled(job))


def archived(job: JobRef) -> str:
    return (
        f"Pipeline {printable(str(job.pipeline), 120)} is archived, so no build of its job {printable(job.name, 80)} "
        "can be started: set the pipeline again, or name another job."
    )


def manual_trigger_disabled(job: JobRef) -> str:
    return (
        f"Job {printable(str(job), 120)} has disable_manual_trigger set, so nobody can start builds of it: "
        "take that out of the pipeline, or name another job."
    )


def _who_is_paused(job: JobRef, facts: JobFacts, pipeline: PipelineFacts | None) -> str | None:
    if facts.is_paused:
        return f"job {printable(str(job), 120)} is paused"
    if pipeline is not None and pipeline.is_paused:
        return f"pipeline {printable(str(job.pipeline), 120)} is paused"
    return None


def _enough(need: Need, paused: str | None) -> str:
    if paused is not None and need.pending:
        return f"{how_many(need.pending, 'build')} waiting for {how_many(need.unclaimed, 'free lock')}, as {paused}"
    if need.unclaimed == 0:
        return "no lock is free"
    pending = f", {need.pending} of them pending" if need.pending else ""
    return f"{how_many(need.unclaimed, 'free lock')} and {how_many(need.active, 'build')} to claim from them{pending}"


def _starting(need: Need, paused: str | None) -> str:
    there = f" besides {how_many(need.active, 'active build')}" if need.active else ""
    text = f"{how_many(need.needed, 'build')} for {how_many(need.unclaimed, 'free lock')}{there}"
    return f"{text}; {have_to_wait(paused)}" if paused else text


def have_to_wait(paused: str) -> str:
    """Return in words what becomes of builds that are started while something is paused."""
    return f"they have to wait, as {paused}"


def _pausing(attempts: Attempts, rules: TriggerRules) -> str:
    return (
        f"the last {how_many(len(attempts.builds), 'build')} ended without a claim (attempt {attempts.count} of "
        f"{rules.retry}); the next attempt is due at {iso_time(attempts.next_try)}"
    )


def _stuck(attempts: Attempts) -> str:
    return (
        f"{how_many(len(attempts.builds), 'build')} ended without a claim since the last lock became free; nothing "
        "more is started before a build of the job claims one, another lock becomes free or the pipeline is set anew"
    )


def how_many(number: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

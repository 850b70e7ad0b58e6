# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a pool starts by its tally, and what the tally becomes.

| Step, in this order                                       | Problem               |
|-----------------------------------------------------------|-----------------------|
| no usable count: count from scratch                       | NOT_A_NUMBER, NO_COMMIT, NEGATIVE |
| counted builds that are gone become builds to start       | LOST_BUILDS           |
| no more builds to start than free locks                   | MORE_THAN_LOCKS       |
| waiting builds that are in no count replace builds to start | UNCOUNTED_BUILDS    |
| free locks that are in no count stay so                   | UNCOUNTED_LOCKS       |
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..pool.tally_files import TallyCounts
from .counts import TallyRecord, carry_forward
from .problem import TallyProblem, TallyProblemKind

# Seconds after which the builds of a count have been started: a build that is missing by then is lost.
SETTLED_AFTER = 300

# A tally after one step of the plan, and what the step found wrong.
Step: t.TypeAlias = "tuple[TallyCounts, TallyProblem | None]"


@dataclass(frozen=True, slots=True)
class TallyDemand:
    """The free locks of a pool, and the active builds that can still claim one.

    `unclaimed` counts the files in `unclaimed/`, that of a lock in both folders too. `active` counts builds whether
    they are in a count or not; it is None if Concourse was not asked. `limit` is how many builds may be started now,
    None for any number.
    """

    unclaimed: int
    active: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class TallyPlan:
    """Start `start` builds, and write `tally` if `is_written`. The problems are for the user."""

    tally: TallyCounts
    start: int = 0
    problems: tuple[TallyProblem, ...] = ()
    is_written: bool = False


def plan_tally(record: TallyRecord, demand: TallyDemand, now: int) -> TallyPlan:
    """Return the plan for one pool; `now` is in seconds since 1970, UTC.

    Unlike the resource, it knows the builds of the job. So a count from scratch leaves out the builds that wait for a
    lock already; counted builds that ended without a claim, or were never created, are started again (a manual step in
    the README of the resource); and builds in no count are counted. So it never starts more builds than there are free
    locks without one.
    """
    tally, problem = _current_tally(record)
    problems = [problem]
    if tally is None:
        tally = _from_scratch(demand)
    else:
        tally, lost = _with_lost_builds(tally, record, demand, now)
        tally, drifted = _within_locks(tally, demand)
        tally, uncounted = _with_uncounted_builds(tally, demand)
        problems += [lost, drifted, uncounted]
    if tally.total < demand.unclaimed:
        left_out = demand.unclaimed - tally.total
        problems.append(TallyProblem(TallyProblemKind.UNCOUNTED_LOCKS, left_out, demand.unclaimed))
    start = tally.triggers if demand.limit is None else min(tally.triggers, max(demand.limit, 0))
    found = tuple(problem for problem in problems if problem is not None)
    is_written = start > 0 or any(problem.kind.is_corrected for problem in found)
    return TallyPlan(tally.start(start), start, found, is_written)


def _current_tally(record: TallyRecord) -> tuple[TallyCounts | None, TallyProblem | None]:
    """Return the tally after the moves since its count; None, and why, if it cannot be used."""
    counted = record.counted
    if counted is None:
        return None, TallyProblem(TallyProblemKind.NOT_A_NUMBER) if record.is_there else None
    if record.counted_at is None:
        return None, TallyProblem(TallyProblemKind.NO_COMMIT)
    tally = carry_forward(counted, record.moves)
    if tally.is_negative:
        return None, TallyProblem(TallyProblemKind.NEGATIVE, tally.triggers, tally.removals)
    return tally, None


def _from_scratch(demand: TallyDemand) -> TallyCounts:
    waiting = min(demand.active or 0, demand.unclaimed)
    return TallyCounts(demand.unclaimed - waiting, waiting)


def _with_lost_builds(tally: TallyCounts, record: TallyRecord, demand: TallyDemand, now: int) -> Step:
    """Count builds that are missing as builds to start."""
    if demand.active is None or record.counted_at is None or tally.removals <= demand.active:
        return tally, None
    if now - record.counted_at.timestamp() < SETTLED_AFTER:
        return tally, None
    lost = tally.removals - demand.active
    without_build = max(demand.unclaimed - demand.active - tally.triggers, 0)
    counts = TallyCounts(tally.triggers + min(lost, without_build), demand.active)
    return counts, TallyProblem(TallyProblemKind.LOST_BUILDS, lost)


def _within_locks(tally: TallyCounts, demand: TallyDemand) -> Step:
    """Count no more builds to start than there are free locks without one."""
    without_build = max(demand.unclaimed - tally.removals, 0)
    if tally.triggers <= without_build:
        return tally, None
    problem = TallyProblem(TallyProblemKind.MORE_THAN_LOCKS, tally.triggers, without_build)
    return TallyCounts(without_build, tally.removals), problem


def _with_uncounted_builds(tally: TallyCounts, demand: TallyDemand) -> Step:
    """Count active builds that are in no count as expected claims, in place of builds to start.

    A person or Concourse can start a build without a count. And if a person takes the lock of a counted build, that is
    a removal less, and a trigger more once the lock is released.
    """
    uncounted = min((demand.active or 0) - tally.removals, tally.triggers)
    if uncounted <= 0:
        return tally, None
    return tally.start(uncounted), TallyProblem(TallyProblemKind.UNCOUNTED_BUILDS, uncounted)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many builds a tally has to start, and what it is to be then."""

from __future__ import annotations

from dataclasses import dataclass

from ..pool.tally_files import REMOVALS_FILE, TRIGGERS_FILE, TallyCounts
from ..shared.text import count_text
from .counts import TallyRecord, carry_forward

# Seconds in which a run that has counted builds has surely started them: a build that is missing after them is lost.
SETTLED_AFTER = 300


@dataclass(frozen=True, slots=True)
class TallyDemand:
    """What is known of a pool at the moment: its free locks, and the builds under way that have not claimed one yet.

    `unclaimed` counts the files in `unclaimed/`: a lock that is in both folders, too, while a build moves it.
    `active` counts the builds that can still claim, whether they are in a count or not; it is None if Concourse was not
    asked. `limit` is how many builds may be started now, None for any number.
    """

    unclaimed: int
    active: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class TallyPlan:
    """What is to be done for a pool: start `start` builds, and write `tally` if `is_written`.

    `problems` are sentences for a person. What they tell was mended in `tally`, unless they say what to do.
    """

    tally: TallyCounts
    start: int = 0
    problems: tuple[str, ...] = ()
    is_written: bool = False


def plan_tally(record: TallyRecord, demand: TallyDemand, now: int) -> TallyPlan:
    """Decide for one pool; `now` is in seconds since 1970, UTC.

    Beyond what the resource does, with the builds of the job at hand: when all is begun afresh, builds that wait for a
    lock already are not started once more; builds that were counted and are not there, as they ended before they
    claimed or never were, are started again, which the resource's README has a person do by hand; and builds that are
    there and in no count are counted. So no more are started than there are free locks without a build.
    """
    counted = record.counted
    problems = []
    if record.is_there and counted is None:
        problems.append(f"{TRIGGERS_FILE} or {REMOVALS_FILE} holds no number, so the builds are counted afresh")
    elif counted is not None and record.counted_at is None:
        problems.append(f"no commit is found that wrote {TRIGGERS_FILE}, so the builds are counted afresh")
        counted = None
    tally = None if counted is None else carry_forward(counted, record.moves)
    if tally is not None and tally.is_negative:
        problems.append(
            f"the tally is negative, {tally.triggers} builds to start and {tally.removals} claims to come,"
            " so the builds are counted afresh"
        )
        tally = None
    if tally is None:
        tally = _afresh(demand)
    else:
        tally = _with_lost_builds(tally, record, demand, now, problems)
        tally = _within_locks(tally, demand, problems)
        tally = _with_waiting_builds(tally, demand, problems)
    is_mended = bool(problems)
    if tally.triggers + tally.removals < demand.unclaimed:
        left_out = demand.unclaimed - tally.triggers - tally.removals
        problems.append(
            f"{left_out} of {demand.unclaimed} free locks are not in the tally, so no build is started for them:"
            f" delete {TRIGGERS_FILE} and {REMOVALS_FILE} to have all of them counted afresh"
        )
    start = tally.triggers if demand.limit is None else min(tally.triggers, max(demand.limit, 0))
    return TallyPlan(tally.start(start), start, tuple(problems), is_mended or start > 0)


def _afresh(demand: TallyDemand) -> TallyCounts:
    waiting = min(demand.active or 0, demand.unclaimed)
    return TallyCounts(demand.unclaimed - waiting, waiting)


def _with_lost_builds(
    tally: TallyCounts, record: TallyRecord, demand: TallyDemand, now: int, problems: list[str]
) -> TallyCounts:
    """Count the builds that are not there any more as builds to start."""
    if demand.active is None or record.counted_at is None or tally.removals <= demand.active:
        return tally
    if now - record.counted_at.timestamp() < SETTLED_AFTER:
        return tally
    lost = tally.removals - demand.active
    problems.append(f"{lost} builds that were counted are not there and have claimed no lock, so they are counted anew")
    room = max(demand.unclaimed - demand.active - tally.triggers, 0)
    return TallyCounts(tally.triggers + min(lost, room), demand.active)


def _within_locks(tally: TallyCounts, demand: TallyDemand, problems: list[str]) -> TallyCounts:
    """No more builds than there are locks for."""
    room = max(demand.unclaimed - tally.removals, 0)
    if tally.triggers <= room:
        return tally
    problems.append(
        f"{TRIGGERS_FILE} has drifted: {tally.triggers} builds to start, and {room} free locks without one,"
        " so that many are started"
    )
    return TallyCounts(room, tally.removals)


def _with_waiting_builds(tally: TallyCounts, demand: TallyDemand, problems: list[str]) -> TallyCounts:
    """Count builds that are there as claims to come, in the place of builds to start.

    The files do not know of a build that a person or Concourse has started. Nor do they after a person took the lock
    that a build was started for: that is a removal less, and a trigger more once the lock is given back.
    """
    found = min((demand.active or 0) - tally.removals, tally.triggers)
    if found <= 0:
        return tally
    problems.append(
        f"{REMOVALS_FILE} leaves out {count_text(found, 'build')} waiting for a lock already,"
        " so that many fewer are started"
    )
    return tally.start(found)

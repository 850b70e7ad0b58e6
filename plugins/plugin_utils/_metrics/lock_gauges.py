# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauges of locks, from the last read of the pools."""

from __future__ import annotations

import typing as t

from ...module_utils._core.pool.layout import State
from ...module_utils._core.verdict.verdict import VerdictName
from .._round.model import Round, RoundPools
from .exposition import Kind, Metric

CLAIMED_VERDICTS = tuple(verdict.value for verdict in VerdictName if verdict is not VerdictName.FREE)
Gauge = t.Callable[[str, str], Metric]


def lock_gauges(round_: Round) -> list[Metric]:
    """Return the gauges of all locks; none if the pools could not be read, because unknown is not 0."""

    def gauge(name: str, meaning: str) -> Metric:
        return Metric(name, Kind.GAUGE, meaning, round_.name)

    if round_.status is None:
        return []
    return [
        _locks(round_.status, gauge),
        *_counts(round_, round_.status, gauge),
        _oldest_claims(round_.status, gauge),
        _longest_unused(round_.status, round_.finished_at, gauge),
        _hold_ends(round_.status, gauge),
    ]


def _locks(seen: RoundPools, gauge: Gauge) -> Metric:
    metric = gauge("poolboy_locks", "Locks by pool, state and verdict.")
    for pool in seen.pools:
        metric.set(0, pool=pool, state=State.UNCLAIMED.value, verdict=VerdictName.FREE.value)
        for verdict in CLAIMED_VERDICTS:
            metric.set(0, pool=pool, state=State.CLAIMED.value, verdict=verdict)
    for lock in seen.locks:
        metric.add(1, pool=lock.pool, state=lock.state, verdict=lock.verdict)
    return metric


def _counts(round_: Round, seen: RoundPools, gauge: Gauge) -> list[Metric]:
    free = gauge("poolboy_free_locks", "Locks that nobody holds.")
    releasable = gauge("poolboy_releasable_locks", "Claimed locks that the policy allows to release now.")
    problems = gauge("poolboy_problems", "Problems in the files of the pool.")
    for pool in seen.pools:
        mine = [lock for lock in seen.locks if lock.pool == pool]
        free.set(sum(lock.state == State.UNCLAIMED.value for lock in mine), pool=pool)
        releasable.set(sum(lock.releasable for lock in mine), pool=pool)
        problems.set(round_.problem_counts().get(pool, 0), pool=pool)
    return [free, releasable, problems]


def _oldest_claims(seen: RoundPools, gauge: Gauge) -> Metric:
    meaning = "Time since the oldest claim, in full minutes; 0 where no lock is claimed."
    metric = _per_claimed_verdict(gauge("poolboy_oldest_claim_age_seconds", meaning), seen)
    for lock in seen.locks:
        if lock.state == State.CLAIMED.value:
            metric.raise_to(lock.age_minutes * 60, pool=lock.pool, verdict=lock.verdict)
    return metric


def _longest_unused(seen: RoundPools, now: int, gauge: Gauge) -> Metric:
    meaning = "Time for which no known build has used a claimed lock, the longest of the pool; 0 where there is none."
    metric = _per_claimed_verdict(gauge("poolboy_longest_unused_seconds", meaning), seen)
    for lock in seen.locks:
        if lock.unused_since is not None:
            metric.raise_to(max(0, now - lock.unused_since), pool=lock.pool, verdict=lock.verdict)
    return metric


def _hold_ends(seen: RoundPools, gauge: Gauge) -> Metric:
    metric = gauge("poolboy_hold_end_timestamp_seconds", "When the next hold of the pool ends, since 1970.")
    ends: dict[str, int] = {}
    for lock in seen.locks:
        if lock.verdict == VerdictName.HELD and lock.hold and lock.hold.until is not None:
            ends[lock.pool] = min(lock.hold.until, ends.get(lock.pool, lock.hold.until))
    for pool, end in ends.items():
        metric.set(end, pool=pool)
    return metric


def _per_claimed_verdict(metric: Metric, seen: RoundPools) -> Metric:
    for pool in seen.pools:
        for verdict in CLAIMED_VERDICTS:
            metric.set(0, pool=pool, verdict=verdict)
    return metric

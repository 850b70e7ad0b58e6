# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauges of locks, as the last look at the pools found them."""

from __future__ import annotations

import typing as t

from ...module_utils._core.pool.layout import State
from ...module_utils._core.verdict.verdict import VerdictName
from .._round.model import Round, SeenPools
from .exposition import Kind, Metric

CLAIMED_VERDICTS = tuple(verdict.value for verdict in VerdictName if verdict is not VerdictName.FREE)
Gauge = t.Callable[[str, str], Metric]


def lock_gauges(told: Round) -> list[Metric]:
    """Return the gauges of all locks; none where the pools could not be looked at: what is unknown is not 0."""

    def gauge(name: str, meaning: str) -> Metric:
        return Metric(name, Kind.GAUGE, meaning, told.name)

    if told.look is None:
        return []
    return [
        _locks(told.look, gauge),
        *_counts(told.look, gauge),
        _oldest_claims(told.look, gauge),
        _longest_unused(told.look, told.finished_at, gauge),
    ]


def _locks(look: SeenPools, gauge: Gauge) -> Metric:
    metric = gauge("poolboy_locks", "Locks by pool, state and verdict.")
    for pool in look.pools:
        metric.set(0, pool=pool, state=State.UNCLAIMED.value, verdict=VerdictName.FREE.value)
        for verdict in CLAIMED_VERDICTS:
            metric.set(0, pool=pool, state=State.CLAIMED.value, verdict=verdict)
    for lock in look.locks:
        metric.add(1, pool=lock.pool, state=lock.state, verdict=lock.verdict)
    return metric


def _counts(look: SeenPools, gauge: Gauge) -> list[Metric]:
    free = gauge("poolboy_free_locks", "Locks that nobody holds.")
    releasable = gauge("poolboy_releasable_locks", "Claimed locks that the policy allows to give back now.")
    problems = gauge("poolboy_problems", "What a person should look at in the files of the pool.")
    for pool in look.pools:
        mine = [lock for lock in look.locks if lock.pool == pool]
        free.set(sum(lock.state == State.UNCLAIMED.value for lock in mine), pool=pool)
        releasable.set(sum(lock.releasable for lock in mine), pool=pool)
        problems.set(look.problems.get(pool, 0), pool=pool)
    return [free, releasable, problems]


def _oldest_claims(look: SeenPools, gauge: Gauge) -> Metric:
    meaning = "Time since the oldest claim, in full minutes; 0 where no lock is claimed."
    metric = _per_claimed_verdict(gauge("poolboy_oldest_claim_age_seconds", meaning), look)
    for lock in look.locks:
        if lock.state == State.CLAIMED.value:
            metric.raise_to(lock.age_minutes * 60, pool=lock.pool, verdict=lock.verdict)
    return metric


def _longest_unused(look: SeenPools, now: int, gauge: Gauge) -> Metric:
    meaning = "Time for which no known build has used a claimed lock, the longest of the pool; 0 where there is none."
    metric = _per_claimed_verdict(gauge("poolboy_longest_unused_seconds", meaning), look)
    for lock in look.locks:
        if lock.unused_since is not None:
            metric.raise_to(max(0, now - lock.unused_since), pool=lock.pool, verdict=lock.verdict)
    return metric


def _per_claimed_verdict(metric: Metric, look: SeenPools) -> Metric:
    for pool in look.pools:
        for verdict in CLAIMED_VERDICTS:
            metric.set(0, pool=pool, verdict=verdict)
    return metric

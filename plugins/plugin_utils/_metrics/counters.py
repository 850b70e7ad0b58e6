# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counters, which go on from the last round."""

from __future__ import annotations

from .._round.model import STEPS, Round
from .exposition import Kind, Metric
from .lock_gauges import CLAIMED_VERDICTS
from .previous import Previous


def counters(told: Round, previous: Previous) -> list[Metric]:
    """Return all counters. A round in check mode has done nothing, so it counts nothing."""
    counting = not told.check_mode
    rounds = _counter("poolboy_rounds_total", "Rounds that were run.", told, previous)
    rounds.add(counting)
    failures = _counter("poolboy_failures_total", "Failures of a step.", told, previous)
    for step in STEPS:
        failures.add(0, step=step)
    for failure in told.failures:
        failures.add(counting, step=failure.step)
    return [rounds, failures, _releases(told, previous, counting), _triggers(told, previous, counting)]


def _releases(told: Round, previous: Previous, counting: bool) -> Metric:
    meaning = "Locks that were given back, by the pool that they were in and the verdict on their claim."
    metric = _counter("poolboy_releases_total", meaning, told, previous)
    for pool in told.look.pools if told.look else ():
        for verdict in CLAIMED_VERDICTS:
            metric.add(0, pool=pool, verdict=verdict)
    for release in told.releases or ():
        metric.add(counting, pool=release.pool, verdict=release.verdict)
    return metric


def _triggers(told: Round, previous: Previous, counting: bool) -> Metric:
    metric = _counter("poolboy_triggers_total", "Builds that were started for free locks.", told, previous)
    if told.feeding:
        for one in told.feeding.pools:
            metric.add(0, pool=one.pool, concourse_job=one.job)
        for pool, job in told.feeding.triggered:
            metric.add(counting, pool=pool, concourse_job=job)
    return metric


def _counter(name: str, meaning: str, told: Round, previous: Previous) -> Metric:
    return Metric(name, Kind.COUNTER, meaning, told.name, previous.of(name))

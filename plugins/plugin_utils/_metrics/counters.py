# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counters, which continue from the previous round."""

from __future__ import annotations

from .._round.model import STEPS, Round
from .exposition import Kind, Metric
from .lock_gauges import CLAIMED_VERDICTS
from .previous import Previous


def counters(round_: Round, previous: Previous) -> list[Metric]:
    """Return all counters. A round in check mode counts nothing."""
    counting = not round_.check_mode
    rounds = _counter("poolboy_rounds_total", "Rounds that were run.", round_, previous)
    rounds.add(counting)
    failures = _counter("poolboy_failures_total", "Failures of a step.", round_, previous)
    for step in STEPS:
        failures.add(0, step=step)
    for failure in round_.failures:
        failures.add(counting, step=failure.step)
    return [rounds, failures, _releases(round_, previous, counting), _triggers(round_, previous, counting)]


def _releases(round_: Round, previous: Previous, counting: bool) -> Metric:
    meaning = "Locks that were released, by the pool that they were in and the verdict on their claim."
    metric = _counter("poolboy_releases_total", meaning, round_, previous)
    for pool in round_.status.pools if round_.status else ():
        for verdict in CLAIMED_VERDICTS:
            metric.add(0, pool=pool, verdict=verdict)
    for release in round_.releases:
        metric.add(counting, pool=release.pool, verdict=release.verdict)
    return metric


def _triggers(round_: Round, previous: Previous, counting: bool) -> Metric:
    metric = _counter("poolboy_triggers_total", "Builds that were started for free locks.", round_, previous)
    for one in round_.triggered_pools:
        metric.add(0, pool=one.pool, concourse_job=one.job)
    for build in round_.trigger.builds if round_.trigger else ():
        metric.add(counting, pool=build.pool, concourse_job=build.job)
    return metric


def _counter(name: str, meaning: str, round_: Round, previous: Previous) -> Metric:
    return Metric(name, Kind.COUNTER, meaning, round_.name, previous.of(name))

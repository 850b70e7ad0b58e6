# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauges of the round itself, and of the pools whose free locks it gives builds."""

from __future__ import annotations

from .._round.model import STEPS, Round, TriggerSummary
from .exposition import Kind, Metric
from .previous import Previous

TRIGGER_STATES = ("satisfied", "triggered", "waiting", "stuck", "limited", "failed")


def round_gauges(told: Round, previous: Previous) -> list[Metric]:
    """Return how the round went, and when the last one and the last good one were.

    A round in check mode is neither: both times stay as they were.
    """
    ok = Metric("poolboy_round_ok", Kind.GAUGE, "Whether every step of the last round went well.", told.name)
    ok.set(told.ok)
    steps = Metric("poolboy_step_ok", Kind.GAUGE, "0 if the step failed in the last round, else 1.", told.name)
    for step in (*STEPS, *sorted(told.failed_steps)):
        steps.set(step not in told.failed_steps, step=step)
    meaning = "How long the last round took."
    duration = Metric("poolboy_round_duration_seconds", Kind.GAUGE, meaning, told.name)
    duration.set(told.duration_seconds)
    counts = not told.check_mode
    last = _time(told, previous, "last_round", "When the last round ended, since 1970.", counts)
    meaning = "When the last round in which every step went well ended, since 1970; 0 if there was none."
    return [ok, steps, duration, last, _time(told, previous, "last_success", meaning, counts and told.ok)]


def feeding_gauges(told: Round) -> list[Metric]:
    """Return what the trigger found, for each pool; nothing where it did not run."""
    needed = Metric("poolboy_needed_builds", Kind.GAUGE, "Builds that the free locks of the pool need.", told.name)
    meaning = "Builds of the pool's job that are pending, or started and have not claimed a lock."
    active = Metric("poolboy_active_builds", Kind.GAUGE, meaning, told.name)
    states = Metric("poolboy_trigger_state", Kind.GAUGE, "1 for the state that the pool is in, else 0.", told.name)
    for one in (told.feeding or TriggerSummary((), ())).pools:
        needed.set(one.needed, pool=one.pool, concourse_job=one.job)
        active.set(one.active, pool=one.pool, concourse_job=one.job)
        for state in dict.fromkeys((*TRIGGER_STATES, one.state)):
            states.set(state == one.state, pool=one.pool, concourse_job=one.job, state=state)
    return [needed, active, states]


def _time(told: Round, previous: Previous, name: str, meaning: str, is_now: bool) -> Metric:
    metric = Metric(f"poolboy_{name}_timestamp_seconds", Kind.GAUGE, meaning, told.name)
    metric.set(told.finished_at if is_now else max(previous.of(metric.name).values(), default=0))
    return metric

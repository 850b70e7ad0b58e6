# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauges of the round itself, and of the pools whose free locks it gives builds."""

from __future__ import annotations

from ...module_utils._core.trigger.state import TriggerState
from .._round.model import STEPS, Round
from .exposition import Kind, Metric
from .previous import Previous

TRIGGER_STATES = tuple(state.value for state in TriggerState)


def round_gauges(round_: Round, previous: Previous) -> list[Metric]:
    """Return the result of the round, and the times of the last round and of the last successful one.

    A round in check mode is neither: both times stay as they were.
    """
    ok = Metric("poolboy_round_ok", Kind.GAUGE, "Whether every step of the last round succeeded.", round_.name)
    ok.set(round_.ok)
    steps = Metric("poolboy_step_ok", Kind.GAUGE, "0 if the step failed in the last round, else 1.", round_.name)
    for step in (*STEPS, *sorted(round_.failed_steps)):
        steps.set(step not in round_.failed_steps, step=step)
    meaning = "How long the last round took."
    duration = Metric("poolboy_round_duration_seconds", Kind.GAUGE, meaning, round_.name)
    if round_.duration_seconds is not None:
        duration.set(round_.duration_seconds)
    counts = not round_.check_mode
    last = _time(round_, previous, "last_round", "When the last round ended, since 1970.", counts)
    meaning = "When the last round in which every step succeeded ended, since 1970; 0 if there was none."
    return [ok, steps, duration, last, _time(round_, previous, "last_success", meaning, counts and round_.ok)]


def trigger_gauges(round_: Round) -> list[Metric]:
    """Return what the trigger found, for each pool; nothing where it did not run."""
    needed = Metric("poolboy_needed_builds", Kind.GAUGE, "Builds that the free locks of the pool need.", round_.name)
    meaning = "Builds of the pool's job that are pending, or started and have not claimed a lock."
    active = Metric("poolboy_active_builds", Kind.GAUGE, meaning, round_.name)
    states = Metric("poolboy_trigger_state", Kind.GAUGE, "1 for the state that the pool is in, else 0.", round_.name)
    for one in round_.triggered_pools:
        needed.set(one.needed, pool=one.pool, concourse_job=one.job)
        active.set(one.active, pool=one.pool, concourse_job=one.job)
        for state in dict.fromkeys((*TRIGGER_STATES, one.state)):
            states.set(state == one.state, pool=one.pool, concourse_job=one.job, state=state)
    return [needed, active, states]


def _time(round_: Round, previous: Previous, name: str, meaning: str, is_now: bool) -> Metric:
    metric = Metric(f"poolboy_{name}_timestamp_seconds", Kind.GAUGE, meaning, round_.name)
    metric.set(round_.finished_at if is_now else max(previous.of(metric.name).values(), default=0))
    return metric

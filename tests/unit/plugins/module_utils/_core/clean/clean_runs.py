# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of cleaning on the pools of clean_model, and what they did."""

from __future__ import annotations

import itertools
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import reason_text
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import CleanRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import MIN_SECONDS, PushRetry

from .clean_model import NOW, ModelPools, choose


def begin(pools: ModelPools, *names: str, **rules: Any) -> CleanRun:
    """A run that has taken a snapshot and done nothing else."""
    chosen = choose(*(names or pools.pools))
    rules_of_run = CleanRules(**rules)
    run = CleanRun(pools.snapshot(), chosen, rules_of_run, pools.judge, lambda: NOW, lambda: pools.now, "5f0c9a1e")
    pools.history.clear()
    return run


def retry(*, seconds: float = MIN_SECONDS, pauses: list[float] | None = None) -> PushRetry:
    """Attempts that each seem to take this number of seconds."""
    clock = itertools.count(step=int(seconds))
    return PushRetry((pauses if pauses is not None else []).append, lambda: float(next(clock)), lambda low, _high: low)


def clean(pools: ModelPools, *names: str, attempts: PushRetry | None = None, **rules: Any) -> CleanRun:
    """A run that has decided and pushed."""
    run = begin(pools, *names, **rules)
    run.decide()
    run.push_releases(pools, lambda: attempts or retry())
    return run


def reasons(run: CleanRun) -> dict[str, str]:
    """The reason of each lock that is kept."""
    kept = [step for step in run.plan if not step.is_release]
    return {step.judged.lock.pool_and_name: reason_text(step.reason, step.judged) for step in kept}


def planned(run: CleanRun) -> list[str]:
    return [step.judged.lock.pool_and_name for step in run.plan if step.is_release]


def done(run: CleanRun) -> list[str]:
    return [step.judged.lock.pool_and_name for step in run.released]

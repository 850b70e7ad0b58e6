# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strategy without state: start as many builds as there are free locks without one."""

from __future__ import annotations

from dataclasses import dataclass

from ..pool.snapshot import Snapshot
from .pool_trigger import PoolTrigger
from .run import TriggerRun


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Counts free locks and active builds. It is a TriggerStrategy."""

    has_written: bool = False

    def start_builds(self, run: TriggerRun, snapshot: Snapshot) -> None:
        """Count and start, one pool after the other."""
        for trigger in run.working:
            with run.recording_failure(trigger):
                # An earlier pool can have made the run read a later snapshot; the history belongs to the latest.
                _start_missing(run, trigger, run.snapshot or snapshot)


def _start_missing(run: TriggerRun, trigger: PoolTrigger, snapshot: Snapshot) -> None:
    missing = _fetch_missing(run, trigger, snapshot)
    if run.dry_run:
        trigger.builds.extend([None] * missing)
        return
    while missing > 0:
        missing = missing - 1 if run.start(trigger) else _fetch_missing_again(run, trigger)


def _fetch_missing(run: TriggerRun, trigger: PoolTrigger, snapshot: Snapshot) -> int:
    """Return how many builds to start now. The result of the run shows the first decision."""
    started = sum(len(one.builds) for one in run.triggers)
    decision = run.fetch_decision(trigger, snapshot, run.rules.max_triggers - started)
    trigger.decision = trigger.decision or decision
    return decision.start


def _fetch_missing_again(run: TriggerRun, trigger: PoolTrigger) -> int:
    """Somebody else starts builds of the job too: ask Concourse and read the repository again."""
    trigger.is_shared = True
    run.fetch_job_builds(trigger)
    run.snapshot = run.history.snapshot()
    return _fetch_missing(run, trigger, run.snapshot)

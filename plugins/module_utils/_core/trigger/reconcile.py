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
    trigger.decision = run.fetch_decision(trigger, snapshot, _limit(run))
    missing = trigger.decision.start
    if run.dry_run:
        trigger.builds.extend([None] * missing)
        return
    while missing > 0:
        missing = missing - 1 if run.start(trigger) else run.fetch_decision_again(trigger, _limit(run)).start


def _limit(run: TriggerRun) -> int:
    """Return how many more builds the run may start."""
    return run.rules.max_triggers - sum(len(one.builds) for one in run.triggers)

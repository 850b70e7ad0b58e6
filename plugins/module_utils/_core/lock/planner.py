# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to its plan on a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from .claim import plan_claim
from .options.content import is_same
from .options.request import LockRequest, WantedState
from .plan import ChangePlan
from .presence import plan_absence, plan_presence
from .release import plan_release
from .run import LockStore


@dataclass(frozen=True, slots=True)
class LockPlanner:
    """Plans a request. `run_id` is unique to the run, so that no two runs write the same commits."""

    request: LockRequest
    store: LockStore
    run_id: str

    def plan(self, snapshot: Snapshot, now: int) -> ChangePlan:
        """Return the plan; `now` is in seconds since 1970, UTC. Raises BadOption, LockRefused and NotAvailable."""
        request, run_id = self.request, self.run_id
        if request.state is WantedState.CLAIMED:
            return plan_claim(request, snapshot, now, run_id, self.store.oldest_free)
        if request.state is WantedState.UNCLAIMED:
            return plan_release(request, snapshot, run_id)
        if request.state is WantedState.ABSENT:
            return plan_absence(request, snapshot, run_id)
        return plan_presence(request, snapshot, now, run_id, self._has_content)

    def _has_content(self, snapshot: Snapshot, lock: Lock) -> bool:
        content, wanted = self.store.contents(snapshot, [lock])[lock], self.request.content
        if content is None or wanted is None:
            return False
        return is_same(content, wanted) if self.request.content_is_data else content == wanted

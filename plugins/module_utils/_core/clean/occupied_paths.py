# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the place of a lock in unclaimed/ is free."""

from __future__ import annotations

from ..pool.layout import State, find_obstacle
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from .reason import Cause, Reason


class OccupiedPaths:
    """The places in unclaimed/ that are taken: in a snapshot, and by the releases planned so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._locks = {lock.pool_and_name for lock in snapshot.locks}
        self._obstacles = frozenset(snapshot.obstacles)

    def obstacle(self, lock: Lock, target: str) -> Reason | None:
        """Return why a claimed lock cannot be released to the pool `target`, its own or another; None if it can."""
        if lock.is_in_both_states:
            return Reason(Cause.IN_BOTH_STATES)
        if target != lock.pool and f"{target}/{lock.name}" in self._locks:
            return Reason(Cause.NAME_TAKEN, target)
        path = find_obstacle(target, State.UNCLAIMED, lock.name, self._obstacles)
        return None if path is None else Reason(Cause.OBSTACLE, path)

    def take(self, lock: Lock, target: str) -> None:
        """Record that a lock is released to the pool `target`."""
        self._locks.add(f"{target}/{lock.name}")

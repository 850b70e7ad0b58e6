# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commits of a lock repository did to its locks."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from ..claim.claim import Claim
from .layout import State


class MoveKind(enum.StrEnum):
    """What happened to a lock of a pool. A move to another pool is REMOVED in one and ADDED in the other."""

    CLAIMED = "claimed"
    RELEASED = "released"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Move:
    """What one commit did to one lock of a pool.

    `was` and `now` are the states of the lock before and after, None for no such lock. `time` is the committer time,
    UTC. `alone` is true if the commit claimed no other lock of any pool.
    """

    commit: str
    time: datetime
    pool: str
    lock: str
    was: State | None
    now: State | None
    author: str
    message: str
    alone: bool = True

    @property
    def kind(self) -> MoveKind:
        if self.was is None:
            return MoveKind.ADDED
        if self.now is None:
            return MoveKind.REMOVED
        return MoveKind.CLAIMED if self.now is State.CLAIMED else MoveKind.RELEASED

    @property
    def claim(self) -> Claim:
        """The commit as a claim for read_holder(); it has a holder if `now` is claimed."""
        return Claim(self.commit, int(self.time.timestamp()), self.author, self.message, self.alone)

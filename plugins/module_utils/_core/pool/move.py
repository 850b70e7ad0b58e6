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
    """What became of a lock, seen from its pool: a move to another pool is REMOVED there and ADDED here."""

    CLAIMED = "claimed"
    RELEASED = "released"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Move:
    """What one commit did to one lock of a pool.

    `was` is where the lock's file stood before, `now` where it stands since; None is nowhere. `time` is the committer
    time, UTC. `author` and `message` are the commit's; `alone` says that it claimed no other lock of any pool.
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
        """The commit as read_holder() wants it; it names a holder if `now` is claimed."""
        return Claim(self.commit, int(self.time.timestamp()), self.author, self.message, self.alone)

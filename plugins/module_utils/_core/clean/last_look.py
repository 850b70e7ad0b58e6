# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last look at Concourse before a push: how old a judgement may be, and how long to wait for responses.

A judgement ages from the start of the look that it belongs to, which is before its first request. Each look sends new
requests, except for what cannot have changed. It ends when all locks are judged or the wait is over. Locks that are not
judged by then are left to a later look, so they age no judgement of the others. After two looks without any judgement,
no further one is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..verdict.judge import JudgedLock, JudgeLocks
from ..verdict.pool_options import PoolOption

# Seconds from the start of a look to the start of the push.
MAX_AGE = 5.0
# Seconds that a look waits for responses: at first, and after a look without a judgement, when no other lock waits.
WAITS = (2.0, 4.0)


@dataclass(slots=True)
class LastLook:
    """The looks of a run. `timer` returns monotonic seconds; `started` is the start of the latest look that counts."""

    judge: JudgeLocks
    timer: Callable[[], float]
    started: float | None = None
    fruitless: int = 0

    @property
    def is_fresh(self) -> bool:
        """Whether the judgements of the latest look are young enough for a push."""
        return self.started is not None and self.timer() - self.started <= MAX_AGE

    @property
    def is_given_up(self) -> bool:
        """Whether no lock was judged in time in as many looks as there are waits."""
        return self.fruitless >= len(WAITS)

    def take(self, locks: Sequence[Lock], snapshot: Snapshot, pools: Sequence[PoolOption]) -> tuple[JudgedLock, ...]:
        """Judge locks and return the judgements that were ready in time."""
        self.started = self.timer()
        wait = WAITS[min(self.fruitless, len(WAITS) - 1)]
        # In the other order after a look without a judgement: the last locks may have waited for slow ones.
        order = locks[::-1] if self.fruitless else locks
        judged = self.judge(order, snapshot, pools, seconds=wait)
        self.fruitless += not judged
        return judged

    def expire(self) -> None:
        """Let the judgements of the latest look count no more."""
        self.started = None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change locks: plan on a snapshot, write, push; plan again if another push was faster; wait for what others hold."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..pool.change import RepositoryChange
from ..pool.lock import Lock
from ..pool.snapshot import Snapshot
from ..push.loop import PushLoop
from ..push.retry import PushRetry
from ..push.store import CommitStore
from ..shared.errors import RepositoryError
from .plan import ChangePlan, NotAvailable

# Seconds between two requests for the branch, on average: the first, and the most. Each waiting run costs its server
# one request per pause; the pool resource waits 10 seconds as well (its retry_delay).
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0


class LockStore(CommitStore[RepositoryChange], Protocol):
    """The lock repository, for changes of locks. Every method raises RepositoryError."""

    def latest(self) -> Snapshot:
        """Return the state after the last accepted push, without a request where the run knows it."""

    def contents(self, snapshot: Snapshot, locks: Sequence[Lock]) -> Mapping[Lock, bytes | None]:
        """Return the contents of the files of locks, None for one that is too large."""

    def oldest_free(self, snapshot: Snapshot, locks: Sequence[Lock], count: int) -> Sequence[Lock]:
        """Return `count` unclaimed locks or more, those that were free for the longest time first."""


@dataclass(slots=True)
class LockRun:
    """One run. `plan` is made for `snapshot`, by `plan_for` with the time in seconds since 1970, UTC.

    `clock` returns that time, `timer` monotonic seconds. LockRun is a PushTask.
    """

    store: LockStore
    plan_for: Callable[[Snapshot, int], ChangePlan]
    clock: Callable[[], int]
    snapshot: Snapshot = field(default_factory=lambda: Snapshot("", ""))
    plan: ChangePlan = field(default_factory=ChangePlan)
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform
    has_pushed: bool = False
    _now: int = 0

    def decide(self) -> None:
        """Read the branch and plan. Raises BadOption, LockRefused, NotAvailable and RepositoryError."""
        self._now = self.clock()
        self.revise(self.store.snapshot())

    def carry_out(self, retry: Callable[[], PushRetry], wait: int) -> None:
        """Plan and push. Wait up to `wait` seconds for locks that others hold.

        Raises what decide() raises, and RepositoryError if the push fails.
        """
        deadline = self.timer() + wait
        pause = FIRST_PAUSE
        unavailable: NotAvailable | None = None
        while True:
            try:
                self._carry_out(retry)
                return
            except NotAvailable as error:
                unavailable = error
            except _Unreadable as error:
                # While others hold the locks, a server that is down for a while is no reason to give up.
                if unavailable is None or self.timer() >= deadline:
                    raise RepositoryError(str(error)) from None
            left = deadline - self.timer()
            if left <= 0:
                raise unavailable
            self.sleep(min(left, pause * self.uniform(0.5, 1.5)))
            pause = min(2 * pause, LONGEST_PAUSE)

    def changes(self) -> Sequence[RepositoryChange]:
        """Return the changes of the plan."""
        return self.plan.changes

    def revise(self, snapshot: Snapshot) -> None:
        """Plan on another snapshot. Raises BadOption, LockRefused and NotAvailable."""
        self.snapshot = snapshot
        self.plan = self.plan_for(snapshot, self._now)

    def consequence(self) -> str:
        """Return what it means that the push failed."""
        return "nothing was changed"

    def _carry_out(self, retry: Callable[[], PushRetry]) -> None:
        self._now = self.clock()
        try:
            snapshot = self.store.snapshot()
        except RepositoryError as error:
            raise _Unreadable(str(error)) from None
        self.revise(snapshot)
        if self.changes():
            self.has_pushed = PushLoop(self.store, self, snapshot).run(retry())


class _Unreadable(Exception):
    """The branch could not be read."""

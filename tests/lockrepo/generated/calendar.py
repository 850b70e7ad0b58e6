# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reserves commits of a generated history, so that every claim gets its release."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from .change import Change
from .plan import Lock, Plan

LONGEST_HOLD = 2_000  # commits between two events of a lock, at most
Action = Callable[[int], Change]


class Calendar:
    """The future commits by number; commits reserved by the plan are not free."""

    def __init__(self, random: Random, plan: Plan, *, commits: int) -> None:
        self._random = random
        self._plan = plan
        self._due: dict[int, Action] = {}
        self.commits = commits

    def free_slot(self, after: int, before: int | None = None, *, apart: Sequence[int] = ()) -> int | None:
        """Return an early free commit between two others, outside the windows of `apart`, None if no commit is free."""
        room = min(before or self.commits, self.commits) - after - 1
        if room < 1:
            return None
        first = after + int(math.exp(self._random.uniform(0, math.log(min(room, LONGEST_HOLD)))))
        for index in range(first, min(first + 30, after + room + 1)):
            if self._is_free(index) and not any(self._share_window(index, other) for other in apart):
                return index
        return None

    def any_slot(self) -> int | None:
        """Return any free commit after the first, or None."""
        for _attempt in range(50):
            index = self._random.randrange(1, self.commits)
            if self._is_free(index):
                return index
        return None

    def set_aside(self, index: int, action: Action) -> None:
        """Reserve a free commit for an action."""
        self._due[index] = action

    def take(self, index: int | None) -> Action | None:
        """Return the action that a commit is reserved for, and end the reservation."""
        return None if index is None else self._due.pop(index, None)

    def may_touch(self, lock: Lock, index: int) -> bool:
        """Whether the lock can change in this commit: within a window no lock changes twice."""
        window = self._plan.windows.get(index)
        others = [lock.due, lock.last.index if lock.last else None]
        return window is None or not (
            lock.window is window or any(other is not None and self._share_window(index, other) for other in others)
        )

    def touch(self, lock: Lock, index: int) -> None:
        """Record that the lock changed in this commit."""
        lock.window = self._plan.windows.get(index)

    def _is_free(self, index: int) -> bool:
        return index not in self._due and index not in self._plan.claims and not self._plan.is_merge(index)

    def _share_window(self, one: int, other: int) -> bool:
        window = self._plan.windows.get(one)
        return window is not None and self._plan.windows.get(other) is window

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of the commits of a generated history."""

from __future__ import annotations

from random import Random

UNTIL = 1_795_300_000  # default committer time of the newest commit: 2026-11-21
LONGEST = 11 * 365 * 86_400  # seconds from the first commit to the last, at most
USUAL_STEP = 900  # seconds between two commits of a busy repository


class Timeline:
    """Committer times, in seconds since the epoch, for `commits` commits up to `until`.

    Mostly ascending; one in fifty is earlier than a previous one, because clocks of machines differ.
    """

    def __init__(self, random: Random, *, commits: int, until: int) -> None:
        self._random = random
        self._step = max(1, min(LONGEST // commits, USUAL_STEP))
        self._begin = until - self._step * (commits - 1)

    def at(self, index: int) -> int:
        """Return the committer time of commit `index`, counted from 0."""
        early = self._random.randint(1, 4 * self._step) if self._random.random() < 0.02 else 0
        return self._begin + index * self._step - early

    def authored(self, at: int) -> int:
        """Return the author time of a commit made at `at`: the same, or up to a day earlier for a rebased commit."""
        return at - self._random.randint(60, 86_400) if self._random.random() < 0.02 else at

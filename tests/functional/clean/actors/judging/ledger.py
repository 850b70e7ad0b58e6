# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The teams' own records of their locks, against which every release is checked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimNote:
    """A claim that was pushed: `build` is the id of the claiming build, None for a person; `where` is its API path."""

    commit: str
    pool: str
    lock: str
    build: int | None
    where: str


class Ledger:
    """Claims and releases by commit, the times of re-runs and pressed buttons by build id, of new get steps by job id.

    `unheard` are the claims of which Concourse has no output. `missing` are builds that wanted to work with a lock, or
    release it, and found it taken away: claim, build, time.
    """

    def __init__(self, wanted: int) -> None:
        self.claims: dict[str, ClaimNote] = {}
        self.releases: dict[str, str] = {}
        self.reruns: dict[int, float] = {}
        self.presses: dict[int, float] = {}
        self.changes: dict[int, list[float]] = {}
        self.unheard: list[str] = []
        self.missing: list[tuple[str, int, float]] = []
        self.counts: Counter[str] = Counter()
        self._left = wanted
        self._guard = threading.Lock()

    def another_claim(self) -> bool:
        """Return whether one more claim is wanted, and count it."""
        with self._guard:
            self._left -= 1
            return self._left >= 0

    def no_claim_after_all(self) -> None:
        with self._guard:
            self._left += 1

    def claimed(self, note: ClaimNote, *, unheard: bool = False) -> None:
        with self._guard:
            self.claims[note.commit] = note
            self.unheard += [note.commit] * unheard
            self.counts["claims"] += 1

    def released(self, commit: str, claim: str) -> None:
        with self._guard:
            self.releases[commit] = claim
            self.counts["releases by holders"] += 1

    def is_over(self, claim: str) -> bool:
        """Return whether the holder has released the lock."""
        with self._guard:
            return claim in self.releases.values()

    def changed(self, job: int, at: float) -> None:
        """Note that a get step of a job has a new name: Concourse may run the job again with what it had."""
        with self._guard:
            self.changes.setdefault(job, []).append(at)

    def missed(self, claim: str, build: int) -> None:
        with self._guard:
            self.missing.append((claim, build, time.time()))

    def count(self, what: str) -> None:
        with self._guard:
            self.counts[what] += 1

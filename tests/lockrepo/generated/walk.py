# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides the changes of locks commit by commit: claims, releases, additions and removals by builds and people."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ..entries import File, join
from ..stream import write
from . import people
from .calendar import Calendar
from .change import Change, adding, claiming, releasing, removing, updating
from .plan import LastingClaim, Lock, Plan
from .sampled import SampledSet
from .voices import Voices


class Walk:
    """Decides what each commit does. Every temporary claim reserves a commit for its release."""

    def __init__(
        self, random: Random, plan: Plan, *, locks: Sequence[Lock], commits: int, voices: Voices, unrelated: int
    ) -> None:
        self._random = random
        self._plan = plan
        self._voices = voices
        self._calendar = Calendar(random, plan, commits=commits)
        self._pools = sorted({lock.home for lock in locks})
        self._unrelated = unrelated
        self._passing = 0
        self._free: SampledSet[Lock] = SampledSet()
        self._held: SampledSet[Lock] = SampledSet()
        for lock in locks:
            self._enter(lock)

    def change(self, index: int) -> Change:
        """Return the change of commit `index`, which is neither the first nor a merge."""
        claim = self._plan.claims.get(index)
        if claim:
            return self._claim_for_good(claim)
        action = self._calendar.take(index)
        if action:
            return action(index)
        chance = self._random.random()
        change = None
        if chance < 0.55:
            change = self._claim(index)
        elif chance < 0.57:
            change = self._update(index)
        elif chance < 0.58:
            change = self._release_several(index)
        elif chance < 0.6:
            change = self._let_pass(index)
        return change or self._something_else(index)

    def _enter(self, lock: Lock) -> None:
        if lock.last is None and not lock.present:
            slot = self._calendar.any_slot()
            if slot is not None:
                self._calendar.set_aside(slot, lambda index: self._add(index, lock))
            lock.present = slot is None
        if lock.present:
            self._free.add(lock)

    def _add(self, index: int, lock: Lock) -> Change:
        self._calendar.touch(lock, index)
        self._free.add(lock)
        author, message = self._voices.some_build(index, f"adding unclaimed: {lock.name}")
        return Change(author, message, [adding(lock, "unclaimed")])

    def _claim_for_good(self, claim: LastingClaim) -> Change:
        author, message, claim.holder = self._voices.claim_for_good(claim)
        lines = []
        for lock in claim.locks:
            lines.append(adding(lock, "claimed") if claim.adding else claiming(lock, pool=lock.pool))
            lock.home = lock.pool
            self._calendar.touch(lock, claim.index)
            self._free.discard(lock)
            self._held.add(lock)
        return Change(author, message, lines)

    def _claim(self, index: int) -> Change | None:
        for lock in self._free.draw(self._random, 8):
            last = lock.last.index if lock.last else self._calendar.commits
            slot = self._calendar.free_slot(index, last, apart=[index, last])
            if slot is not None and self._calendar.may_touch(lock, index):
                return self._claim_until(slot, index, lock)
        return None

    def _claim_until(self, slot: int, index: int, lock: Lock) -> Change:
        author, message = self._voices.claim(index, lock)
        lock.due = slot
        self._calendar.set_aside(slot, lambda now: self._release(now, lock, message))
        self._calendar.touch(lock, index)
        self._free.discard(lock)
        self._held.add(lock)
        return Change(author, message, [claiming(lock)])

    def _release(self, index: int, lock: Lock, claimed_with: str) -> Change:
        author, message = self._voices.release(index, lock, claimed_with)
        return Change(author, message, [self._set_free(index, lock)])

    def _set_free(self, index: int, lock: Lock) -> bytes:
        self._calendar.take(lock.due)
        self._calendar.touch(lock, index)
        lock.due = None
        self._held.discard(lock)
        self._free.add(lock)
        return releasing(lock)

    def _release_several(self, index: int) -> Change | None:
        drawn = self._held.draw(self._random, 6)
        stuck = [lock for lock in drawn if lock.due is not None and self._calendar.may_touch(lock, index)]
        if len(stuck) < 2:
            return None
        names = [lock.name for lock in stuck]
        author, message = people.release_message(stuck[0].home, names, random=self._random, quoted="")
        return Change(author, message, [self._set_free(index, lock) for lock in stuck])

    def _update(self, index: int) -> Change | None:
        for lock in self._held.draw(self._random, 3):
            if self._calendar.may_touch(lock, index):
                self._calendar.touch(lock, index)
                author, message = self._voices.some_build(index, f"updating: {lock.name}")
                return Change(author, message, [updating(lock, f"name: {lock.name}\nupdate: {index}\n")])
        return None

    def _let_pass(self, index: int) -> Change | None:
        # a lock that is added, claimed once and removed, as in pools of single-use environments
        claimed_at = self._calendar.free_slot(index, apart=[index])
        removed_at = claimed_at and self._calendar.free_slot(claimed_at, apart=[index, claimed_at])
        if not claimed_at or not removed_at:
            return None
        self._passing += 1
        pool = self._random.choice(self._pools)
        lock = Lock(pool, f"fresh-{self._passing}", File(f"number: {self._passing}\n"), home=pool)

        def says(now: int, verb: str, line: bytes) -> Change:
            return Change(*self._voices.some_build(now, f"{verb}: {lock.name}"), [line])

        self._calendar.set_aside(claimed_at, lambda now: says(now, "claiming", claiming(lock)))
        self._calendar.set_aside(removed_at, lambda now: says(now, "removing", removing(lock)))
        return says(index, "adding unclaimed", adding(lock, "unclaimed"))

    def _something_else(self, index: int) -> Change:
        if self._unrelated and self._random.random() < 0.4:
            number = self._random.randrange(self._unrelated)
            file = write(f"ci/versions/component-{number}".encode(), File(f"{index}\n"))
            return Change(self._random.choice(people.PEOPLE), f"Bump component-{number} to {index}", [file])
        triggers, removals = self._random.randint(0, 9), self._random.randint(0, 9)
        pool = self._random.choice(self._pools)
        message = f"triggering build with pending triggers: {triggers}; pending removals: {removals}"
        counts = {".pending-triggers": triggers, ".pending-removals": removals}
        lines = [write(join(pool, name), File(f"{count}\n")) for name, count in counts.items()]
        return Change(people.TRIGGERER, message, lines)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authors and messages of generated commits in each period of the history."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ..formats import FORMATS
from ..holders import PERSON, Build, ExpectedHolder
from ..stream import OLD_RESOURCE, RESOURCE, Person
from . import people
from .people import random_build
from .plan import LastingClaim, Lock

OWN_AUTHOR = Person("Release Bot", "release-bot@example.com")  # `git_config` can set a resource's author
RENAMED_AT = 0.68  # fraction of the history after which the resource commits as `git`
EVERYDAY_KINDS = tuple(kind for kind in people.PERSON_KINDS if kind not in ("several", "moved"))


class Voices:
    """Draws authors and messages; `kinds` are the allowed formats and kinds of manual claims."""

    def __init__(self, random: Random, *, commits: int, kinds: Sequence[str]) -> None:
        self._random = random
        self._commits = commits
        self._formats = [kind for kind in kinds if kind in FORMATS] or ["bare"]
        self._previous: tuple[str, Build] | None = None

    def some_build(self, index: int, text: str) -> tuple[Person, str]:
        """Return author and message of any build for `text` (such as `removing: env-1`), in a format of the period."""
        name, build = self._build_of_its_time(index)
        return self._resource(index), FORMATS[name].write(build, text)

    def claim(self, index: int, lock: Lock) -> tuple[Person, str]:
        """Return author and message of a temporary claim, mostly by a build."""
        if self._random.random() < 0.05:
            lock.build = None
            return self._by_hand(self._random.choice(EVERYDAY_KINDS), lock, index)
        lock.format, lock.build = self._build_of_its_time(index)
        return self._resource(index), FORMATS[lock.format].write(lock.build, f"claiming: {lock.name}")

    def release(self, index: int, lock: Lock, claimed_with: str) -> tuple[Person, str]:
        """Return author and message of a release by the claiming build, another build, or a person."""
        chance, text = self._random.random(), f"unclaiming: {lock.name}"
        if chance < 0.7 and lock.build:
            return self._resource(index), FORMATS[lock.format].write(lock.build, text)
        if chance < 0.87:
            return self.some_build(index, text)
        return people.release_message(lock.home, [lock.name], random=self._random, quoted=claimed_with)

    def claim_for_good(self, claim: LastingClaim) -> tuple[Person, str, ExpectedHolder]:
        """Return a lasting claim and its holder; sometimes the build of the previous claim takes another lock."""
        lock = claim.locks[0]
        if claim.kind not in FORMATS:
            return *self._by_hand(claim.kind, lock, claim.index), PERSON
        build = random_build(self._random, FORMATS[claim.kind].names)
        if claim.joins and self._previous:
            claim.kind, build = self._previous
        self._previous = claim.kind, build
        verb = "adding claimed" if claim.adding else "claiming"
        message = FORMATS[claim.kind].write(build, f"{verb}: {lock.name}")
        return self._resource(claim.index), message, FORMATS[claim.kind].expect(build)

    def _by_hand(self, kind: str, lock: Lock, index: int) -> tuple[Person, str]:
        _author, quoted = self.some_build(index, f"{'un' if kind == 'revert' else ''}claiming: {lock.name}")
        return people.claim_message(kind, lock.pool, lock.name, random=self._random, quoted=quoted)

    def _build_of_its_time(self, index: int) -> tuple[str, Build]:
        progress = index / self._commits
        current = [name for name in self._formats if FORMATS[name].era[0] <= progress <= FORMATS[name].era[1]]
        name = self._random.choice(current or self._formats)
        return name, random_build(self._random, FORMATS[name].names)

    def _resource(self, index: int) -> Person:
        if self._random.random() < 0.05:
            return OWN_AUTHOR
        return OLD_RESOURCE if index < RENAMED_AT * self._commits else RESOURCE

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a generated history: its side branches and its lasting claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from ..entries import File
from ..formats import FORMATS
from ..holders import Build, ExpectedHolder
from .people import PERSON_KINDS

KINDS = (*FORMATS, *PERSON_KINDS)
SUMMED = 4  # maximum of locks in one commit of a person


@dataclass(eq=False)
class Lock:
    """A lock of the history. `pool` is its final pool, `home` its pool until a person moves it.

    `due` is the commit reserved for its release, `last` its lasting claim, `window` that of its last change; `format`
    and `build` describe the build that holds it.
    """

    pool: str
    name: str
    file: File
    home: str
    present: bool = True
    due: int | None = None
    last: LastingClaim | None = None
    window: Window | None = None
    format: str = ""
    build: Build | None = None


@dataclass(eq=False)
class LastingClaim:
    """Commit `index` claims `locks` until the end, in the format `kind`; `adding`: the locks are new.

    `joins`: the build of the previous claim may take these locks too. `at` (committer time) and `holder`
    are set when the commit is written.
    """

    index: int
    kind: str
    locks: list[Lock] = field(default_factory=list)
    adding: bool = False
    joins: bool = False
    at: int = 0
    holder: ExpectedHolder | None = None


@dataclass(eq=False)
class Window:
    """A side branch: forks before commit `start`, gets the commits `side`, and is merged by commit `end`.

    `backwards`: a pull before the push made the side branch the merge's first parent. Within a window each
    lock changes at most once, on either side, so that its history has one last change.
    """

    start: int
    end: int
    side: frozenset[int]
    backwards: bool
    main_changes: list[bytes] = field(default_factory=list)
    side_changes: list[bytes] = field(default_factory=list)


@dataclass
class Plan:
    """The windows by commit, and the lasting claims by commit."""

    windows: dict[int, Window]
    claims: dict[int, LastingClaim]

    def is_merge(self, index: int) -> bool:
        """Whether this commit is a merge."""
        return index in self.windows and self.windows[index].end == index


def make_plan(
    random: Random, *, claimed: Sequence[Lock], commits: int, oldest: int, merges: int, kinds: Sequence[str]
) -> Plan:
    """Plan at most `merges` side branches and the claims of all `claimed` locks; the oldest is `oldest` deep."""
    plan = Plan(_windows(random, commits=commits, merges=merges, never_merge=commits - 1 - oldest), {})
    deck: list[str] = []
    waiting = list(claimed)
    while waiting:
        deck = deck or random.sample(kinds, len(kinds))
        kind = deck.pop()
        count = min(len(waiting), random.randint(2, SUMMED) if kind == "several" else 1)
        claim = LastingClaim(_free_index(random, plan, commits=commits, oldest=oldest), kind)
        claim.locks, waiting = waiting[:count], waiting[count:]
        claim.adding = kind in FORMATS and random.random() < 0.06
        claim.joins = len(plan.claims) >= len(kinds) and random.random() < 0.3  # after one claim of each kind
        plan.claims[claim.index] = claim
        for lock in claim.locks:
            lock.last, lock.present = claim, not claim.adding
    return plan


def _windows(random: Random, *, commits: int, merges: int, never_merge: int) -> dict[int, Window]:
    windows: dict[int, Window] = {}
    for _attempt in range(merges if commits > 40 else 0):
        start, length = random.randrange(10, commits - 15), random.randint(4, 12)
        inside = range(start, start + length)
        if windows.keys() & set(range(start - 1, start + length + 1)) or start + length == never_merge:
            continue
        side = frozenset(random.sample(inside, random.randint(1, 3)))
        window = Window(start, start + length, side, backwards=random.random() < 0.3)
        windows |= dict.fromkeys([*inside, window.end], window)
    return windows


def _free_index(random: Random, plan: Plan, *, commits: int, oldest: int) -> int:
    first = commits - 1 - oldest
    if not plan.claims:
        return first
    # most claims are young: depths are spread evenly over orders of magnitude
    index = commits - int(math.exp(random.uniform(0, math.log(oldest + 1))))
    candidates: Iterable[int] = chain(range(index, first, -1), range(index + 1, commits))
    for candidate in candidates:
        if candidate not in plan.claims and not plan.is_merge(candidate):
            return candidate
    raise ValueError(f"{oldest} commits after the oldest claim are too few for so many claims")

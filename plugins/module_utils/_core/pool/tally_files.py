# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two files in which a pool-trigger-resource counts builds (its README), and what can be wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

TRIGGERS_FILE = ".pending-triggers"
REMOVALS_FILE = ".pending-removals"
TALLY_FILES = {TRIGGERS_FILE: "builds to start", REMOVALS_FILE: "expected claims"}
TALLY_FILE_NAMES = tuple(name.encode() for name in TALLY_FILES)

# Shells read what `echo` wrote; more digits are no count of locks.
_COUNT = re.compile(r"\s*(-?\d{1,9})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class TallyCounts:
    """How many builds are still to be started, and how many were started and have not claimed yet."""

    triggers: int
    removals: int

    @property
    def is_negative(self) -> bool:
        return self.triggers < 0 or self.removals < 0

    @property
    def total(self) -> int:
        return self.triggers + self.removals

    def give_back(self, builds: int) -> TallyCounts:
        """Return the tally with `builds` of the counted builds to be started again."""
        returned = min(builds, self.removals)
        return TallyCounts(self.triggers + returned, self.removals - returned)

    def start(self, builds: int) -> TallyCounts:
        """Return the tally after `builds` more builds were started."""
        return TallyCounts(self.triggers - builds, self.removals + builds)


@dataclass(frozen=True, slots=True)
class TallyMismatch:
    """A tally that is not the number of unclaimed locks. Builds that have claimed since the count can explain it."""

    pool: str
    tally: TallyCounts
    unclaimed: int


def read_count(text: str | None) -> int | None:
    """Return the number in the content of a tally file, None if it is not a number."""
    found = None if text is None else _COUNT.fullmatch(text)
    return None if found is None else int(found[1])


def read_tally(triggers: str | None, removals: str | None) -> TallyCounts | None:
    """Return the tally in the contents of the two files, None if one is missing or is not a number."""
    counts = read_count(triggers), read_count(removals)
    return None if counts[0] is None or counts[1] is None else TallyCounts(counts[0], counts[1])


def tally_problems(unclaimed: int, contents: Mapping[str, str | None]) -> list[str]:
    """Return what is wrong with the tally files of a pool, as far as the files alone show it.

    `contents` is the content of each file of TALLY_FILES, None for a missing one.
    """
    problems = []
    for name, text in contents.items():
        count = read_count(text)
        if text is not None and count is None:
            problems.append(f"{name} does not hold a number")
        elif count is not None and not 0 <= count <= unclaimed:
            problems.append(
                f"{name} has drifted: it counts {count} {TALLY_FILES[name]}, the pool has {unclaimed} unclaimed locks"
            )
    return problems


def tally_mismatch(pool: str, unclaimed: int, contents: Mapping[str, str | None]) -> TallyMismatch | None:
    """Return the mismatch between the tally files and the unclaimed locks of a pool, None if they match."""
    tally = read_tally(contents[TRIGGERS_FILE], contents[REMOVALS_FILE])
    if tally is None or tally.is_negative or tally.total == unclaimed:
        return None
    return TallyMismatch(pool, tally, unclaimed)

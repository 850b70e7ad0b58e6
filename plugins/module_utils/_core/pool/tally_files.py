# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two files in which a pool-trigger-resource counts builds (its README); each holds a number as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

TRIGGERS_FILE = ".pending-triggers"
REMOVALS_FILE = ".pending-removals"

TALLY_FILES = {TRIGGERS_FILE: "builds to start", REMOVALS_FILE: "claims to come"}

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

    def give_back(self, builds: int) -> TallyCounts:
        """The tally with so many builds to be started again, of those that were counted and could not be started."""
        returned = min(builds, self.removals)
        return TallyCounts(self.triggers + returned, self.removals - returned)

    def start(self, builds: int) -> TallyCounts:
        return TallyCounts(self.triggers - builds, self.removals + builds)


def read_count(text: str | None) -> int | None:
    """Read the content of one of the files; None if it is no number."""
    found = None if text is None else _COUNT.fullmatch(text)
    return None if found is None else int(found[1])

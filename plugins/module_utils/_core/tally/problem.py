# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a tally, and the sentences for it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..pool.tally_files import REMOVALS_FILE, TRIGGERS_FILE
from ..shared.text import count_text


class TallyProblemKind(enum.Enum):
    """The kinds of problems. `{first}` and `{second}` are the numbers of the problem."""

    NOT_A_NUMBER = f"{TRIGGERS_FILE} or {REMOVALS_FILE} is not a number, so the builds are counted from scratch"
    NO_COMMIT = f"no commit that wrote {TRIGGERS_FILE} was found, so the builds are counted from scratch"
    NEGATIVE = (
        "the tally is negative, {first} builds to start and {second} expected claims, so the builds are counted from"
        " scratch"
    )
    LOST_BUILDS = "the tally counts {builds} that cannot be found and have claimed no lock, so they are started again"
    MORE_THAN_LOCKS = (
        f"{TRIGGERS_FILE} has drifted: {{first}} builds to start, and {{second}} free locks without one, so"
        " {second} are started"
    )
    UNCOUNTED_BUILDS = (
        f"{REMOVALS_FILE} does not count {{builds}} already waiting for a lock, so fewer builds are started"
    )
    UNCOUNTED_LOCKS = (
        "{first} of {second} free locks are not in the tally, so no build is started for them:"
        f" delete {TRIGGERS_FILE} and {REMOVALS_FILE} to count all locks from scratch"
    )

    @property
    def is_corrected(self) -> bool:
        """Whether the plan corrects the tally. Uncounted locks are left: somebody may want them without a build."""
        return self is not TallyProblemKind.UNCOUNTED_LOCKS


@dataclass(frozen=True, slots=True)
class TallyProblem:
    """One problem, with the numbers that it is about."""

    kind: TallyProblemKind
    first: int = 0
    second: int = 0

    def __str__(self) -> str:
        builds = count_text(self.first, "build")
        return self.kind.value.format(first=self.first, second=self.second, builds=builds)

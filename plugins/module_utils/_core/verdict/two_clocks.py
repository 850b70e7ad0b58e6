# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which time counts if the clock of this machine and that of Concourse differ.

Concourse dates the ends of builds, this machine reads how long ago they were. Which of the two is wrong is unknown, so
a wait begins by the clock that is ahead and ends by the one that is behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..shared.times import duration_text, iso_time
from .claiming_build import CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class TwoClocks:
    """What both clocks show at one moment, in seconds since 1970, UTC; `concourse` is None if that is unknown."""

    own: int
    concourse: int | None = None

    @property
    def ahead(self) -> int:
        """The seconds that this machine is ahead of Concourse, negative if it is behind; 0 within the usual skew."""
        difference = 0 if self.concourse is None else self.own - self.concourse
        return difference if abs(difference) > CLOCK_SKEW else 0

    @property
    def earlier(self) -> int:
        """The time by which waits and holds end."""
        return self.own - max(self.ahead, 0)

    @property
    def later(self) -> int:
        """The time at which a wait begins."""
        return self.own - min(self.ahead, 0)

    @property
    def warning(self) -> str | None:
        """What the difference means, and what to do; None without a difference."""
        if not self.ahead:
            return None
        which = "ahead of" if self.earlier < self.own else "behind"
        return (
            f"The clock of this machine is {duration_text(abs(self.ahead) // 60)} {which} that of Concourse: times"
            " count by the clock that is behind, so locks are released later, never earlier. Set the clock that is"
            f" wrong: here it is {iso_time(self.own)}, at Concourse {iso_time(self.concourse)}."
        )

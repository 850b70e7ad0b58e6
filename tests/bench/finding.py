# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a bench: one line of the table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Unit = Literal["x", "MB"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A repeated measurement and the goal for its median; None for a figure without a goal.

    `values` are ratios of paired runs (unit `x`), or megabytes (10^6 bytes). For ratios `ours` and `theirs` are the
    seconds of each run. `details` are explaining figures by name.
    """

    bench: str
    what: str
    values: Sequence[float]
    unit: Unit = "x"
    goal: float | None = None
    ours: Sequence[float] = ()
    theirs: Sequence[float] = ()
    details: dict[str, float] | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """`met`, `MISSED`, or `-` without a goal."""
        if self.goal is None:
            return "-"
        return "met" if self.median <= self.goal else "MISSED"

    @property
    def is_missed(self) -> bool:
        return self.verdict == "MISSED"


@dataclass(frozen=True)
class NotMeasured:
    """A bench, or a part of one, that could not run here, and the reason."""

    bench: str
    what: str
    reason: str

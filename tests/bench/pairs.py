# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paired measurements: two actions in turn, so that a temporary slowdown affects both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Measured = Callable[[], float]  # runs once and returns the seconds


@dataclass(frozen=True)
class Pairs:
    """The seconds of each run by pair."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True))


def alternate(ours: Measured, theirs: Measured, *, pairs: int, warm_up: int = 1) -> Pairs:
    """Measure ours, theirs, ours, theirs ...; the first `warm_up` pairs do not count."""
    both = [(ours(), theirs()) for _pair in range(warm_up + pairs)][warm_up:]
    return Pairs(tuple(first for first, _second in both), tuple(second for _first, second in both))


def timed(action: Callable[..., object], *arguments: object, **keywords: object) -> float:
    """Return how many seconds an action takes."""
    started = time.perf_counter()
    action(*arguments, **keywords)
    return time.perf_counter() - started

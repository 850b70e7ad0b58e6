# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats findings as a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .finding import Finding, NotMeasured

_COLUMNS = "{:62} {:>9} {:>9}  {:>22} {:>6}  {}"
HEADER = _COLUMNS.format("MEASURED", "OURS", "AGAINST", "MEDIAN (MIN-MAX)", "GOAL", "").rstrip()


def line(found: Finding | NotMeasured) -> str:
    """Return one line of the table."""
    what = f"({found.bench}) {found.what}"
    if isinstance(found, NotMeasured):
        return f"{what}: NOT MEASURED, {found.reason}"
    spread = f"{_number(found.median)} ({_number(min(found.values))}-{_number(max(found.values))}) {found.unit}"
    goal = "-" if found.goal is None else f"{found.goal:g}"
    return _COLUMNS.format(what, _seconds(found.ours), _seconds(found.theirs), spread, goal, found.verdict)


def about(machine: Mapping[str, Any]) -> str:
    """Describe the machine in two lines."""
    programs = ", ".join(
        f"{name} {machine[name]}" for name in ("python", "git", "ansible-core", "GitPython", "requests")
    )
    size = f"{machine['cores']} cores, {machine['memory_gib']:g} GiB, load {machine['load']}"
    return f"{machine['date']}, {size}, {machine['system']}\n{programs}"


def summary(findings: Sequence[Finding | NotMeasured], seconds: float) -> str:
    """Return the last line: the number of goals and of missed goals."""
    goals = [found for found in findings if isinstance(found, Finding) and found.goal is not None]
    missed = sum(found.is_missed for found in goals)
    skipped = sum(isinstance(found, NotMeasured) for found in findings)
    rest = f", {skipped} benches or parts not measured" if skipped else ""
    return f"Goals: {len(goals)}, missed: {missed or 'none'}{rest}; {seconds:.0f} s in total."


def _seconds(values: Sequence[float]) -> str:
    if not values:
        return ""
    median = statistics.median(values)
    return f"{median:.2f} s" if median >= 1 else f"{median * 1000:.0f} ms"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.3f}" if value < 0.2 else f"{value:.2f}"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that take longest, for the summary of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest

from scripts.junit import TestCase

SHOWN = 10


def slowest_tests(cases: Mapping[str, Iterable[TestCase]]) -> Iterator[str]:
    """Yield a line for each of the slowest tests; ``cases`` are the tests of each stage by its name."""
    every = [(case.seconds, case.name, stage) for stage, tests in cases.items() for case in tests]
    slowest = nlargest(SHOWN, every)
    if slowest:
        yield f"The {len(slowest)} slowest tests, with set-up:"
    for seconds, name, stage in slowest:
        yield f"{seconds:8.1f} s  {name} ({stage})"

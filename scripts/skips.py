# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that were skipped, and whether a component is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.junit import TestCase

# A skip reason with this prefix is expected: the test does not apply to this system or this user.
HARMLESS = "platform:"


@dataclass(frozen=True)
class Skip:
    """A skipped test and its reason."""

    test: str
    reason: str

    @property
    def hides_a_missing_part(self) -> bool:
        """Whether the test was skipped because a component is not installed."""
        return not self.reason.startswith(HARMLESS)


def find_skips(cases: Iterable[TestCase]) -> Iterator[Skip]:
    """Yield the skipped tests among ``cases``."""
    for case in cases:
        for reason in case.skipped:
            yield Skip(case.name, reason)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks by group as a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .._round.groups import GROUPS, Group


@dataclass(frozen=True)
class GroupBar:
    """The locks of a pool or of a repository by group."""

    groups: Mapping[Group, int]

    @property
    def locks(self) -> int:
        return sum(self.groups.values())

    @property
    def in_words(self) -> str:
        """The bar as text for screen readers: `3 free, 2 in use`."""
        counts = [f"{self.groups[one]} {one.heading.lower()}" for one in GROUPS if self.groups.get(one)]
        return ", ".join(counts) or "no locks"

    def segments(self) -> list[tuple[Group, float, float]]:
        """The bar: each group with its start and its width, in hundredths of the whole."""
        found, start = [], 0
        for group in GROUPS:
            count = self.groups.get(group, 0)
            if count:
                found.append((group, round(100 * start / self.locks, 2), round(100 * count / self.locks, 2)))
            start += count
        return found

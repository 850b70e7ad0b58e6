# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set that draws a random member in constant time."""

from __future__ import annotations

from random import Random
from typing import Generic, TypeVar

Member = TypeVar("Member")


class SampledSet(Generic[Member]):
    """Adds, discards and draws in constant time; draws depend only on the previous calls."""

    def __init__(self) -> None:
        self._members: list[Member] = []
        self._places: dict[Member, int] = {}

    def add(self, member: Member) -> None:
        """Add a member."""
        if member not in self._places:
            self._places[member] = len(self._members)
            self._members.append(member)

    def discard(self, member: Member) -> None:
        """Remove a member if it exists."""
        place = self._places.pop(member, None)
        if place is not None:
            last = self._members.pop()
            if last is not member:
                self._members[place] = last
                self._places[last] = place

    def draw(self, random: Random, count: int) -> list[Member]:
        """Return at most `count` different random members; they stay in the set."""
        return random.sample(self._members, min(count, len(self._members)))

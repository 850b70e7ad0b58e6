# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set from which a random member can be drawn at once, whatever its size."""

from __future__ import annotations

from random import Random
from typing import Generic, TypeVar

Member = TypeVar("Member")


class SampledSet(Generic[Member]):
    """Add, discard and draw in constant time; the order of drawing depends only on the calls made."""

    def __init__(self) -> None:
        self._members: list[Member] = []
        self._places: dict[Member, int] = {}

    def add(self, member: Member) -> None:
        """Take a member in, once."""
        if member not in self._places:
            self._places[member] = len(self._members)
            self._members.append(member)

    def discard(self, member: Member) -> None:
        """Let a member go, if it is one."""
        place = self._places.pop(member, None)
        if place is not None:
            last = self._members.pop()
            if last is not member:
                self._members[place] = last
                self._places[last] = place

    def draw(self, random: Random, count: int) -> list[Member]:
        """At most `count` different members, by chance; they stay members."""
        return random.sample(self._members, min(count, len(self._members)))

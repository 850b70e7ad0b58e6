# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of the verdicts, by which a person counts locks."""

from __future__ import annotations

import enum

from ...module_utils._core.verdict.verdict import VerdictName


class Group(enum.StrEnum):
    """The groups of the verdicts. The values are names of classes in the style sheet."""

    LEFT = "left"
    UNKNOWN = "unknown"
    PERSON = "person"
    USE = "use"
    FREE = "free"

    @property
    def heading(self) -> str:
        """The group in two words."""
        return _HEADINGS[self]


_HEADINGS = {
    Group.LEFT: "Left behind",
    Group.UNKNOWN: "Not known",
    Group.PERSON: "By hand",
    Group.USE: "In use",
    Group.FREE: "Free",
}

# From good to bad, the order in which groups are shown.
GROUPS = (Group.FREE, Group.USE, Group.PERSON, Group.UNKNOWN, Group.LEFT)

_GROUPS: dict[str, Group] = {
    VerdictName.FREE: Group.FREE,
    VerdictName.RUNNING: Group.USE,
    VerdictName.HANDED_OFF: Group.USE,
    VerdictName.MANUAL: Group.PERSON,
    VerdictName.HELD: Group.PERSON,
    VerdictName.UNREACHABLE: Group.UNKNOWN,
    VerdictName.UNVERIFIED: Group.UNKNOWN,
    VerdictName.FOREIGN: Group.UNKNOWN,
    VerdictName.ZOMBIE: Group.LEFT,
    VerdictName.ERRORED: Group.LEFT,
    VerdictName.ABORTED: Group.LEFT,
    VerdictName.LEAKED: Group.LEFT,
    VerdictName.FAILED: Group.LEFT,
    VerdictName.GONE: Group.LEFT,
    VerdictName.EXPIRED: Group.LEFT,
}


def group_of(verdict: str) -> Group:
    """Return the group of a verdict; one of a later release is not known."""
    return _GROUPS.get(verdict, Group.UNKNOWN)

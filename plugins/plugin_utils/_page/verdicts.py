# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups and texts of the verdicts on the page."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from ...module_utils._core.verdict.severity import severity_rank
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


@dataclass(frozen=True)
class Word:
    """A verdict on the page; `rank` sorts, the worst first."""

    key: str
    group: Group
    meaning: str
    rank: int = 99

    @property
    def title(self) -> str:
        """The verdict in words."""
        return self.key.replace("_", " ")


_MEANINGS: Mapping[VerdictName, tuple[Group, str]] = {
    VerdictName.ZOMBIE: (Group.LEFT, "claimed after its build had ended"),
    VerdictName.ERRORED: (Group.LEFT, "the build that claimed it errored, by a lost worker for example"),
    VerdictName.ABORTED: (Group.LEFT, "the build that claimed it was aborted"),
    VerdictName.LEAKED: (Group.LEFT, "the build that claimed it succeeded, and no build will release it"),
    VerdictName.FAILED: (
        Group.LEFT,
        "the build that claimed it failed; teams often inspect the environment of a failed build",
    ),
    VerdictName.GONE: (Group.LEFT, "Concourse has no such build, or its name belongs to a later one"),
    VerdictName.EXPIRED: (Group.LEFT, "held by a person or a playbook until a time that is over"),
    VerdictName.UNREACHABLE: (Group.UNKNOWN, "Concourse gave no credible response"),
    VerdictName.UNVERIFIED: (Group.UNKNOWN, "no Concourse is configured, or the claim names no build"),
    VerdictName.FOREIGN: (Group.UNKNOWN, "the claim names another Concourse"),
    VerdictName.MANUAL: (Group.PERSON, "claimed by a person, without an end"),
    VerdictName.HELD: (Group.PERSON, "held by a person or a playbook until a time that has not come"),
    VerdictName.HANDED_OFF: (Group.USE, "its build succeeded; a later one uses the lock, or a job can still take it"),
    VerdictName.RUNNING: (Group.USE, "the build that claimed it is pending or started"),
    VerdictName.FREE: (Group.FREE, "the lock is not claimed"),
}

WORDS: Mapping[str, Word] = {
    name.value: Word(name.value, *_MEANINGS[name], severity_rank(name)) for name in sorted(_MEANINGS, key=severity_rank)
}

UNREACHABLE = VerdictName.UNREACHABLE.value
# The groups whose verdicts depend on a response of Concourse.
ANSWERED = frozenset({Group.LEFT, Group.USE})


def word_for(verdict: str) -> Word:
    """Return the word for a verdict; an unknown verdict is shown as it is."""
    return WORDS.get(verdict) or Word(verdict, Group.UNKNOWN, "a verdict that this page does not know")

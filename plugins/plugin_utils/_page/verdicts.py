# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups and texts of the verdicts on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...module_utils._core.verdict.severity import severity_rank
from ...module_utils._core.verdict.verdict import VerdictName
from .._round.groups import Group, group_of


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


_MEANINGS: Mapping[VerdictName, str] = {
    VerdictName.ZOMBIE: "claimed after its build had ended",
    VerdictName.ERRORED: "the build that claimed it errored, for example because of a lost worker",
    VerdictName.ABORTED: "the build that claimed it was aborted",
    VerdictName.LEAKED: "the build that claimed it succeeded, and no build will release it",
    VerdictName.FAILED: "the build that claimed it failed; teams often inspect the environment of a failed build",
    VerdictName.GONE: "Concourse has no such build, or its name belongs to a later one",
    VerdictName.EXPIRED: "held by a person or a playbook until a time that has passed",
    VerdictName.UNREACHABLE: "Concourse gave no credible response",
    VerdictName.UNVERIFIED: "no Concourse is configured, or the claim names no build",
    VerdictName.FOREIGN: "the claim names another Concourse",
    VerdictName.MANUAL: "claimed by a person, without an end",
    VerdictName.HELD: "held by a person or a playbook until a time that has not come",
    VerdictName.HANDED_OFF: "its build succeeded; a later one uses the lock, or a job can still take it",
    VerdictName.RUNNING: "the build that claimed it is pending or started",
    VerdictName.FREE: "the lock is not claimed",
}

WORDS: Mapping[str, Word] = {
    name.value: Word(name.value, group_of(name), _MEANINGS[name], severity_rank(name))
    for name in sorted(_MEANINGS, key=severity_rank)
}

UNREACHABLE = VerdictName.UNREACHABLE.value
# The groups whose verdicts depend on a response of Concourse.
ANSWERED = frozenset({Group.LEFT, Group.USE})


def word_for(verdict: str) -> Word:
    """Return the word for a verdict; an unknown verdict is shown as it is."""
    return WORDS.get(verdict) or Word(verdict, group_of(verdict), "a verdict that this page does not know")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed push means, after the earlier pushes of the same run."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._core.push.store import PushOutcome
from ..write.planned_commits import CommitPurpose

Change = t.TypeVar("Change")


class PushConsequence(t.Generic[Change]):
    """Words for the errors of a run: those of the purpose until a push is accepted, or its response is lost."""

    def __init__(self, purpose: CommitPurpose[Change]) -> None:
        self._purpose = purpose
        self._unknown_base = ""

    def record(self, outcome: PushOutcome, base: str) -> None:
        """Record the outcome of a push on top of the commit `base`."""
        if outcome is PushOutcome.ACCEPTED:
            self._purpose = dataclasses.replace(self._purpose, not_done=self._purpose.no_more)
            self._unknown_base = ""
        elif outcome is PushOutcome.UNKNOWN:
            self._unknown_base = base

    def purpose(self, base: str) -> CommitPurpose[Change]:
        """Return the purpose with the words for a push on top of the commit `base`.

        A push without a response can still be carried out as long as the branch is where it was.
        """
        if base != self._unknown_base:
            return self._purpose
        unknown = f"it is not known whether {self._purpose.done}, as the response to an earlier push was lost"
        return dataclasses.replace(self._purpose, not_done=unknown)

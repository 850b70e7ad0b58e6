# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed push means, after the earlier pushes of the same run."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from collections.abc import Iterator

from ..._core.push.store import PushOutcome
from ..._core.shared.errors import RepositoryError
from ..write.planned_commits import CommitPurpose

Change = t.TypeVar("Change")


class UnknownOutcome(RepositoryError):
    """It is not known whether a push was carried out."""


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
        """Return the purpose with the words for a push on top of the commit `base`."""
        return dataclasses.replace(self._purpose, not_done="the run ends") if self._is_unknown(base) else self._purpose

    @contextlib.contextmanager
    def explaining(self, base: str) -> Iterator[None]:
        """Let errors of a push on top of the commit `base` tell that the outcome of an earlier push is not known."""
        try:
            yield
        except UnknownOutcome:
            raise
        except RepositoryError as error:
            if not self._is_unknown(base):
                raise
            raise UnknownOutcome(
                f"It is not known whether {self._purpose.done}: the response to a push was lost, and the server can"
                f" still carry it out. Run again later to find out. {error}"
            ) from None

    def _is_unknown(self, base: str) -> bool:
        """Return whether a push without a response can still be carried out: the branch has not moved since."""
        return base == self._unknown_base

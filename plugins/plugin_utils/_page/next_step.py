# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text that says what happens next with a lock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...module_utils._core.clean.plan import Action
from ...module_utils._core.pool.layout import State
from ...module_utils._core.shared.times import duration_text
from ...module_utils._core.verdict.policy import Policy
from ...module_utils._core.verdict.verdict import VerdictName
from .._html.text import shown
from .._html.times import PageTime, page_time
from .._round.lock import RoundHold, RoundLock
from .._round.model import Round

_STAYS: dict[str, str] = {
    VerdictName.RUNNING: "Kept while its build runs.",
    VerdictName.HANDED_OFF: "Kept until a job releases it.",
    VerdictName.MANUAL: "Kept until a person releases it.",
    VerdictName.UNREACHABLE: "Kept until Concourse answers.",
}


@dataclass(frozen=True)
class NextStep:
    """One sentence, and when the lock may be released or its hold ends, None for never or unknown.

    `is_news` is true if this round released the lock or tried to.
    """

    text: str
    at: PageTime | None = None
    is_news: bool = False


class NextSteps:
    """Finds what happens next with the locks of a round."""

    def __init__(self, round_: Round) -> None:
        self._round = round_

    def of(self, lock: RoundLock) -> NextStep:
        """Return the next step of one lock."""
        if lock.state == State.UNCLAIMED:
            is_released = (lock.pool, lock.name) in self._released and not self._round.check_mode
            return NextStep("Released by this round." if is_released else "Can be claimed.", is_news=is_released)
        at = page_time(lock.releasable_at)
        planned = self._planned.get(lock.claim)
        if planned and planned.action not in (None, Action.KEEP):
            return NextStep(self._after_release(), at, is_news=True)
        if lock.releasable:
            return NextStep(self._releasable(planned), at)
        if at is not None and lock.releasable_at is not None:
            left = max(0, (lock.releasable_at - self._round.finished_at) // 60)
            return NextStep(f"Releasable at {at.text}" + (f", in {duration_text(left)}." if left else "."), at)
        return _held(lock.hold) if lock.hold and lock.verdict == VerdictName.HELD else NextStep(_kept(lock))

    @cached_property
    def _planned(self) -> dict[tuple[str, str, str | None], RoundLock]:
        """The decisions of clean by claim: a lock that was claimed again since then has none."""
        seen = self._round.clean.seen if self._round.clean else None
        return {lock.claim: lock for lock in seen.locks} if seen else {}

    @cached_property
    def _released(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.to_pool, one.name) for one in self._round.releases)

    def _after_release(self) -> str:
        if self._round.check_mode:
            return "A real round releases it now."
        if self._round.has_failed("clean"):
            return "Was to be released, but the cleaning failed."
        if self._round.status is None:
            return "Released by this round."
        return "Was to be released, but is still claimed."

    def _releasable(self, planned: RoundLock | None) -> str:
        if self._round.clean is None:
            return "Releasable now, but this round did not clean."
        # A lock that was not releasable then was kept for that reason only.
        if planned is not None and planned.releasable:
            return f"Kept: {shown(planned.action_reason or 'by the policy')}."
        return "The next round releases it."


def _held(hold: RoundHold) -> NextStep:
    until = page_time(hold.until)
    if until is not None:
        return NextStep(f"Kept until {until.text}.", until)
    return NextStep("Kept until its owner releases it." if hold.is_endless else "Kept, because its end is wrong.")


def _kept(lock: RoundLock) -> str:
    if lock.verdict in _STAYS:
        return _STAYS[lock.verdict]
    return "The policy keeps it." if lock.policy == Policy.KEEP else "A build is using it."

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens next with a lock, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...module_utils._core.shared.times import duration_text
from .fields import Fields
from .rounds import Round
from .times import Moment

_STAYS = {
    "running": "Stays with its build.",
    "handed_off": "Stays until a job gives it back.",
    "manual": "Stays until a person gives it back.",
    "unreachable": "Stays until Concourse answers.",
}


@dataclass(frozen=True)
class NextStep:
    """One sentence, and the time from which on the lock may go, None for never or not known.

    `is_news` says that this round gave the lock back, or was to.
    """

    text: str
    at: Moment | None = None
    is_news: bool = False


class Outlook:
    """Tells what happens next with the locks of a round."""

    def __init__(self, round_: Round) -> None:
        self._round = round_

    def of(self, lock: Fields) -> NextStep:
        """Return the next step of one lock, as the look found it."""
        if lock.text("state") == "unclaimed":
            given_back = _place(lock) in self._given_back and not self._round.check_mode
            return NextStep("Given back by this round." if given_back else "Can be claimed.", is_news=given_back)
        at = lock.time("releasable_at")
        planned = self._planned.get(_claim(lock))
        if planned and planned.text("action") not in (None, "keep"):
            return NextStep(self._after_release(), at, is_news=True)
        if lock.flag("releasable"):
            return NextStep(self._releasable(planned), at)
        if at is not None:
            left = self._round.made.minutes_until(at)
            return NextStep(f"May go at {at.text}" + (f", in {duration_text(left)}." if left else "."), at)
        return NextStep(_kept(lock))

    @cached_property
    def _planned(self) -> dict[tuple[str | None, ...], Fields]:
        """What the cleaning decided, by claim: a lock that was claimed anew since has no plan."""
        clean = self._round.clean
        return {_claim(lock): lock for lock in clean.children("locks")} if clean else {}

    @cached_property
    def _given_back(self) -> frozenset[tuple[str | None, ...]]:
        released = self._round.clean.children("released") if self._round.clean else []
        return frozenset((one.text("to_pool") or one.text("pool"), one.text("name")) for one in released)

    def _after_release(self) -> str:
        if self._round.check_mode:
            return "A real round gives it back now."
        if self._round.failed("clean"):
            return "Was to be given back, but the cleaning failed."
        if self._round.is_look_from_before:
            return "Given back by this round."
        return "Was to be given back, but is still claimed."

    def _releasable(self, planned: Fields | None) -> str:
        if self._round.clean is None:
            return "May go now, but this round did not clean."
        # What was not yet releasable when it was kept was kept for that alone.
        if planned is not None and planned.flag("releasable"):
            return f"Kept: {planned.text('action_reason') or 'by the policy'}."
        return "Goes with the next round."


def _place(lock: Fields) -> tuple[str | None, ...]:
    return lock.text("pool"), lock.text("name")


def _claim(lock: Fields) -> tuple[str | None, ...]:
    return *_place(lock), lock.text("commit")


def _kept(lock: Fields) -> str:
    verdict = lock.text("verdict") or ""
    if verdict in _STAYS:
        return _STAYS[verdict]
    if lock.text("policy") == "keep":
        return "The policy keeps it."
    return "Somebody is at work with it."

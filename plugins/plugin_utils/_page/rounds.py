# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round of the role as the page reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from .._round.round_fields import RoundFields
from .fields import Fields
from .times import Moment


@dataclass(frozen=True)
class Round:
    """The fact that a round leaves behind; `made` is the time of its end, and that of the page.

    `look` is where the locks are told: the look after the round, else what the cleaning saw before it, else None.
    """

    fact: Fields
    made: Moment
    check_mode: bool
    clean: Fields | None
    trigger: Fields | None
    look: Fields | None

    @property
    def is_look_from_before(self) -> bool:
        """Whether the locks are shown as they were before the cleaning."""
        return self.look is not None and self.look is self.clean

    def failed(self, step: str) -> bool:
        """Whether a step stopped with an error, by the failures of the round or by what the module returned."""
        part = self.fact.child(step)
        if part is not None and part.flag("failed"):
            return True
        return any(failure.text("step") == step for failure in self.fact.children("failures"))


def open_round(value: object) -> Round:
    """Return the round. Raises BadRound if the value is none, with the reason in one sentence."""
    section = RoundFields.of(value, "pool_boy_round")
    fact = Fields(section)
    clean, status = fact.child("clean"), fact.child("status")
    return Round(
        fact=fact,
        made=Moment(datetime.fromtimestamp(section.time("finished_at"), UTC)),
        check_mode=fact.flag("check_mode"),
        clean=clean,
        trigger=fact.child("trigger"),
        look=next((one for one in (status, clean) if one and one.has("locks")), None),
    )

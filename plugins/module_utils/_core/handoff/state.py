# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a lock whose claiming build has ended."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from ..concourse.model import Build
from ..shared.times import latest_time


class HandOffState(enum.StrEnum):
    """The state of a lock after its claiming build has ended."""

    IN_USE = "in use"
    TAKEABLE = "takeable"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class HandOff:
    """A state, and a clause with the reason.

    `last_end` is the end of the last build with the lock, `updated` the time when its pipeline was last configured or
    archived (both in seconds since 1970, UTC).
    """

    state: HandOffState
    reason: str
    last_end: int | None = None
    updated: int | None = None


def state_by_user(user: Build | None, ends: Iterable[int | None], reason: str) -> HandOff:
    """Return the state of a lock that a build uses; `reason` is why no other does."""
    if user is not None:
        return HandOff(HandOffState.IN_USE, f"{user} is {user.status.value} with the lock")
    return HandOff(HandOffState.UNUSED, reason, latest_time(ends))

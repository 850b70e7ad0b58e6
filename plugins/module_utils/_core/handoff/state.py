# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a lock whose claiming build has ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..concourse.model import Build


class HandOffState(enum.StrEnum):
    """The state of a lock after its claiming build has ended."""

    IN_USE = "in use"
    TAKEABLE = "takeable"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class HandOff:
    """A state, and a clause with the reason.

    `last_end` is the end of the last build with the lock, `updated` the time when its pipeline was last configured or
    archived (both in seconds since 1970, UTC). `user` is the build that uses the lock now, `taker` the job of the
    claiming pipeline that uses it or can still take it; None if nobody named one.
    """

    state: HandOffState
    reason: str
    last_end: int | None = None
    updated: int | None = None
    user: Build | None = None
    taker: str | None = None


def in_use_by(user: Build, what: str) -> HandOff:
    """Return the state of a lock that a build uses; `what` names the version that it uses, or may use."""
    return HandOff(HandOffState.IN_USE, f"{user} {what}", user=user)


def used_by(user: Build) -> HandOff:
    """Return the state of a lock that a build has."""
    return in_use_by(user, f"is {user.status.value} with the lock")

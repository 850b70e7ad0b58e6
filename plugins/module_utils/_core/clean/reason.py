# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a plan releases or keeps a lock, and the sentences for it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..shared.text import printable
from ..shared.times import iso_time
from ..verdict.judge import JudgedLock


class Cause(enum.Enum):
    """What decides on a lock, and the clause for it."""

    POLICY_RELEASES = "since {dead_since}"
    FORCED = "its release is forced"
    NOT_FORCED = "a run with force releases no other lock"
    FREE = "it is free"
    EXCLUDED = "it is excluded"
    NOT_YET = "releasable at {releasable_at}"
    POLICY_KEEPS = "the policy keeps it"
    IN_USE = "it is in use"
    IN_BOTH_STATES = "it is both claimed and unclaimed; find out which file is right, and remove the other"
    NAME_TAKEN = "pool {subject} already has a lock of this name"
    OBSTACLE = "{subject} is in the way and is not a lock; move it elsewhere"
    CHANGED_HANDS = "it changed hands during this run"
    TARGET_MISSING = "pool {subject}, where it was to be moved, no longer exists"
    NOBODY_ASKED = "Concourse could not be asked about any lock of a build, so nothing is released"
    BUILDS_LOST = "too many builds are gone at once, so nothing is released"
    SLOW_RESPONSES = "Concourse responds too slowly to judge it again before the push"


# These follow from the verdict, so their sentences begin with it.
_BY_VERDICT = frozenset({Cause.POLICY_RELEASES, Cause.NOT_YET, Cause.POLICY_KEEPS, Cause.IN_USE})


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause; `subject` is the pool (NAME_TAKEN, TARGET_MISSING) or the path (OBSTACLE) that it is about."""

    cause: Cause
    subject: str = ""


def reason_text(reason: Reason, judged: JudgedLock) -> str:
    """Return the reason as a clause, such as `failed, releasable at 2026-09-21T14:17:20Z`."""
    text = cause_text(reason, judged)
    return f"{judged.verdict.name.value}, {text}" if reason.cause in _BY_VERDICT else text


def cause_text(reason: Reason, judged: JudgedLock) -> str:
    """Return the reason as a clause without the verdict."""
    return reason.cause.value.format(
        dead_since=iso_time(judged.verdict.dead_since),
        releasable_at=iso_time(judged.releasable_at),
        subject=printable(reason.subject, 200),
    )

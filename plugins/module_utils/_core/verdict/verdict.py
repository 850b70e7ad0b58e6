# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on one lock, in the words of the documentation."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from ..concourse.model import Build


class VerdictName(enum.StrEnum):
    """What is known of a lock, in the words of the documentation."""

    FREE = "free"
    RUNNING = "running"
    HANDED_OFF = "handed_off"
    LEAKED = "leaked"
    FAILED = "failed"
    ERRORED = "errored"
    ABORTED = "aborted"
    ZOMBIE = "zombie"
    GONE = "gone"
    HELD = "held"
    EXPIRED = "expired"
    MANUAL = "manual"
    FOREIGN = "foreign"
    UNVERIFIED = "unverified"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict with its reason in one line.

    `dead_since` is when the last build that held the lock ended, or the time of the claim where no build is known
    (seconds since 1970, UTC); None while somebody uses the lock or may be using it: then it can never be released.
    Before `keep_until` (seconds since 1970, UTC) no policy releases the lock. `is_by_version` says that `build` was
    found by the version of the claim, not by its name. Of a lock that was handed off, `user` is the build that uses it
    now, `taker` the job of `build`'s pipeline that uses it or can still take it; no rule looks at these two.
    `otherwise` is what the verdict is if `name` is wrong, None if that is certain: only what both allow is done.
    """

    name: VerdictName
    reason: str
    dead_since: int | None = None
    build: Build | None = None
    keep_until: int | None = None
    is_by_version: bool = False
    user: Build | None = field(default=None, compare=False)
    taker: str | None = field(default=None, compare=False)
    otherwise: Verdict | None = None

    @property
    def active_build(self) -> Build | None:
        """The build that uses the lock now; None if it is unknown, or no build does."""
        return self.build if self.name is VerdictName.RUNNING else self.user

    @property
    def is_in_use(self) -> bool:
        """Whether a build uses the lock, or a job can still take it."""
        return self.name in (VerdictName.RUNNING, VerdictName.HANDED_OFF)

    @property
    def is_gone(self) -> bool:
        """Whether the build that the claim names is gone."""
        return any(one.name is VerdictName.GONE for one in self.readings)

    @property
    def readings(self) -> tuple[Verdict, ...]:
        """The verdict, and what it is otherwise."""
        return (self,) if self.otherwise is None else (self, *self.otherwise.readings)

    def found_by_version(self, why: str) -> Verdict:
        """Return the verdict on a build that was found by the version of the claim.

        `why` is a clause that says why it was not found by its name.
        """
        return replace(self, reason=f"{why}; found by its version: {self.reason}", is_by_version=True)


FREE = Verdict(VerdictName.FREE, "nobody holds it")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock of a round as the modules return it. All times are whole seconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoundHold:
    """What a person's claim says about its hold; what it does not say is empty or None.

    `until` is also None if the hold has no end (`is_endless`), or one that cannot be read.
    """

    owner: str
    reason: str
    since: int | None
    until: int | None
    is_endless: bool


@dataclass(frozen=True, slots=True)
class RoundUser:
    """The build that uses a lock, or the job that can still take it; `url` is None if it is not safe."""

    text: str
    url: str | None
    is_build: bool


@dataclass(frozen=True, slots=True)
class RoundLock:
    """A lock as the modules return it.

    `claim` identifies the claim: pool, name and commit. `unused_since` is `dead_since`; `holder` includes the instance
    variables of the pipeline; `hold` is None for the claim of a build; `url` is the page of the claiming build if it
    is safe to link to; `user` is who uses the lock now; `job` is that of the claiming build; `action` and
    `action_reason` are the decision of clean; `content` is that of the lock's file if it was read.
    """

    pool: str
    name: str
    state: str
    verdict: str
    reason: str
    holder: str
    hold: RoundHold | None
    url: str | None
    user: RoundUser | None
    job: str | None
    claimed_at: int | None
    age_minutes: int
    unused_since: int | None
    releasable: bool
    releasable_at: int | None
    policy: str | None
    commit: str | None
    action: str | None
    action_reason: str | None
    content: str | None

    @property
    def path(self) -> str:
        return f"{self.pool}/{self.name}"

    @property
    def claim(self) -> tuple[str, str, str | None]:
        return self.pool, self.name, self.commit

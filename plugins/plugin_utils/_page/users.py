# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has a lock: the build that uses it now, who claimed it, and the job that can take it next."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._core.verdict.verdict import VerdictName
from .._html.text import shown
from .._round.lock import RoundLock
from .hold import holder_of


@dataclass(frozen=True)
class User:
    """A build, a job or a person with a page to look at, None for none; `role` is shown before the name."""

    text: str
    link: str | None
    role: str = ""


def users_of(lock: RoundLock) -> list[User]:
    """Return who has the lock: first the one to look at now, then the others, each with its role."""
    name = shown(holder_of(lock))
    if not name:
        return []
    user = lock.user
    if user is None or lock.verdict != VerdictName.HANDED_OFF:
        return [User(name, lock.url or (user.url if user else None))]
    now = User(shown(user.text), user.url)
    if now.text == name:
        return [User(name, user.url or lock.url)]
    if user.is_build:
        return [now, User(name, lock.url, "claimed by")]
    return [User(name, lock.url), User(now.text, now.link, "next")]

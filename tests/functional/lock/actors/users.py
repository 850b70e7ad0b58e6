# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses which lock at the moment, as the actors themselves believe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

FOR_EVER = float("inf")


@dataclass
class Users:
    """The users by lock, and the ends of their holds in seconds since 1970, UTC. `findings` are locks with two users.

    Thread-safe. An actor enters after its claim and leaves before its release.
    """

    findings: list[str] = field(default_factory=list)
    _users: dict[str, tuple[str, float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, user: str, locks: Iterable[str], end: float = FOR_EVER) -> None:
        """Use locks until the end of a hold, or longer than before."""
        with self._guard:
            for lock in locks:
                other, until = self._users.get(lock, (user, 0.0))
                if other != user and until > time.time():
                    self.findings.append(f"{lock} is used by {other} and by {user}")
                self._users[lock] = user, end

    def leave(self, user: str, locks: Iterable[str]) -> None:
        with self._guard:
            for lock in locks:
                if self._users.get(lock, ("", 0.0))[0] == user:
                    del self._users[lock]

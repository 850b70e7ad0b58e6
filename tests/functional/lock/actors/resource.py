# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool resource: builds that claim a lock with its own retry, use it and release it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from ...clean.actors.judging.ledger import ClaimNote, Ledger
from ...clean.actors.lock_clients import LockClient
from .users import Users

POOL = "aws"
PAUSE = 0.3  # seconds between two steps of a build at most


@dataclass
class Resource:
    """Plays the builds of one job."""

    name: str
    client: LockClient
    ledger: Ledger
    users: Users
    dice: random.Random

    def play(self) -> None:
        """Claim until the ledger has enough claims."""
        while self.ledger.another_claim():
            time.sleep(self.dice.random() * PAUSE)
            while (claimed := self.client.claim(POOL, self._message, self.dice)) is None:
                time.sleep(self.dice.random() * PAUSE)
            self._use(*claimed)

    def _message(self, lock: str) -> str:
        page = f"https://ci.example.com/teams/main/pipelines/deploy/jobs/{self.name}/builds/7"
        return f"claiming: {lock}\nBuild URL: {page} "

    def _use(self, lock: str, commit: str) -> None:
        self.ledger.claimed(ClaimNote(commit, POOL, lock, None, ""))
        self.users.enter(self.name, [lock])
        time.sleep(self.dice.random() * PAUSE)
        self.users.leave(self.name, [lock])
        released = self.client.release(POOL, lock, f"unclaiming: {lock}")
        if released is None:
            self.ledger.missed(commit, 0)
        else:
            self.ledger.released(released, commit)

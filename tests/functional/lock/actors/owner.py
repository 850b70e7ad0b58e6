# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays that hold locks by concourse_pool_lock."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...clean.actors.judging.ledger import Ledger
from ..holding import HOUR, iso
from .resource import POOL
from .users import Users

MOST_TRIES = 40
PATIENCE = 60.0  # seconds that a run may take longer than it is to wait
SHORT = 3.0  # seconds of a hold that is left to the cleaners, or extended at the last moment
PAUSE = 0.3  # seconds that a lock is used at most

# Runs the module with options; returns its result, or `{"killed": true}`.
Run = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass
class Owner:
    """Plays one play after the other, each with an owner of its own.

    `count` and `wait` are those of the claims; `extends` says whether the plays need their locks for longer than they
    thought. `findings` are broken promises, `failures` the errors of runs.
    """

    name: str
    run: Run
    ledger: Ledger
    users: Users
    dice: random.Random
    count: int = 1
    wait: int = 0
    extends: bool = False
    findings: list[str] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def play(self) -> None:
        """Claim until the ledger has enough claims."""
        number = 0
        while self.ledger.another_claim():
            number += 1
            while not self._play(f"{self.name} {number}"):
                number += 1
                time.sleep(self.dice.random() * PAUSE)

    def _play(self, owner: str) -> bool:
        """Return whether the owner got its locks."""
        is_first = not self.outcomes["left to the cleaners"]
        is_short = self.count == 1 and not self.wait and (is_first or self.dice.random() < 0.4)
        held = self._claim(owner, SHORT if is_short else HOUR)
        if held is None:
            return False
        self.ledger.count("holds")
        time.sleep(self.dice.random() * PAUSE)
        if self.extends and not self._extend(owner, held):
            return True
        if is_short and not self.extends:
            self.outcomes["left to the cleaners"] += 1
            return True
        self._release(owner, held)
        return True

    def _claim(self, owner: str, seconds: float) -> dict[str, float] | None:
        """Return the claimed locks and the ends of their holds, None if too few are free."""
        result = self._run_to_the_end(
            lambda: {
                "state": "claimed",
                "owner": owner,
                "until": iso(time.time() + seconds + 1),
                "count": self.count,
                "wait": self.wait,
            }
        )
        if result is None:
            return None
        held = {lock["name"]: datetime.fromisoformat(lock["until"]).timestamp() for lock in result["locks"]}
        if len(held) != self.count or {lock["owner"] for lock in result["locks"]} != {owner}:
            self.findings.append(f"{owner} claims {self.count} and gets {result['locks']}")
        for lock, end in held.items():
            self.users.enter(owner, [lock], end)
        return held

    def _extend(self, owner: str, held: dict[str, float]) -> bool:
        """Claim again until later; return whether the owner still holds the locks."""
        longer = self._claim(owner, HOUR + HOUR)
        if longer is not None and longer.keys() == held.keys():
            self.outcomes["extended"] += 1
            held.update(longer)
            return True
        if min(held.values()) > time.time():
            self.findings.append(f"{owner} holds {held}, extends that and gets {longer}")
        if longer is not None:
            self._release(owner, longer)
        return False

    def _release(self, owner: str, held: dict[str, float]) -> None:
        self.users.leave(owner, held)
        tries = sum(self.outcomes[kind] for kind in ("killed", "failed"))
        result = self._run_to_the_end(lambda: {"state": "unclaimed", "owner": owner, "name": "all"})
        is_first_try = tries == sum(self.outcomes[kind] for kind in ("killed", "failed"))
        released = {lock["name"] for lock in result["locks"]} if result is not None else set()
        if is_first_try and released != held.keys() and min(held.values()) > time.time():
            self.findings.append(f"{owner} holds {held}, and releases {released}")

    def _run_to_the_end(self, options: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """Run again whenever a run was killed or failed; return the result, None if too few locks are free."""
        for _try in range(MOST_TRIES):
            started = time.monotonic()
            result = self.run({"pool": POOL, **options()})
            if time.monotonic() - started > self.wait + PATIENCE or result.get("hung"):
                self.findings.append(f"a run of {self.name} took {time.monotonic() - started:.0f} s")
            if result.get("killed"):
                self.outcomes["killed"] += 1
            elif not result.get("failed"):
                return result
            elif result.get("not_available"):
                self.outcomes["not available"] += 1
                return None
            else:
                self.outcomes["failed"] += 1
                self.failures[str(result.get("msg"))] += 1
        self.findings.append(f"{self.name} failed {MOST_TRIES} times in a row: {self.failures}")
        return None

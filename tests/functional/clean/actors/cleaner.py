# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cron job that cleans the pools again and again, and is killed now and then."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...module_process import Runner, result_of


class Cleaner:
    """`with Cleaner(...)`: runs the module in a thread until it is stopped. `outcomes` counts the results, `runs` all
    runs that have ended.

    `name` is the git author and part of the login. `killed` is how many runs of a hundred are killed at some moment.
    `accept_gone` are the claims that people know to be left behind, as the option of that name. `pause` are the seconds
    before each run.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        environment: Mapping[str, str],
        dice: random.Random,
        *,
        killed: int,
        accept_gone: Sequence[str] = (),
        pause: float = 0.0,
    ) -> None:
        self.name = name
        self.options = dict(options)
        self.killed = killed
        self.accept_gone = accept_gone
        self.pause = pause
        self.outcomes: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.released = 0
        self.runs = 0
        self._dice = dice
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._runner = Runner()
        self._environment = dict(environment)
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(150)
        self._runner.close()

    def run_once(self, *, kill_after: float | None = None, **options: Any) -> dict[str, Any]:
        """Run the module once, after the current run."""
        with self._guard:
            given = {**self.options, "accept_gone": list(self.accept_gone), **options}
            told = self._runner.run(
                "concourse_pool_clean", given, environment=self._environment, folder=Path.cwd(), kill_after=kill_after
            )
            return result_of(told)

    def stop(self) -> None:
        """End the runs, including the current one."""
        self._stop.set()
        self._thread.join(150)
        assert not self._thread.is_alive()

    def _go_on(self) -> None:
        while not self._stop.wait(self.pause):
            doomed = self._dice.randrange(100) < self.killed
            self._count(self.run_once(kill_after=self._dice.random() * 1.5 if doomed else None))
            self.runs += 1

    def _count(self, result: dict[str, Any]) -> None:
        released = len(result.get("released", []))
        self.released += released
        if result.get("killed"):
            self.outcomes["hung" if result["hung"] else "killed"] += 1
        elif result.get("failed"):
            self.outcomes["failed"] += 1
            self.failures[str(result.get("msg"))] += 1
        else:
            self.outcomes["released" if released else "unchanged"] += 1

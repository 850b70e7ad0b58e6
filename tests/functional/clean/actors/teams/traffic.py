# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Busy and quiet times at the lock repository, in turn."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ....duration import LONG
from ..cleaner import Cleaner

# Seconds in which everybody pushes; a cleaner takes the longer the more locks and builds there are.
RUSH = (0.4, 1.6) if LONG else (0.1, 0.4)
LONGEST_QUIET = 20.0
TIMEOUT = 60.0
Quiet = Callable[[], AbstractContextManager[None]]


class Traffic:
    """Allows the pushes of all teams in waves.

    In between builds continue and nobody pushes, until cleaners have run from the first look to the push: however
    slow the machine is, they meet locks that are in use, and are the first to push.
    """

    def __init__(self) -> None:
        self.waves = 0
        self._green = threading.Event()
        self._green.set()
        self._changed = threading.Condition()
        self._over = True

    def wait(self) -> None:
        """Wait until pushes are allowed."""
        assert self._green.wait(TIMEOUT), "the waves have stopped"

    def wait_for_cleaners(self) -> None:
        """Wait until cleaners have run."""
        with self._changed:
            now = self.waves
            assert self._changed.wait_for(lambda: self._over or self.waves > now, TIMEOUT), "the waves have stopped"

    @contextmanager
    def run_waves(self, dice: random.Random, cleaners: Sequence[Cleaner], quiet: Quiet) -> Iterator[None]:
        """Alternate until the end of the context; then all pushes are allowed. `quiet` runs in quiet times."""
        over = threading.Event()
        self._over = False

        def change() -> None:
            while not over.wait(dice.uniform(*RUSH)):
                self._green.clear()
                with quiet():
                    _go_by(cleaners, over)
                self._green.set()
                with self._changed:
                    self.waves += 1
                    self._changed.notify_all()

        thread = threading.Thread(target=change, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(TIMEOUT)
            with self._changed:
                self._over = True
                self._changed.notify_all()
            self._green.set()


def _go_by(cleaners: Sequence[Cleaner], over: threading.Event) -> None:
    """Wait until two cleaner runs have ended: the second one started after the call."""
    before = [cleaner.runs for cleaner in cleaners]
    until = time.monotonic() + LONGEST_QUIET
    while time.monotonic() < until and not over.is_set():
        if sum(cleaner.runs >= runs + 2 for cleaner, runs in zip(cleaners, before, strict=True)) >= 2:
            return
        time.sleep(0.02)

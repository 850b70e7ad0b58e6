# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rush hours and quiet moments at the lock repository."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

RUSH = (0.2, 1.0)  # seconds in which everybody pushes
QUIET = (0.6, 2.0)  # seconds in which builds go on and nobody pushes: else no cleaner would ever be the first


class Traffic:
    """Lets the pushes of all teams through in waves."""

    def __init__(self) -> None:
        self._green = threading.Event()
        self._green.set()

    def wait(self) -> None:
        """Wait until pushes are let through."""
        assert self._green.wait(30), "the lights are stuck"

    @contextmanager
    def lights(self, dice: random.Random) -> Iterator[None]:
        """Change between both until the end of the context; then all may push."""
        over = threading.Event()

        def change() -> None:
            while not over.wait(dice.uniform(*RUSH)):
                self._green.clear()
                over.wait(dice.uniform(*QUIET))
                self._green.set()

        thread = threading.Thread(target=change, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(10)
            self._green.set()

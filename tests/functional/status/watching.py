# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches the process list as another user of the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

PROCESSES = Path("/proc")


class ProcessWatch:
    """`with ProcessWatch() as watch:` collects the command lines of all new processes; `watch.seen` has them."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._before = set(_processes())
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _watch(self) -> None:
        while not self._ended.wait(0.005):
            for process in set(_processes()) - self._before:
                # A process that exited has no command line.
                with suppress(OSError):
                    self.seen.add((process / "cmdline").read_bytes())


def _processes() -> Iterator[Path]:
    return (path for path in PROCESSES.iterdir() if path.name.isdigit())

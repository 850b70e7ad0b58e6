# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a process and of all that it starts, watched while it runs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PAUSE = 0.01  # seconds between two looks
PROC = Path("/proc")
_KIB = 1024


@dataclass
class TreeMemory:
    """Bytes. `largest` is the peak of the biggest single process (VmHWM of proc(5)), `by_command` that of each program.

    `together` is the most that all of them had at a time; pages that they share are counted once (PSS), and pages of
    mapped files count as well.
    """

    largest: int = 0
    together: int = 0
    by_command: dict[str, int] = field(default_factory=dict)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Watch a process until it ends."""
        while process.poll() is None:
            self._look(process.pid)
            time.sleep(PAUSE)

    def _look(self, root: int) -> None:
        together = 0
        for pid in _tree(root):
            with suppress(OSError, KeyError, ValueError):  # it may have ended in between
                together += _kib(PROC / str(pid) / "smaps_rollup", "Pss:") * _KIB
                peak = _kib(PROC / str(pid) / "status", "VmHWM:") * _KIB
                command = _command(pid)
                self.by_command[command] = max(peak, self.by_command.get(command, 0))
                self.largest = max(peak, self.largest)
        self.together = max(together, self.together)


def _tree(root: int) -> Iterator[int]:
    """The ids of a process and of everything below it."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                # The name in parentheses may hold anything, so the parent is looked for behind the last of them.
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _kib(file: Path, field_name: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(field_name):
            return int(line.split()[1])
    raise KeyError(field_name)


def _command(pid: int) -> str:
    """The program and, for git, its command: `python`, `git fetch`, `git pack-objects`."""
    words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    name = words[0].rpartition("/")[2].partition(" ")[0] or "starting"
    if name == "git":
        rest = (word for word in words[1:] if word and not word.startswith("-") and not {"/", "="} & {*word})
        name = f"git {next(rest, '')}".strip()
    return name

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the memory of a running process and its children."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PAUSE = 0.01  # seconds between two samples
PROC = Path("/proc")
_KIB = 1024


@dataclass
class TreeMemory:
    """Memory in bytes. `largest` is the peak of the biggest process (VmHWM of proc(5)), `by_command` that by program.

    `together` is the peak of their sum; shared pages count once (PSS), and pages of
    mapped files also count.
    """

    largest: int = 0
    together: int = 0
    by_command: dict[str, int] = field(default_factory=dict)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Sample a process until it exits."""
        while process.poll() is None:
            self._look(process.pid)
            time.sleep(PAUSE)

    def _look(self, root: int) -> None:
        together = 0
        for pid in _tree(root):
            with suppress(OSError, KeyError, ValueError):  # the process may have exited
                together += _kib(PROC / str(pid) / "smaps_rollup", "Pss:") * _KIB
                peak = _kib(PROC / str(pid) / "status", "VmHWM:") * _KIB
                command = _command(pid)
                self.by_command[command] = max(peak, self.by_command.get(command, 0))
                self.largest = max(peak, self.largest)
        self.together = max(together, self.together)


def _tree(root: int) -> Iterator[int]:
    """Yield the ids of a process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                # The name in parentheses may contain any character, so parse after the last parenthesis.
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
    """Return the program and, for git, its subcommand: `python`, `git fetch`, `git pack-objects`."""
    words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    name = words[0].rpartition("/")[2].partition(" ")[0] or "starting"
    if name == "git":
        rest = (word for word in words[1:] if word and not word.startswith("-") and not {"/", "="} & {*word})
        name = f"git {next(rest, '')}".strip()
    return name

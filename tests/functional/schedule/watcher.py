# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches an installed round for secrets that other users of the machine could see."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.schedule.machine import Machine

PASSING = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/lib/pool-boy")
"""Folders with temporary files of a running round."""


class Watcher:
    """`leaks` are the places where other users could see a secret during `watching()`."""

    def __init__(self, machine: Machine, secrets: Iterable[str]) -> None:
        self.machine = machine
        self.secrets = [secret.encode() for secret in secrets]
        self.leaks: set[str] = set()
        self.command_lines: set[bytes] = set()
        self.own_environments = 0
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the context ends."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def holders(self, folder: Path) -> Iterator[Path]:
        """Yield the files below a folder that contain a secret, without the file systems that are mounted in it."""
        for path in self._files(folder, folder.stat().st_dev):
            try:
                if self._tells(path.read_bytes()):
                    yield path
            except OSError:
                continue

    def _files(self, folder: Path, device: int) -> Iterator[Path]:
        for path in folder.iterdir():
            try:
                about = path.lstat()
                if stat.S_ISREG(about.st_mode):
                    yield path
                elif stat.S_ISDIR(about.st_mode) and about.st_dev == device:
                    yield from self._files(path, device)
            except OSError:
                continue

    def _watch(self) -> None:
        user = int(self.machine.run("id", "--user", "pool-boy").stdout)
        turn = 0
        while not self._over.wait(0.03):
            seen = [self._look_at(Path(f"/proc/{process}"), user) for process in self.machine.processes()]
            # Only a running round writes files; this reads them twice a second.
            if any(seen):
                turn += 1
                if turn % 20 == 1:
                    self._look_at_files()

    def _look_at(self, process: Path, user: int) -> bool:
        """Whether it is a process of the user."""
        try:
            line = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
            of_others = process.stat().st_uid != user
        except OSError:
            return False
        self.command_lines.add(line)
        if self._tells(line):
            self.leaks.add(f"command line {line!r}")
        # Linux shows an environment only to the same user and root.
        if self._tells(environment):
            self.own_environments += 1
            if of_others:
                self.leaks.add(f"environment of {line!r}")
        return not of_others

    def _look_at_files(self) -> None:
        for folder in PASSING:
            for path in self.holders(self.machine.path(folder)):
                try:
                    mode = path.stat().st_mode
                except OSError:
                    continue
                if mode & (stat.S_IRGRP | stat.S_IROTH):
                    self.leaks.add(f"{path} {stat.filemode(mode)}")

    def _tells(self, content: bytes) -> bool:
        return any(secret in content for secret in self.secrets)

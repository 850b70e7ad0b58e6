# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A push under way."""

from __future__ import annotations

from ..process.command import GitFailed, GitProcess
from ..remote.tip import HEADS
from .report import PushReport, read_report


class PushProcess:
    """A push of a branch, which git is at work with."""

    def __init__(self, process: GitProcess, branch: str) -> None:
        self._process = process
        self._branch = branch

    def report(self) -> PushReport:
        """Wait for the end."""
        printed = bytearray()
        failed = None
        try:
            for chunk in self._process.chunks():
                printed += chunk
        except GitFailed as error:
            failed = error
        return read_report(bytes(printed), f"{HEADS}{self._branch}", failed)

    def close(self) -> None:
        """End the push, whatever has become of it."""
        self._process.stop()

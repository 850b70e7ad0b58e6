# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that were skipped, read from the JUnit files that pytest and ansible-test write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# A skip that starts so does not hide a missing part: the test has no meaning on this system, or for this user.
HARMLESS = "platform:"


@dataclass(frozen=True)
class Skip:
    """One skipped test and the reason it gave."""

    test: str
    reason: str

    @property
    def hides_a_missing_part(self) -> bool:
        """Whether the test would have run had everything it needs been installed."""
        return not self.reason.startswith(HARMLESS)


def report_files(reports: Path) -> list[Path]:
    """Return the JUnit files there are: ``reports`` itself, or those in it if it is a folder."""
    return sorted(reports.glob("*.xml")) if reports.is_dir() else [path for path in [reports] if path.exists()]


def read_skips(reports: Path) -> Iterator[Skip]:
    """Yield the skipped tests of the JUnit files at ``reports``."""
    for file in report_files(reports):
        for case in ElementTree.parse(file).iter("testcase"):
            for skipped in case.iter("skipped"):
                name = f"{case.get('classname', '')}::{case.get('name', '')}"
                yield Skip(name.strip(":"), skipped.get("message", "no reason given"))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that were skipped, read from the JUnit files that pytest and ansible-test write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# A skip reason with this prefix is expected: the test does not apply to this system or this user.
HARMLESS = "platform:"


@dataclass(frozen=True)
class Skip:
    """A skipped test and its reason."""

    test: str
    reason: str

    @property
    def hides_a_missing_part(self) -> bool:
        """Whether the test was skipped because a component is not installed."""
        return not self.reason.startswith(HARMLESS)


def report_files(reports: Path) -> list[Path]:
    """Return the existing JUnit files: ``reports`` itself, or the files in it if it is a folder."""
    return sorted(reports.glob("*.xml")) if reports.is_dir() else [path for path in [reports] if path.exists()]


def read_skips(reports: Path) -> Iterator[Skip]:
    """Yield the skipped tests of the JUnit files at ``reports``."""
    for file in report_files(reports):
        for case in ElementTree.parse(file).iter("testcase"):
            for skipped in case.iter("skipped"):
                name = f"{case.get('classname', '')}::{case.get('name', '')}"
                yield Skip(name.strip(":"), skipped.get("message", "no reason given"))

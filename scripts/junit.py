# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests in the JUnit files that pytest and ansible-test write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class TestCase:
    """A test: its duration in seconds with set-up and tear-down, and the reasons if it was skipped."""

    name: str
    seconds: float
    skipped: tuple[str, ...]


def report_files(reports: Path) -> list[Path]:
    """Return the existing JUnit files: ``reports`` itself, or the files in it if it is a folder."""
    return sorted(reports.glob("*.xml")) if reports.is_dir() else [path for path in [reports] if path.exists()]


def read_cases(reports: Path) -> Iterator[TestCase]:
    """Yield the tests of the JUnit files at ``reports``."""
    for file in report_files(reports):
        for case in ElementTree.parse(file).iter("testcase"):
            name = f"{case.get('classname', '')}::{case.get('name', '')}".strip(":")
            reasons = tuple(skipped.get("message", "no reason given") for skipped in case.iter("skipped"))
            yield TestCase(name, float(case.get("time", 0)), reasons)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the functional tests: the longest files run first, so that no process waits for them at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.tests.functional.reuse.variables import FOLDER_VARIABLE
from ansible_collections.poolboy.concourse.tests.functional.running import Workplace

LONGEST_FILES = ("schedule/test_cron.py", "schedule/test_systemd.py", "clean/test_no_lock_is_stolen.py")


def pytest_configure(config: pytest.Config) -> None:
    """Create the folder in which the processes of all tests share what they can, see reuse."""
    if FOLDER_VARIABLE not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="reuse-")
        os.environ[FOLDER_VARIABLE] = folder.name
        config.add_cleanup(folder.cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the longest files to the front and keep the order of the others."""
    items.sort(key=lambda item: _place(str(item.path), LONGEST_FILES))


def _place(path: str, first: Sequence[str]) -> int:
    return next((place for place, end in enumerate(first) if path.endswith(end)), len(first))


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """An isolated machine for each test; runs must leave its temporary folder empty."""
    place = Workplace(tmp_path / "machine")
    yield place
    assert [name for name in place.leftovers() if not name.startswith("ansible")] == []

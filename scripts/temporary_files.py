# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tests keep their temporary files: in memory, if there is enough of it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 4 << 30  # bytes: the functional tests use less than 1 GiB at any time


def temporary_files_in_memory() -> dict[str, str]:
    """Return the variable that puts temporary files into memory, where the tests take 0.9 of the processor time.

    Nothing is returned if the user chose a folder, or if memory is scarce.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return {}
    enough = shutil.disk_usage(MEMORY).free >= NEEDED and _available_memory() >= 2 * NEEDED
    return {"TMPDIR": str(MEMORY)} if enough else {}


def _available_memory() -> int:
    """Return the free memory of this machine in bytes, as proc(5) tells it; 0 if it does not."""
    try:
        told = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(told[1]) * 1024 if told else 0

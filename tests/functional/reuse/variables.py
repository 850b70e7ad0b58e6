# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets all runs of a test session share what Ansible and Python make anew in each: archives of modules, their code.

Both depend only on files that do not change while tests run, and are half the time of a task.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_VARIABLE = "POOLBOY_REUSE"
"""The variable that names the shared folder; if it is missing, nothing is shared."""


def reuse() -> dict[str, str]:
    """Return the environment variables of a run that shares."""
    here = Path(__file__).parent
    return {
        FOLDER_VARIABLE: os.environ.get(FOLDER_VARIABLE, ""),
        "PYTHONPATH": str(here / "python"),
        "ANSIBLE_CALLBACK_PLUGINS": str(here / "callback"),
    }

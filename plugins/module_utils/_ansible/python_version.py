# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python that the modules need. An older one, such as that of RHEL 9, can import this file and no other one."""

from __future__ import annotations

import sys

OLDEST_PYTHON = (3, 11)


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Raise ImportError if this Python is too old. Each module calls this before it imports the rest."""
    if version < OLDEST_PYTHON:
        found, oldest = (".".join(str(number) for number in numbers) for numbers in (version, OLDEST_PYTHON))
        raise ImportError(
            f"{sys.executable} is Python {found}, and poolboy.concourse needs Python {oldest} or newer where this runs:"
            " install it there with GitPython and requests, and set ansible_python_interpreter to it."
        )

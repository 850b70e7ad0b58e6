# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in variables, which can be texts: -e NAME=VALUE passes no other type."""

from __future__ import annotations


def is_whole_number(value: object, *, least: int = 0) -> bool:
    """Whether a value is a whole number, as a number or as a text, and not below `least`."""
    try:
        return int(str(value)) >= least
    except ValueError:
        return False

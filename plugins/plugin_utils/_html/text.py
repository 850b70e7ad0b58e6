# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a round as the page shows them."""

from __future__ import annotations

from ...module_utils._core.shared.text import printable

# Longer than any text of the modules, so that a hostile commit message cannot fill the page.
_LONGEST = 2000


def shown(text: str) -> str:
    """Return a text on one line, cut if it is very long, with control and direction characters as escapes."""
    return printable(text, _LONGEST)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of a report: table rows and wrapped text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

# A terminal of 100 columns, less what Ansible puts around the lines of a list.
WIDTH = 88
GAP = "  "


def table_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row with each cell padded to the width of its column."""
    return GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def wrap(text: str, indent: str = "") -> list[str]:
    """Return the text in lines of WIDTH. A text with a URL may exceed it: a broken URL cannot be clicked or copied."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_on_hyphens=False,
        break_long_words="://" not in text,
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a lock's file as a text that fits a result: short, and safe to print."""

from __future__ import annotations

from ..shared.text import printable

LARGEST_FILE = 1 << 16  # bytes; nobody reads a larger file in a table
MOST_LINES = 20
MOST_CHARACTERS = 1024


def content_value(content: bytes) -> str | None:
    """Return the content of a file as text; None if the file is empty, or not text because it has a NUL.

    Each line is printable. Of a longer text, the first lines are returned, and a line that says that it was cut.
    """
    if b"\0" in content:
        return None
    lines = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip().split("\n")
    # One character more than may be shown, so that the length shows whether a line was cut.
    shown = "\n".join(printable(line[: MOST_CHARACTERS + 1]) for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES or len(shown) > MOST_CHARACTERS:
        return f"{shown[:MOST_CHARACTERS]}\n… cut: the file has {len(content)} bytes"
    return shown or None

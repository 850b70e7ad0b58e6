# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of the file of a lock, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._core.report.content_value import MOST_LINES
from .._html.text import shown
from .._round.links import safe_link

_FITS = 120  # characters


@dataclass(frozen=True)
class Content:
    """The text and its number of lines; `link` is the text if that is an address and nothing else."""

    text: str
    lines: int
    link: str | None

    @property
    def is_short(self) -> bool:
        """Whether it fits in the row."""
        return self.lines == 1 and len(self.text) <= _FITS


def content_of(content: str | None) -> Content | None:
    """Return a content to show; None for none."""
    if not content:
        return None
    # The last line says that the module has cut the others.
    lines = [shown(line) for line in content.split("\n")[: MOST_LINES + 1]]
    return Content("\n".join(lines), len(lines), safe_link(content))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The author of our commits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..._core.options.repository_options import DEFAULT_AUTHOR
from ..._core.shared.errors import BadOption
from ..._core.shared.text import quoted

_FORM = re.compile(r"(?P<name>[^<>]*[^<>\s])\s*<(?P<mail>[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Author:
    """Author and committer of a commit. Not git.Actor: the import of GitPython takes as long as a whole release."""

    name: str
    mail: str


def parse_author(text: str) -> Author:
    """Return the author that `git_author` names, as `Name <mail>`. Raises BadOption."""
    text = text.strip()
    form = _FORM.fullmatch(text)
    if form is None or any(character < " " or character == "\x7f" for character in text):
        raise BadOption(f"git_author is {quoted(text, 100)}: give a name and a mail address, {DEFAULT_AUTHOR!r}.")
    return Author(form["name"], form["mail"])

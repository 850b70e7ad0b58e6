# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the JSON files beside the pages: those that a round has written, and no others."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .._history.history import History, read_history
from .._history.page_data import MADE_BY, VERSION
from .._round.groups import GROUPS, Group
from .._round.model import Round
from .._round.read import read_round
from .._round.round_fields import BadRound, RoundFields

# As the document says who made it, where the rest of it cannot be read.
_OURS = re.compile(rb'"made_by"\s*:\s*"' + re.escape(MADE_BY).encode() + rb'"')
_MOST_LOCKS = 999_999
_MOST_MINUTES = 60 * 24 * 3660


@dataclass(frozen=True)
class Repository:
    """A lock repository at the end of its last round; `counts` is None if the locks are unknown.

    `page` is the address of its page, relative to the folder of both, None without one; `old_after` is in minutes.
    """

    page: str | None
    old_after: int
    counts: Mapping[Group, int] | None
    round: Round
    history: History


@dataclass(frozen=True)
class Unreadable:
    """A file that a round has written and this release cannot read, with a sentence that says why."""

    file: str
    reason: str


def read_data(file: str, content: bytes) -> Repository | Unreadable | None:
    """Return what a file says; None if no round has written it."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return _broken(file) if _OURS.search(content) else None
    if not isinstance(document, dict) or document.get("made_by") != MADE_BY:
        return None
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        return Unreadable(file, "A later release of poolboy.concourse wrote it: update the one that writes this page.")
    try:
        return _repository(document) if version == VERSION else _broken(file)
    except (BadRound, ValueError, RecursionError):
        # Anybody who may write into the folder can write anything into a file.
        return _broken(file)


def _broken(file: str) -> Unreadable:
    return Unreadable(file, "The file is damaged. The next round replaces it; if no round runs any more, remove it.")


def _repository(document: Mapping[str, t.Any]) -> Repository:
    fields = RoundFields.of(document, "the file")
    counts = fields.section("counts")
    return Repository(
        page=_address(fields.optional_text("page") or ""),
        old_after=_bounded(fields, "old_after", _MOST_MINUTES) or 1,
        counts={group: _bounded(counts, group.value, _MOST_LOCKS) for group in GROUPS} if counts else None,
        round=read_round(document.get("round")),
        history=read_history(document),
    )


def _bounded(fields: RoundFields, name: str, most: int) -> int:
    """Return a number from 0 to `most`; anything else is no number of a round."""
    value = fields.fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadRound(f"{fields.where}.{name} must be a whole number from 0 to {most}.")
    return value


def _address(page: str) -> str | None:
    """Return the relative address of a file in the same folder; None for anything but its name.

    >>> _address("my locks.html"), _address("javascript:x"), _address("../x.html"), _address("//x.example.com")
    ('my%20locks.html', 'javascript%3Ax', None, None)
    """
    return None if page in ("", ".", "..") or "/" in page or "\\" in page else quote(page, safe="")

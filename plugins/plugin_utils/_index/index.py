# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of the pages of several repositories as a web page in one file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from .._html.document import document
from .._html.text import shown
from .._html.times import PageTime
from .read import Repository, Unreadable, read_data
from .rows import index_row, totals

_FOLDER = Path(__file__).parent


def index(files: Iterable[tuple[str, bytes]], *, now: int) -> str:
    """Return the index of the JSON files, given with their paths; `now` is in seconds since 1970, UTC."""
    read = [read_data(PurePosixPath(path).name, content) for path, content in files]
    rows = sorted((index_row(one, now) for one in read if isinstance(one, Repository)), key=lambda row: row.order)
    return document(
        _FOLDER,
        "index",
        made=PageTime.of(now),
        rows=rows,
        unreadable=[(shown(one.file), one.reason) for one in read if isinstance(one, Unreadable)],
        totals=totals(rows),
        failed=sum(not row.activity.is_ok for row in rows),
        old=sum(row.is_old for row in rows),
        released=sum(len(row.activity.released) for row in rows if not row.check_mode),
        triggered=sum(len(row.activity.triggered) for row in rows if not row.check_mode),
    )

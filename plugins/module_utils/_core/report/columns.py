# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns of a table of judged locks, and their widths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..shared.text import shortened
from ..shared.times import age_minutes, duration_text, iso_time
from ..verdict.judge import JudgedLock
from .layout import GAP, WIDTH
from .release_command import SHOWN_DIGITS


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `cell` takes a lock and the time now (seconds since 1970, UTC).

    A cell longer than `max_width` is shortened, unless the column `grows` into the width that other columns leave.
    """

    title: str
    max_width: int
    cell: Callable[[JudgedLock, int], str]
    grows: bool = False


def claimed_at(judged: JudgedLock) -> int:
    """Return when the lock was claimed (seconds since 1970, UTC), 0 for a free one."""
    return judged.claim.claimed_at if judged.claim else 0


def column_widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the width of each column: what it needs up to its maximum, then WIDTH is shared among those that grow."""
    needed = [max(len(shortened(row[number], WIDTH)) for row in rows) for number in range(len(columns))]
    widths = [min(need, column.max_width) for need, column in zip(needed, columns, strict=True)]
    left = WIDTH - sum(widths) - len(GAP) * (len(columns) - 1)
    growing = [number for number, column in enumerate(columns) if column.grows]
    while left > 0 and (short := [number for number in growing if widths[number] < needed[number]]):
        for number in short[:left]:
            widths[number] += 1
            left -= 1
    return widths


def _claimer_text(judged: JudgedLock, _now: int) -> str:
    if judged.verdict.build:
        return str(judged.verdict.build)
    # The reason below the row says why the owner holds the lock.
    return (judged.holder.owner or judged.holder.text) if judged.holder else ""


def _claim_time(judged: JudgedLock, now: int) -> str:
    """Return day and time of a claim of this year, the date of an older one."""
    time, today = iso_time(claimed_at(judged)) or "?", iso_time(now) or ""
    return f"{time[5:10]} {time[11:16]}" if time[:4] == today[:4] else time[:10]


def _age(judged: JudgedLock, now: int) -> str:
    return duration_text(age_minutes(claimed_at(judged), now))


def _commit(judged: JudgedLock, _now: int) -> str:
    return judged.claim.commit[:SHOWN_DIGITS] if judged.claim else ""


POOL = Column("POOL", 11, lambda judged, _now: judged.lock.pool, grows=True)
LOCK = Column("LOCK", 14, lambda judged, _now: judged.lock.name, grows=True)
VERDICT = Column("VERDICT", 11, lambda judged, _now: judged.verdict.name.value)
CLAIMED_BY = Column("CLAIMED BY", 14, _claimer_text, grows=True)
SINCE = Column("SINCE (UTC)", 11, _claim_time)
AGE = Column("AGE", 7, _age)
COMMIT = Column("COMMIT", SHOWN_DIGITS, _commit)
STATUS_COLUMNS = (POOL, LOCK, VERDICT, CLAIMED_BY, SINCE, AGE, COMMIT)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judged locks as a table that a person reads."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..pool.snapshot import Problem
from ..shared.text import printable, shortened
from ..shared.times import age_minutes, duration_text, iso_time
from ..verdict.judge import JudgedLock
from ..verdict.severity import severity_rank

# A terminal of 100 columns, less what Ansible puts around the lines of a list.
WIDTH = 88
_GAP = "  "
# Further to the right there would be no room for a reason.
_DEEPEST = 33


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. Cells longer than `widest` are cut, unless the column grows by what others leave."""

    title: str
    widest: int
    cell: Callable[[JudgedLock, int], str]
    grows: bool = False


@dataclass(frozen=True, slots=True)
class CountedLocks:
    """Which locks of a pool are counted as those that can go, or are to go, and in what words.

    `heading` stands above the pools; `remark` says what a person should know of a lock besides why it has its verdict.
    """

    words: str
    applies: Callable[[JudgedLock], bool]
    heading: str | None = None
    remark: Callable[[JudgedLock], str | None] = lambda _judged: None


def report_lines(
    locks: Sequence[JudgedLock],
    pools: Sequence[str],
    problems: Iterable[Problem],
    now: int,
    columns: Sequence[Column] | None = None,
    going: CountedLocks | None = None,
) -> list[str]:
    """Return the claimed locks with the reason below each, the pools with their free locks, and the problems.

    Only a line with an address, which is never broken, is wider than WIDTH, and no line holds a character that a
    terminal would act on.
    """
    going = going or CountedLocks("can be given back", lambda judged: judged.is_releasable(now))
    claimed = sorted((judged for judged in locks if judged.claim), key=_badness)
    lines = _table(claimed, now, columns or STATUS_COLUMNS, going) if claimed else ["No lock is claimed."]
    lines.extend(["", going.heading] if going.heading else [""])
    for pool in pools:
        lines.extend(_pool_lines(pool, [judged for judged in locks if judged.lock.pool == pool], going))
    shown = [one for one in problems if one.pool in pools]
    if shown:
        lines.extend(["", "Problems:"])
        lines.extend(
            line for one in shown for line in _wrapped(f"{printable(one.pool, 40)}: {printable(one.text)}", "  ")
        )
    return lines


def _badness(judged: JudgedLock) -> tuple[int, int, str, str]:
    return severity_rank(judged.verdict.name), _since(judged), judged.lock.pool, judged.lock.name


def _table(claimed: Sequence[JudgedLock], now: int, columns: Sequence[Column], going: CountedLocks) -> list[str]:
    cells = [[column.cell(judged, now) for column in columns] for judged in claimed]
    titles = [column.title for column in columns]
    widths = _widths(columns, [titles, *cells])
    rows = [[shortened(cell, width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    # The reason stands below the third column, so that the names of the locks stay easy to find.
    indent = " " * min(widths[0] + widths[1] + 2 * len(_GAP), _DEEPEST)
    lines = [_laid_out(titles, widths)]
    for row, judged in zip(rows, claimed, strict=True):
        lines.append(_laid_out(row, widths))
        remark = going.remark(judged)
        reason = printable(judged.verdict.reason, 240) + (f"; {printable(remark, 240)}" if remark else "")
        lines.extend(_wrapped(reason, indent))
    return lines


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Give each column what it needs up to its widest, and the room that is left to those that grow, by turns."""
    needed = [max(len(shortened(row[number], WIDTH)) for row in rows) for number in range(len(columns))]
    widths = [min(need, column.widest) for need, column in zip(needed, columns, strict=True)]
    left = WIDTH - sum(widths) - len(_GAP) * (len(columns) - 1)
    growing = [number for number, column in enumerate(columns) if column.grows]
    while left > 0 and (short := [number for number in growing if widths[number] < needed[number]]):
        for number in short[:left]:
            widths[number] += 1
            left -= 1
    return widths


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _since(judged: JudgedLock) -> int:
    return judged.claim.claimed_at if judged.claim else 0


def _holder(judged: JudgedLock, _now: int) -> str:
    if judged.verdict.build:
        return str(judged.verdict.build)
    return judged.holder.text if judged.holder else ""


def _day(since: int, now: int) -> str:
    """Day and time for a claim of this year, the date alone for an older one."""
    shown, today = iso_time(since) or "?", iso_time(now) or ""
    return f"{shown[5:10]} {shown[11:16]}" if shown[:4] == today[:4] else shown[:10]


def _pool_lines(pool: str, locks: Sequence[JudgedLock], going: CountedLocks) -> list[str]:
    free = [printable(judged.lock.name, 60) for judged in locks if not judged.claim]
    count = sum(going.applies(judged) for judged in locks)
    text = f"{printable(pool, 60)}: {len(locks) - len(free)} claimed"
    if count:
        text += f" ({count} {going.words})"
    text += f", {len(free)} free"
    if free:
        text += f": {', '.join(free[:20])}" + (f" and {len(free) - 20} more" if len(free) > 20 else "")
    return _wrapped(text, "")


def _wrapped(text: str, indent: str) -> list[str]:
    """Return the text in lines; an address in two pieces could be neither clicked nor copied."""
    below = indent if indent else "  "
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=below,
        break_on_hyphens=False,
        break_long_words="://" not in text,
    )


POOL = Column("POOL", 13, lambda judged, _now: judged.lock.pool, grows=True)
LOCK = Column("LOCK", 16, lambda judged, _now: judged.lock.name, grows=True)
VERDICT = Column("VERDICT", 11, lambda judged, _now: judged.verdict.name.value)
HOLDER = Column("HOLDER", 20, _holder, grows=True)
SINCE = Column("SINCE (UTC)", 11, lambda judged, now: _day(_since(judged), now))
AGE = Column("AGE", 7, lambda judged, now: duration_text(age_minutes(_since(judged), now)))
STATUS_COLUMNS = (POOL, LOCK, VERDICT, HOLDER, SINCE, AGE)

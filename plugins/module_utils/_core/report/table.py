# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judged locks as a report for people.

```text
POOL  LOCK   VERDICT  CLAIMED BY  SINCE (UTC)  AGE    COMMIT
aws   env-1  errored  ci/test 12  11-21 20:14  9h 3m  7000aa5c
             ci/test 12 errored and left it claimed

aws: 1 claimed (1 releasable), 1 free: env-3

To release one lock, if nobody uses it: ansible-playbook poolboy.concourse.release ...
```
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..pool.snapshot import Problem
from ..shared.text import printable, shortened
from ..verdict.judge import JudgedLock
from ..verdict.severity import severity_rank
from .columns import STATUS_COLUMNS, Column, claimed_at, column_widths
from .layout import GAP, table_row, wrap
from .release_command import release_command

# With a deeper indent the reason would have no room.
_MAX_INDENT = 33
_MAX_FREE_NAMES = 20


@dataclass(frozen=True, slots=True)
class CountedLocks:
    """The locks that the line of a pool counts, as `label`: "releasable", "to release".

    `heading` stands above the pools; `remark` returns what to add to the reason of a lock.
    """

    label: str
    includes: Callable[[JudgedLock], bool]
    heading: str | None = None
    remark: Callable[[JudgedLock], str | None] = lambda _judged: None


def report_lines(
    locks: Sequence[JudgedLock],
    pools: Sequence[str],
    problems: Sequence[Problem],
    now: int,
    columns: Sequence[Column] = STATUS_COLUMNS,
    counted: CountedLocks | None = None,
) -> list[str]:
    """Return the claimed locks, worst verdict first, each with its reason; the pools; a command; and the problems.

    Only a line with a URL or the command is wider than WIDTH, and no line contains a character that a terminal acts on.
    """
    counted = counted or CountedLocks("releasable", lambda judged: judged.is_releasable(now))
    claimed = sorted((judged for judged in locks if judged.claim), key=_severity)
    lines = _lock_lines(claimed, now, columns, counted) if claimed else ["No lock is claimed."]
    lines.extend(["", counted.heading] if counted.heading else [""])
    for pool in pools:
        lines.extend(_pool_lines(pool, [judged for judged in locks if judged.lock.pool == pool], counted))
    lines.extend(_release_lines(claimed, counted))
    lines.extend(["", "Problems:"] if problems else [])
    for problem in problems:
        lines.extend(wrap(f"{printable(problem.pool, 40)}: {printable(problem.text)}", "  "))
    return lines


def _severity(judged: JudgedLock) -> tuple[int, int, str, str]:
    return severity_rank(judged.verdict.name), claimed_at(judged), judged.lock.pool, judged.lock.name


def _lock_lines(claimed: Sequence[JudgedLock], now: int, columns: Sequence[Column], counted: CountedLocks) -> list[str]:
    rows = [[column.cell(judged, now) for column in columns] for judged in claimed]
    titles = [column.title for column in columns]
    widths = column_widths(columns, [titles, *rows])
    # The reason stands below the third column, so that the names of the locks stay easy to find.
    indent = " " * min(widths[0] + widths[1] + 2 * len(GAP), _MAX_INDENT)
    lines = [table_row(titles, widths)]
    for row, judged in zip(rows, claimed, strict=True):
        lines.append(table_row([shortened(cell, width) for cell, width in zip(row, widths, strict=True)], widths))
        lines.extend(wrap(_reason(judged, counted.remark(judged)), indent))
    return lines


def _reason(judged: JudgedLock, remark: str | None) -> str:
    return printable(judged.verdict.reason, 240) + (f"; {printable(remark, 240)}" if remark else "")


def _pool_lines(pool: str, locks: Sequence[JudgedLock], counted: CountedLocks) -> list[str]:
    free = [printable(judged.lock.name, 60) for judged in locks if not judged.claim]
    text = f"{printable(pool, 60)}: {len(locks) - len(free)} claimed"
    count = sum(counted.includes(judged) for judged in locks)
    if count:
        text += f" ({count} {counted.label})"
    text += f", {len(free)} free"
    if free:
        more = len(free) - _MAX_FREE_NAMES
        text += f": {', '.join(free[:_MAX_FREE_NAMES])}" + (f" and {more} more" if more > 0 else "")
    return wrap(text)


def _release_lines(claimed: Sequence[JudgedLock], counted: CountedLocks) -> list[str]:
    """Return the command that releases the worst lock of those that the table does not count, else the worst of all.

    A lock that is in use, or that a job can still take, gets no command: somebody could paste it by mistake.
    """
    unused = [one for one in claimed if one.verdict.dead_since is not None and not one.verdict.is_in_use]
    by_need = sorted(unused, key=counted.includes)
    commands = (release_command(one.lock.pool, one.lock.name, one.claim.commit) for one in by_need if one.claim)
    command = next(filter(None, commands), None)
    return ["", f"To release one lock, if nobody uses it: {command}"] if command else []

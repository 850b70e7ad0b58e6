# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the page's table of locks."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._core.shared.times import duration_text
from .fields import Fields
from .next_step import NextStep, Outlook
from .rounds import Round
from .times import Moment
from .verdicts import Word, word_for


@dataclass(frozen=True)
class LockRow:
    """A lock on the page. `since` and `minutes` are those of its claim, None for a free lock."""

    pool: str
    name: str
    word: Word
    holder: str
    link: str | None
    since: Moment | None
    minutes: int | None
    reason: str
    next_step: NextStep
    is_releasable: bool

    @property
    def age(self) -> str:
        """How long the lock had been claimed when the page was made."""
        return "" if self.minutes is None else duration_text(self.minutes)


def lock_rows(round_: Round) -> list[LockRow]:
    """Return the rows, the worst first and of those the oldest first; none where nothing is known of the locks."""
    if round_.look is None:
        return []
    outlook = Outlook(round_)
    rows = [_row(lock, round_, outlook) for lock in round_.look.children("locks")]
    return sorted(rows, key=lambda row: (row.word.rank, -(row.minutes or 0), row.pool, row.name))


def _row(lock: Fields, round_: Round, outlook: Outlook) -> LockRow:
    holder = lock.child("holder")
    since = lock.time("claimed_at")
    return LockRow(
        pool=lock.word("pool"),
        name=lock.word("name"),
        word=word_for(lock.word("verdict")),
        holder=holder.with_instance_vars(holder.text("text") or "") if holder else "",
        link=holder.link("url") if holder else None,
        since=since,
        minutes=since.minutes_until(round_.made) if since else None,
        reason=lock.text("reason") or "",
        next_step=outlook.of(lock),
        is_releasable=lock.flag("releasable"),
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the page's table of locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...module_utils._core.pool.layout import State
from ...module_utils._core.report.release_command import release_command
from ...module_utils._core.shared.times import duration_text
from .._html.text import shown
from .._html.times import PageTime, page_time
from .._round.lock import RoundLock
from .._round.model import Round, RoundPools
from .content import Content, content_of
from .hold import reason_of
from .next_step import NextStep, NextSteps
from .users import User, users_of
from .verdicts import Word, word_for


@dataclass(frozen=True)
class LockRow:
    """A lock on the page. `since` and `minutes` are those of its claim, None for a free lock.

    `users` are who has the lock: the build that uses it now first, then who claimed it, then who can take it next.
    `command` releases a claimed lock; `content` is what its file says, None if that was not read.
    """

    pool: str
    name: str
    word: Word
    users: Sequence[User]
    since: PageTime | None
    minutes: int | None
    commit: str
    commit_link: str | None
    reason: str
    next_step: NextStep
    is_releasable: bool
    command: str | None
    content: Content | None

    @property
    def age(self) -> str:
        """How long the lock had been claimed when the page was made."""
        return "" if self.minutes is None else duration_text(self.minutes)


def lock_rows(round_: Round) -> list[LockRow]:
    """Return the rows, the worst first, then the oldest; none if the locks are unknown."""
    seen = seen_pools(round_)
    if seen is None:
        return []
    next_steps = NextSteps(round_)
    rows = [_row(lock, round_, next_steps) for lock in seen.locks]
    return sorted(rows, key=lambda row: (row.word.rank, -(row.minutes or 0), row.pool, row.name))


def seen_pools(round_: Round) -> RoundPools | None:
    """Return the pools that the page shows: after the round, else as clean saw them before it."""
    return round_.status or (round_.clean.seen if round_.clean else None)


def _row(lock: RoundLock, round_: Round, next_steps: NextSteps) -> LockRow:
    since = page_time(lock.claimed_at)
    return LockRow(
        pool=shown(lock.pool),
        name=shown(lock.name),
        word=word_for(lock.verdict),
        users=users_of(lock),
        since=since,
        minutes=None if lock.claimed_at is None else max(0, (round_.finished_at - lock.claimed_at) // 60),
        commit=shown(lock.commit or "")[:8],
        commit_link=round_.commit_page(lock.commit),
        reason=shown(reason_of(lock)),
        next_step=next_steps.of(lock),
        is_releasable=lock.releasable,
        command=_command(lock),
        content=content_of(lock.content),
    )


def _command(lock: RoundLock) -> str | None:
    if lock.state == State.UNCLAIMED or lock.commit is None:
        return None
    return release_command(lock.pool, lock.name, lock.commit)

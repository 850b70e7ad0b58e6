# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round as a web page in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .._history.history import read_history
from .._html.document import document
from .._html.text import shown
from .._html.times import page_time
from .._html.trend import trend_of
from .._round.groups import GROUPS, Group
from .._round.model import RoundPools
from .._round.read import read_round
from .activity import activity_of
from .locks import LockRow, lock_rows, seen_pools
from .pools import pool_rows
from .verdicts import ANSWERED, UNREACHABLE, WORDS, Word

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class GroupCount:
    """The number of locks in a group, and in each of its verdicts."""

    group: Group
    count: int
    words: Sequence[tuple[Word, int]]


def page(value: object, *, old_after: int, history: object = None, data_file: str = "") -> str:
    """Return the page for a round; `old_after` is in minutes. Raises BadRound if the value is not a round.

    `history` are the last rounds as the state file keeps them, `data_file` the name of the JSON file beside the page.
    """
    round_ = read_round(value)
    locks, seen = lock_rows(round_), seen_pools(round_)
    return document(
        _FOLDER,
        "page",
        name=shown(round_.name),
        made=page_time(round_.finished_at),
        old_after=old_after * 60,
        check_mode=round_.check_mode,
        is_known=seen is not None,
        is_from_before=seen is not None and round_.status is None,
        commit=shown(seen.commit) if seen else "",
        commit_link=round_.commit_page(seen.commit) if seen else None,
        repository_link=round_.repository_url,
        locks=locks,
        pools=pool_rows(round_, locks),
        groups=_group_counts(locks),
        unreachable=sum(lock.word.key == UNREACHABLE for lock in locks),
        is_concourse_silent=not any(lock.word.group in ANSWERED for lock in locks),
        problems=_problems(seen),
        activity=activity_of(round_),
        trend=trend_of(read_history(history)),
        data_file=quote(data_file),
        words=list(WORDS.values()),
    )


def _group_counts(locks: Sequence[LockRow]) -> list[GroupCount]:
    counts = Counter(lock.word for lock in locks)
    by_rank = sorted(counts.items(), key=lambda item: (item[0].rank, item[0].key))
    found = []
    for group in GROUPS:
        words = [(word, count) for word, count in by_rank if word.group is group]
        found.append(GroupCount(group, sum(count for _word, count in words), words))
    return found


def _problems(seen: RoundPools | None) -> list[tuple[str, str]]:
    return [(shown(pool), shown(text)) for pool, text in seen.problems] if seen else []

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round as a web page in one file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from .._history.history import read_history
from .._round.groups import GROUPS, Group
from .._round.model import RoundPools
from .._round.read import read_round
from .activity import activity_of
from .locks import LockRow, lock_rows, seen_pools
from .pools import pool_rows
from .text import shown
from .times import page_time
from .trend import HEIGHT, WIDTH, trend_of
from .verdicts import ANSWERED, UNREACHABLE, WORDS, Word

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Inline:
    """A style sheet or a script in the page, and the hash with which the content security policy allows it."""

    text: Markup
    source: str


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
    return _template().render(
        style=_inline("page.css"),
        script=_inline("page.js"),
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
        drawing=(WIDTH, HEIGHT),
        trend=trend_of(read_history(history)),
        data_file=quote(data_file),
        words=list(WORDS.values()),
    )


@cache
def _template() -> Template:
    """Return the page's template. Ansible's templating is not involved, so no text of a lock can become code."""
    loader = FileSystemLoader(_FOLDER)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


@cache
def _inline(name: str) -> Inline:
    # Not escaped, because these are files of the collection.
    text = (_FOLDER / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Inline(Markup(text), f"'sha256-{digest}'")


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

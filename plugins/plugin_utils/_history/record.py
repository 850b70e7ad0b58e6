# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds a round to the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .._round.groups import Group, group_of
from .._round.links import job_page
from .._round.lock import RoundLock
from .._round.model import Round
from .history import MOST_ROUNDS, History, PastRound


def recorded(history: History, round_: Round) -> History:
    """Return the history with a round at its end; unchanged if the round does not know the locks.

    A claim that was left behind counts once, in the first round that sees it, also if that round releases it.
    """
    if round_.status is None:
        return history
    before = round_.clean.seen.locks if round_.clean and round_.clean.seen else ()
    left = {_claim_of(lock): lock for lock in (*before, *round_.locks) if _is_left(lock)}
    left_by = Counter(lock.job for claim, lock in left.items() if lock.job and claim not in history.left)
    counts = Counter(group_of(lock.verdict) for lock in round_.locks)
    # A round that is written again, with a failure that came late, takes its own place.
    earlier = tuple(one for one in history.rounds if one.at < round_.finished_at)
    rounds = (*earlier, PastRound(round_.finished_at, counts, left_by))[-MOST_ROUNDS:]
    still_left = frozenset(_claim_of(lock) for lock in round_.locks if _is_left(lock))
    return History(rounds, still_left, _links(history, rounds, left.values()))


def _links(history: History, rounds: Iterable[PastRound], left: Iterable[RoundLock]) -> dict[str, str]:
    """Return the pages of the jobs that are in the rounds, as the claims name them."""
    pages = {lock.job: job_page(lock.url) for lock in left if lock.job and lock.url}
    found = {**history.links, **{job: page for job, page in pages.items() if page}}
    jobs = {job for one in rounds for job in one.left_by}
    return {job: page for job, page in found.items() if job in jobs}


def _is_left(lock: RoundLock) -> bool:
    return group_of(lock.verdict) is Group.LEFT


def _claim_of(lock: RoundLock) -> str:
    return f"{lock.path}@{(lock.commit or '')[:12]}"

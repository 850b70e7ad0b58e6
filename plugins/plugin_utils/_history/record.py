# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds a round to the history."""

from __future__ import annotations

from collections import Counter

from .._round.groups import Group, group_of
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
    left = {_claim_of(lock): lock.job for lock in (*before, *round_.locks) if _is_left(lock)}
    left_by = Counter(job for claim, job in left.items() if job and claim not in history.left)
    counts = Counter(group_of(lock.verdict) for lock in round_.locks)
    # A round that is written again, with a failure that came late, takes its own place.
    earlier = tuple(one for one in history.rounds if one.at < round_.finished_at)
    rounds = (*earlier, PastRound(round_.finished_at, counts, left_by))
    still_left = frozenset(_claim_of(lock) for lock in round_.locks if _is_left(lock))
    return History(rounds[-MOST_ROUNDS:], still_left)


def _is_left(lock: RoundLock) -> bool:
    return group_of(lock.verdict) is Group.LEFT


def _claim_of(lock: RoundLock) -> str:
    return f"{lock.path}@{(lock.commit or '')[:12]}"

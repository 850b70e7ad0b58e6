# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON document beside the page: the round and the last rounds, for programs."""

from __future__ import annotations

import json
import typing as t
from collections import Counter

from .._round.groups import GROUPS, group_of
from .._round.plain_values import plain_value
from .._round.read import read_round
from .history import read_history

VERSION = 1
MADE_BY = "poolboy.concourse"
# The steps of a round, each with a table for a person, which the page does not show.
_STEPS, _TABLE = ("clean", "trigger", "status"), "report"


def page_data(value: object, *, page: str, old_after: int, history: object = None) -> str:
    """Return the document; see the filter pool_page_data. Raises BadRound if the value is not a round."""
    round_ = read_round(value)
    counts = Counter(group_of(lock.verdict) for lock in round_.locks)
    document = {
        "version": VERSION,
        "made_by": MADE_BY,
        "page": page,
        "old_after": old_after,
        "counts": {group.value: counts[group] for group in GROUPS} if round_.status else None,
        "round": _without_tables(plain_value(value)),
        "rounds": read_history(history).value()["rounds"],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _without_tables(fact: dict[str, t.Any]) -> dict[str, t.Any]:
    parts = {
        step: {name: one for name, one in fact[step].items() if name != _TABLE} for step in _STEPS if fact.get(step)
    }
    return {**fact, **parts}

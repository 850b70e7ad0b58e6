# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new in a round, and the memory for the next round."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._core.trigger.state import TriggerState
from ...module_utils._core.verdict.verdict import VerdictName
from .._round.model import Round
from .event import Event, NewsKind
from .events import lasting_events, releases
from .memory import Memory

_ORDER = tuple(NewsKind)


@dataclass(frozen=True)
class News:
    """The news, the memory after they were delivered, and the memory if they could not be delivered."""

    items: tuple[Event, ...]
    memory: Memory
    memory_if_lost: Memory


def news_of(round_: Round, memory: Memory, kept_too_long: int | None) -> News:
    """Return the news that are not in the memory; `kept_too_long` is in minutes, None for no such news.

    A round in check mode has done nothing, so it has no news.
    """
    if round_.check_mode:
        return News((), memory, memory)
    lasting = {item.key: item for item in lasting_events(round_, kept_too_long)}
    still = {key for key in memory.reported if key in lasting or _is_unknown(key, round_)}
    events = {item.key: item for item in (*memory.waiting, *releases(round_))}
    fresh = [item for key, item in lasting.items() if key not in memory.reported]
    items = sorted((*events.values(), *fresh), key=lambda item: _ORDER.index(item.kind))
    return News(
        tuple(items), Memory(frozenset(still | lasting.keys())), Memory(frozenset(still), tuple(events.values()))
    )


def _is_unknown(key: str, round_: Round) -> bool:
    """Return whether this round cannot determine that the condition has ended, so that it is not reported again."""
    kind, _space, rest = key.partition(" ")
    if kind == NewsKind.KEPT_TOO_LONG:
        return round_.status is None or rest in _of_unreachable(round_)
    if kind == NewsKind.HOLD_ENDS:
        return round_.status is None
    if kind == NewsKind.STUCK:
        return round_.trigger is None or (rest not in _pools_with_answers(round_) and "trigger" in round_.failed_steps)
    parts = {"clean": round_.clean, "trigger": round_.trigger, "status": round_.status}
    return kind == NewsKind.FAILED and not round_.ok and parts.get(rest, ()) is None


def _of_unreachable(round_: Round) -> set[str]:
    return {f"{lock.path} {lock.commit}" for lock in round_.locks if lock.verdict == VerdictName.UNREACHABLE}


def _pools_with_answers(round_: Round) -> set[str]:
    return {one.pool for one in round_.triggered_pools if one.state != TriggerState.FAILED}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The news in a round."""

from __future__ import annotations

from collections.abc import Iterator

from ...module_utils._core.shared.text import printable
from ...module_utils._core.shared.times import duration_text
from ...module_utils._core.verdict.verdict import VerdictName
from .._round.lock import RoundLock
from .._round.model import Round
from .event import Event, NewsKind

# Longer than any sentence of a module; cuts hostile commit messages.
LONGEST_TEXT = 500
_MINUTE = 60
_DAY = 24 * 60 * _MINUTE
# The lock is or may be in use.
_NOT_UNUSED = frozenset({VerdictName.RUNNING, VerdictName.HANDED_OFF, VerdictName.HELD, VerdictName.UNREACHABLE})


def releases(round_: Round) -> Iterator[Event]:
    """Return the locks that were released."""
    for one in round_.releases:
        name = f"{one.pool}/{one.name}"
        what = f"moved to {one.to_pool}" if one.to_pool != one.pool else "released"
        yield Event(
            NewsKind.RELEASED,
            _line(f"{name} was {what}: {one.reason}"),
            f"released {name} {one.commit}",
            pool=one.pool,
            lock=one.name,
            verdict=one.verdict,
            url=one.url,
        )


def lasting_events(round_: Round, kept_too_long: int | None) -> Iterator[Event]:
    """Return the conditions that continue until somebody acts."""
    yield from _failures(round_)
    yield from _stuck_pools(round_)
    for lock in round_.locks:
        minutes = _unused_minutes(lock, round_.finished_at)
        if kept_too_long is not None and minutes >= kept_too_long:
            yield _kept(lock, minutes)
        yield from _ending_hold(lock, round_.finished_at)


def _failures(round_: Round) -> Iterator[Event]:
    messages: dict[str, list[str]] = {}
    for failure in round_.failures:
        messages.setdefault(failure.step, []).append(failure.message)
    for step, sentences in messages.items():
        text = _line(f"The step {step} failed: {' '.join(sentences)}")
        yield Event(NewsKind.FAILED, text, f"failed {step}", step=step)


def _stuck_pools(round_: Round) -> Iterator[Event]:
    for one in round_.triggered_pools:
        if one.is_stuck:
            text = _line(f"{one.pool} is stuck, so no more builds of {one.job} are started: {one.reason}")
            yield Event(
                NewsKind.STUCK,
                text,
                f"stuck {one.pool}",
                pool=one.pool,
                url=one.stuck_builds[0] if one.stuck_builds else None,
            )


def _unused_minutes(lock: RoundLock, now: int) -> int:
    """Return the minutes since the last use of a claimed lock; -1 if unknown."""
    if lock.unused_since is None or lock.verdict in _NOT_UNUSED:
        return -1
    return max(0, now - lock.unused_since) // _MINUTE


def _kept(lock: RoundLock, minutes: int) -> Event:
    span = duration_text(minutes)
    since = (
        f"its hold ended {span} ago"
        if lock.verdict == VerdictName.EXPIRED
        else f"no known build has used it for {span}"
    )
    return Event(
        NewsKind.KEPT_TOO_LONG,
        _line(f"{lock.path} is still claimed, and {since}: {lock.reason}"),
        f"kept_too_long {lock.path} {lock.commit}",
        pool=lock.pool,
        lock=lock.name,
        verdict=lock.verdict,
        url=lock.url,
    )


def _ending_hold(lock: RoundLock, now: int) -> Iterator[Event]:
    until = lock.hold.until if lock.hold and lock.verdict == VerdictName.HELD else None
    if until is None or until - now > _DAY:
        return
    left = duration_text(max(0, until - now) // _MINUTE)
    yield Event(
        NewsKind.HOLD_ENDS,
        _line(f"The hold on {lock.path} ends in {left}: {lock.reason}"),
        f"hold_ends {lock.path} {lock.commit} {until}",
        pool=lock.pool,
        lock=lock.name,
        verdict=lock.verdict,
    )


def _line(text: str) -> str:
    return printable(text, LONGEST_TEXT)

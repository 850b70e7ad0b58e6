# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trailers of a claim say about a hold: who holds the lock, why, and until when.

`concourse_pool_lock` writes them, and people may write them as well:

    claiming: env-1

    Reason: kernel upgrade
    Held-By: ada@workstation
    Hold-Until: 2026-11-29T18:00:00Z

| Trailer      | Value                                                                              |
|--------------|------------------------------------------------------------------------------------|
| `Held-By`    | the owner                                                                          |
| `Hold-Until` | the end: ISO 8601 with an offset from UTC, or `never`                              |
| `Held-Since` | the time of the first claim, if the hold was extended; ISO 8601 as above           |
| `Reason`     | why, in one line                                                                   |
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..shared.times import iso_time
from .claim import Claim

HELD_BY, HOLD_UNTIL, HELD_SINCE, REASON = "Held-By", "Hold-Until", "Held-Since", "Reason"
NEVER = "never"

# As people write them: indented, or after a bullet; \uff1a is the colon of Chinese and Japanese keyboards.
_TRAILER = re.compile(r"\W*(?P<key>[A-Za-z][A-Za-z-]*)[ \t]*[:\uff1a](?P<value>.*)")
_END = re.compile(r"[\W_]*h[eo]ld[\W_]*until(?![^\W\d_])[\s:=\uff1a]*(?P<value>.*)", re.IGNORECASE)
_LONGEST_TIME = 40
_LONGEST_VALUE = 200
_AND = " and "  # between owners
# Seconds. A run of concourse_pool_lock can end a moment after the end that it was given.
_LONGEST_PUSH = 60


class HoldEnd(enum.Enum):
    """What a claim says about the end of its hold."""

    UNSTATED = "unstated"
    AT_TIME = "at a time"
    NEVER = "never"
    UNREADABLE = "unreadable"
    BEFORE_CLAIM = "before the claim"

    @property
    def is_wrong(self) -> bool:
        """Whether the end is stated, but nobody can tell when it is meant to be."""
        return self in (HoldEnd.UNREADABLE, HoldEnd.BEFORE_CLAIM)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as its claim states it; times are in seconds since 1970, UTC.

    `until` is the end if `end` is AT_TIME, else None; `since` is the first claim if the hold was extended, else None;
    `owner` and `reason` are empty if the claim does not state them.
    """

    owner: str = ""
    reason: str = ""
    end: HoldEnd = HoldEnd.UNSTATED
    until: int | None = None
    since: int | None = None

    @property
    def end_value(self) -> str | None:
        """The end as results show it: a time in UTC, `never`, or None if the claim states none that can be read."""
        return NEVER if self.end is HoldEnd.NEVER else iso_time(self.until)

    def has_ended(self, now: int) -> bool:
        """Return whether the end is a time that has come; `now` is in seconds since 1970, UTC."""
        return self.until is not None and self.until <= now


def read_claimed_hold(claim: Claim) -> Hold:
    """Return the hold that a claim and the later changes of its file state.

    Nobody claims a lock until a time in the past: the year, or the offset from UTC, is wrong.
    """
    hold = read_hold(f"{claim.message}\n{claim.later_trailers}")
    if hold.until is not None and hold.until < claim.written_at - _LONGEST_PUSH:
        return replace(hold, end=HoldEnd.BEFORE_CLAIM, until=None)
    return hold


def with_later_holds(claim: Claim, changes: Iterable[Claim]) -> Claim:
    """Return a claim with the holds that later changes of its file state, by people who took the lock over.

    `changes` are their commits, oldest first. Only changes that state an end count.
    """
    for change in changes:
        hold = read_claimed_hold(change)
        if hold.end is not HoldEnd.UNSTATED:
            owners = read_claimed_hold(claim).owner
            owner = hold.owner or ("" if owners else change.author)
            stated = _trailers(replace(hold, owner="" if owner in owners.split(_AND) else owner))
            trailers = _trailers(read_hold(f"\n{claim.later_trailers}\n{stated}"))
            claim = replace(claim, later_trailers=trailers)
    return claim


def _trailers(hold: Hold) -> str:
    end = NEVER if hold.end is HoldEnd.NEVER else iso_time(hold.until) or HoldEnd.UNREADABLE.value
    values = {HELD_BY: hold.owner, REASON: hold.reason, HOLD_UNTIL: end}
    return "\n".join(f"{key}: {value[:_LONGEST_VALUE]}" for key, value in values.items() if value)


def read_hold(message: str) -> Hold:
    """Return the hold in the message of a claim.

    Trailers count anywhere below the first line, because people rewrite messages, and squash several claims into one
    commit; an end counts in the first line, too, and however `Hold-Until` is spelled. Where several ends are stated,
    the latest counts: a hold that is read too long is safe, one that is read too short is not. Several owners hold the
    lock together, so that none of them can take it for theirs alone.

    >>> hold = read_hold("claiming: env-1\\n\\nHeld-By: ada\\nHold-Until: 2026-11-29T18:00:00+01:00\\n")
    >>> hold.owner, hold.end.value, hold.until
    ('ada', 'at a time', 1795971600)
    """
    lines = message.split("\n")
    values: dict[str, list[str]] = {}
    for found in filter(None, map(_TRAILER.fullmatch, lines[1:])):
        values.setdefault(found["key"].lower(), []).append(found["value"].strip())

    def last(key: str) -> str:
        return next(filter(None, reversed(values.get(key.lower(), []))), "")

    end, until = _read_ends([found["value"].strip() for found in filter(None, map(_END.fullmatch, lines))])
    owners = dict.fromkeys(filter(None, values.get(HELD_BY.lower(), [])))
    return Hold(_AND.join(owners), last(REASON), end, until, read_time(last(HELD_SINCE)))


def states_end(message: str) -> bool:
    """Return whether a message states an end, even one that cannot be read."""
    return read_hold(message).end is not HoldEnd.UNSTATED


def read_time(text: str) -> int | None:
    """Return a time with its offset from UTC as seconds since 1970, UTC; None if it is not one.

    >>> read_time("2026-11-29T18:00:00Z"), read_time("2026-11-29T18:00:00"), read_time("tomorrow")
    (1795975200, None, None)
    """
    try:
        time = datetime.fromisoformat(text) if len(text) <= _LONGEST_TIME else None
        return None if time is None or time.tzinfo is None else int(time.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def _read_ends(values: Sequence[str]) -> tuple[HoldEnd, int | None]:
    if not values:
        return HoldEnd.UNSTATED, None
    if any(value.lower() == NEVER for value in values):
        return HoldEnd.NEVER, None
    times = [read_time(value) for value in values]
    known = [time for time in times if time is not None]
    return (HoldEnd.AT_TIME, max(known)) if len(known) == len(times) else (HoldEnd.UNREADABLE, None)

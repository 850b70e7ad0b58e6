# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `until`: a time, a span from now, or `never`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...claim.hold import NEVER, Hold, HoldEnd, read_time
from ...shared.errors import BadOption
from ...shared.text import quoted
from ...shared.times import iso_time

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(?:\d{1,6}[mhdw] ?)+")
_PART = re.compile(r"(\d+)([mhdw])")
# A hold that is asked for again is extended once a tenth of its span has passed: not each time that a play runs twice.
_EXTENDED_AFTER = 10
_LATEST = 253402300799  # the end of the year 9999, the last one of datetime


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a hold: `span` seconds after the claim, or the time `at` (seconds since 1970, UTC).

    Neither of them means never.
    """

    span: int | None = None
    at: int | None = None

    def end(self, now: int) -> int | None:
        """Return the end of a hold that is claimed `now` (seconds since 1970, UTC); None for never."""
        return self.at if self.span is None else min(now + self.span, _LATEST)

    def check(self, now: int) -> None:
        """Raise BadOption for a time that has passed `now` (seconds since 1970, UTC)."""
        if self.at is not None and self.at <= now:
            raise BadOption(f"until: {iso_time(self.at)} has passed; it is now {iso_time(now)}. Give a later time.")

    def extends(self, hold: Hold, now: int) -> bool:
        """Return whether a hold of the same owner gets a later end. A claim that states no end has none to extend."""
        if hold.end in (HoldEnd.NEVER, HoldEnd.UNSTATED):
            return False
        end = self.end(now)
        if end is None or hold.until is None:
            return True
        return end - hold.until > (0 if self.span is None else self.span // _EXTENDED_AFTER)

    def trailer(self, now: int) -> str:
        """Return the end as the trailer of a claim has it: in UTC, or `never`."""
        return iso_time(self.end(now)) or NEVER


def read_until(text: str, now: int) -> Until:
    """Read the option; `now` is in seconds since 1970, UTC. Raises BadOption.

    >>> read_until("1d 12h", 0), read_until("2026-11-29T18:00:00+01:00", 0), read_until("never", 0)
    (Until(span=129600, at=None), Until(span=None, at=1795971600), Until(span=None, at=None))
    """
    given = text.strip()
    if given.lower() == NEVER:
        return Until()
    if _SPAN.fullmatch(given):
        span = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(given))
        if span > 0:
            return Until(span=span)
    at = read_time(given)
    if at is None:
        raise BadOption(
            f"until: {quoted(given, 40)} is neither a span such as 4h or 2d, nor a time with its offset from UTC"
            " such as '2026-11-29T18:00:00Z' (in quotes), nor never."
        )
    until = Until(at=at)
    until.check(now)
    return until

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the cleaners looked at a claim in Concourse."""

from __future__ import annotations

from bisect import bisect_right
from urllib.parse import parse_qs

from .....atc.http.request_log import RequestLog
from .ledger import ClaimNote


class Looks:
    """The requests of the cleaners that can begin a look at a claim: by the name, the id or the version."""

    def __init__(self, log: RequestLog) -> None:
        self._asked: dict[tuple[str, str], list[float]] = {}
        for entry in log.entries:
            cleaner = entry.who.rpartition(":")[2]
            for about in (entry.path, *parse_qs(entry.query).get("filter", [])):
                self._asked.setdefault((cleaner, about), []).append(entry.time)

    def last(self, cleaner: str, note: ClaimNote, at: float) -> float:
        """Return when the cleaner last began to judge the claim: it made all its requests for it after that."""
        ways = (note.where, f"/api/v1/builds/{note.build}", f"ref:{note.commit}")
        found = [self._before(self._asked.get((cleaner, way), []), at) for way in ways]
        return max((time for time in found if time is not None), default=at)

    def _before(self, times: list[float], at: float) -> float | None:
        place = bisect_right(times, at)
        return times[place - 1] if place else None

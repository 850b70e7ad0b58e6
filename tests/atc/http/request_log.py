# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records every request, so that tests can count them and check their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LoggedRequest:
    """A logged request. `time` is the emulator's time; `status` 0 means no response; `faults` are the applied ids."""

    number: int
    time: float
    connection: int
    method: str
    path: str
    query: str
    who: str
    status: int
    faults: list[int]


@dataclass
class RequestLog:
    entries: list[LoggedRequest] = field(default_factory=list)

    def matching(self, *, path: str = "", method: str = "") -> list[LoggedRequest]:
        """Return matching requests. Both are regular expressions; `method` must match completely."""
        return [
            entry
            for entry in list(self.entries)
            if re.search(path, entry.path) and re.fullmatch(method or ".*", entry.method)
        ]

    def connections(self) -> int:
        return len({entry.connection for entry in list(self.entries)})

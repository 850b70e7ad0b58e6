# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control: faults to inject, and the log of requests."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..http.faults import Fault
from ..http.request_log import RequestLog
from ..world.entities import JsonObject
from .control import Control, operation


class TrafficControl(Control):
    @operation
    def add_fault(self, /, kind: str, **fields: Any) -> int:
        """Add a fault (see `Fault`) and return its id. The first fault that matches a request applies."""
        number = self.world.next_id("faults")
        self.faults.append(Fault(kind, **fields, id=number))
        return number

    @operation
    def remove_fault(self, fault_id: int) -> None:
        self.faults[:] = [fault for fault in self.faults if fault.id != fault_id]

    @operation
    def clear_faults(self) -> None:
        self.faults.clear()

    @operation
    def fault_hits(self) -> dict[str, int]:
        """Return the number of affected requests by fault id."""
        return {str(fault.id): fault.hits for fault in self.faults}

    @operation
    def requests(self, *, path: str = "", method: str = "") -> list[JsonObject]:
        """Return the requests so far, oldest first; `path` and `method` are regular expressions."""
        return [dataclasses.asdict(entry) for entry in self.log.matching(path=path, method=method)]

    @operation
    def connections(self) -> int:
        """Return the number of connections so far."""
        return self.log.connections()

    @operation
    def clear_log(self) -> None:
        self.log = RequestLog()

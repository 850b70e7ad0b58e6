# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last rounds before that of the demo, for the picture of the trend."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .rounds import iso

_ROUNDS = 96
_LOCKS = 12


def past_rounds(last: dict[str, Any]) -> dict[str, Any]:
    """Return a day of rounds up to `last`, as the state file keeps them; the same ones for each call."""
    end = datetime.fromisoformat(last["finished_at"])
    rounds = [_round(number, end - timedelta(minutes=15 * (_ROUNDS - 1 - number))) for number in range(_ROUNDS)]
    rounds[-1].update(free=6, use=3, person=2, unknown=0, left=1)
    return {"rounds": rounds, "left": []}


def _round(number: int, end: datetime) -> dict[str, Any]:
    free = (7, 6, 6, 5, 3, 2, 1, 0, 2, 4, 5, 6)[number // 8] + number % 3 // 2
    person = 2 if number > 40 else 0
    left = 1 if number % 11 in (3, 4, 5) else 0
    job = "claim-env" if number % 2 else "load-test"
    left_by = {f"main/shop/{job}": 1} if number % 11 == 3 else {}
    use = _LOCKS - free - person - left
    return {"at": iso(end), "free": free, "use": use, "person": person, "unknown": 0, "left": left, "left_by": left_by}

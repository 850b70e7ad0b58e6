# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The problems that a person should fix: those of the repository, and those of its claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..claim.hold import HOLD_UNTIL, HoldEnd
from ..pool.snapshot import Problem, Snapshot
from ..shared.text import printable
from ..verdict.judge import JudgedLock


def problems_of(snapshot: Snapshot, judged: Iterable[JudgedLock], pools: Sequence[str]) -> list[Problem]:
    """Return the problems of the chosen pools."""
    return [one for one in (*snapshot.problems, *map(_problem, judged)) if one is not None and one.pool in pools]


def _problem(judged: JudgedLock) -> Problem | None:
    hold = judged.holder.hold if judged.holder else None
    if hold is None or not hold.end.is_wrong:
        return None
    what = "cannot be read" if hold.end is HoldEnd.UNREADABLE else "had passed when it was claimed"
    return Problem(
        judged.lock.pool,
        f"lock {printable(judged.lock.name, 80)} is held until a time that {what}, so it is never released:"
        f" write {HOLD_UNTIL} as 2026-11-29T18:00:00Z, or as never",
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tally of a pool-trigger-resource, and how moves of locks change it.

The meaning of the two files follows the README of vmware-archive/pool-trigger-resource (before: cfmobile), section
"Check", and its assets/check. `.pending-triggers` counts the free locks that still need a build, `.pending-removals`
the builds that were started and have not claimed their lock yet. Since the last count

1. each lock that arrived in `unclaimed/` is one trigger more (`^A` of `git show --name-status`);
2. each lock that left `unclaimed/` is one removal less;
3. when no removal is left, it is one trigger less instead;
4. each started build is one trigger less and one removal more;
5. if one of the files is missing, the count starts from scratch: each free lock is a trigger.

The resource starts one build per check; here one commit counts all of them. The resource counts a lock that is renamed,
or replaced in the same commit, as an arrival and a departure; here it counts as neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..pool.layout import State
from ..pool.move import Move
from ..pool.tally_files import TallyCounts, read_count
from ..shared.text import printable

# The subject that the resource writes; lock repositories since 2016 hold tens of thousands of them.
_MESSAGE = re.compile(r"triggering build with pending triggers: (-?\d{1,9}); pending removals: (-?\d{1,9})")
_POOL = "Pool: "


@dataclass(frozen=True, slots=True)
class TallyRecord:
    """The tally of a pool in a lock repository.

    `triggers` and `removals` are the contents of the two files, None for a missing one. `counted_at` is the time of the
    commit that last wrote them, None if it was not found; `moves` are those of the pool since then.
    """

    triggers: str | None
    removals: str | None
    counted_at: datetime | None = None
    moves: tuple[Move, ...] = ()

    @property
    def is_there(self) -> bool:
        return self.triggers is not None and self.removals is not None

    @property
    def counted(self) -> TallyCounts | None:
        """The tally in the files; None if one is missing or is not a number."""
        triggers, removals = read_count(self.triggers), read_count(self.removals)
        return None if triggers is None or removals is None else TallyCounts(triggers, removals)


def carry_forward(tally: TallyCounts, moves: Iterable[Move]) -> TallyCounts:
    """Return the tally after the moves since its count; it can become negative.

    A commit with as many arrivals as departures changes nothing: as many locks as before have no build.
    """
    if tally.is_negative:
        return tally
    net: Counter[str] = Counter()
    for move in moves:
        net[move.commit] += (move.now is State.UNCLAIMED) - (move.was is State.UNCLAIMED)
    arrived = sum(count for count in net.values() if count > 0)
    removals = tally.removals + sum(count for count in net.values() if count < 0)
    return TallyCounts(tally.triggers + arrived + min(removals, 0), max(removals, 0))


def tally_message(pool: str, tally: TallyCounts, run: str) -> str:
    """Return the message of a commit that counts: the subject of the resource, the pool and the run.

    If the counts stay the same, the commit changes no file, and only the message names the pool. `run` is unique to a
    run. Without it, two runs that count the same at the same time would write the same commit; the server would accept
    both pushes, and both runs would start the builds.
    """
    counts = f"triggering build with pending triggers: {tally.triggers}; pending removals: {tally.removals}"
    return f"{counts}\n\n{_POOL}{printable(pool)}\nRun: {run}\n"


def read_tally_message(message: str) -> tuple[TallyCounts, str | None] | None:
    """Return the tally and, if it is named, the pool in the message of a commit that counts, else None."""
    subject, *lines = message.split("\n")
    found = _MESSAGE.fullmatch(subject.rstrip())
    if found is None:
        return None
    pool = next((line.removeprefix(_POOL) for line in lines if line.startswith(_POOL)), None)
    return TallyCounts(int(found[1]), int(found[2])), pool

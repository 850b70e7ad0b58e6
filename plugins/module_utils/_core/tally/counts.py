# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts that a pool-trigger-resource keeps in a pool, and what follows from them.

What the two files mean is taken from the README of vmware-archive/pool-trigger-resource (before: cfmobile), section
"Check", and from assets/check there. `.pending-triggers` counts the free locks that still have to get a build, and
`.pending-removals` the builds that were started and have not taken their lock yet. Since the last count

1. each lock that came to `unclaimed/` is one trigger more, whoever brought it (`^A` of `git show --name-status`);
2. each lock that left `unclaimed/` is one removal less, whoever took it;
3. those that left in excess of the removals are triggers less;
4. each build that is started is one trigger less and one removal more;
5. if one of the files is not there, all is begun afresh: each free lock is a trigger.

The resource starts one build for each check, here all of them are counted in one commit. It counts a lock that is
renamed, or changed for another one in the same commit, as one that came and one that left; here that is neither.
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

# The resource's own words, which lock repositories since 2016 hold by the ten thousand.
_MESSAGE = re.compile(r"triggering build with pending triggers: (-?\d{1,9}); pending removals: (-?\d{1,9})")
_POOL = "Pool: "


@dataclass(frozen=True, slots=True)
class TallyRecord:
    """What a lock repository tells of the tally of a pool.

    `triggers` and `removals` are the content of the two files, None where there is none. `counted_at` is when the
    commit that last wrote them was made, None if that cannot be found; `moves` is what happened to the pool since then.
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
        """The tally as it is in the files; None if they are not there or hold no numbers."""
        triggers, removals = read_count(self.triggers), read_count(self.removals)
        return None if triggers is None or removals is None else TallyCounts(triggers, removals)


def carry_forward(tally: TallyCounts, moves: Iterable[Move]) -> TallyCounts:
    """The tally after what happened to the locks of the pool since it was counted; it can become negative.

    A commit that brings as many locks as it takes leaves as many without a build as before, and counts for nothing.
    """
    if tally.is_negative:
        return tally
    net: Counter[str] = Counter()
    for move in moves:
        net[move.commit] += (move.now is State.UNCLAIMED) - (move.was is State.UNCLAIMED)
    came = sum(count for count in net.values() if count > 0)
    removals = tally.removals + sum(count for count in net.values() if count < 0)
    return TallyCounts(tally.triggers + came + min(removals, 0), max(removals, 0))


def tally_message(pool: str, tally: TallyCounts, run: str) -> str:
    """The message of the commit that counts: the resource's own line, then the pool, which that line leaves out.

    The counts may be the same as before, so that the commit changes nothing: then only this line tells the pool.
    `run` is a word of the run's own. Two runs that count the same at the same moment would else make the very same
    commit, and the push of the second would be accepted, as that commit is there already: both would start the builds.
    """
    counts = f"triggering build with pending triggers: {tally.triggers}; pending removals: {tally.removals}"
    return f"{counts}\n\n{_POOL}{printable(pool)}\nRun: {run}\n"


def read_tally_message(message: str) -> tuple[TallyCounts, str | None] | None:
    """Read the message of a commit that counts: the tally, and the pool if it is named. None for any other message."""
    subject, *lines = message.split("\n")
    found = _MESSAGE.fullmatch(subject.rstrip())
    if found is None:
        return None
    pool = next((line.removeprefix(_POOL) for line in lines if line.startswith(_POOL)), None)
    return TallyCounts(int(found[1]), int(found[2])), pool

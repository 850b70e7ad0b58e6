# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tallies have drifted, by what happened to their pools since they were counted.

The files stay as they are while builds claim what was counted for them. So only with the latest history it shows
whether a tally that does not fit the pool has drifted. It is looked at over so many commits, always the same number:
what is told of a commit depends on that commit alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.pool.snapshot import Problem
from ..._core.pool.tree import TallyDoubt, Tree
from ..._core.tally.counts import TallyRecord, carry_forward
from ..cache.mirror import Mirror
from ..objects.object_reader import ObjectReader
from ..process.command import GitCommand
from .reader import TallyReader

DEPTH = 64  # how deep a mirror has to be
_COMMITS = DEPTH - 1  # that many are read; the one at the end of what was fetched is no evidence


def problems_with_drift(
    git: GitCommand, mirror: Mirror, objects: ObjectReader, tree: Tree, commit: str
) -> tuple[Problem, ...]:
    """The problems of a tree, less the tallies that come out right, and with those that do not.

    A pool that was counted longer ago keeps the problem that its files alone give. Raises TooShallow for a mirror that
    is not deep enough; GitFailed, MissingObject, BrokenHistory.
    """
    doubts = {doubt.pool: doubt for doubt in tree.doubts}
    records = TallyReader(objects, tree.pools).read(git, mirror, commit, doubts, most=_COMMITS)
    known = {pool: doubts[pool] for pool, record in records.items() if record.counted_at is not None}
    kept = [one for one in tree.problems if one.pool not in known or one.text not in known[one.pool].texts]
    drifted = [one for doubt in known.values() for one in _drifted(doubt, records)]
    return tuple(sorted([*kept, *drifted], key=lambda problem: problem.pool))


def _drifted(doubt: TallyDoubt, records: Mapping[str, TallyRecord]) -> list[Problem]:
    now = carry_forward(doubt.tally, records[doubt.pool].moves)
    if not now.is_negative and now.triggers + now.removals == doubt.unclaimed:
        return []
    return [
        Problem(
            doubt.pool,
            f"the tally has drifted: with what happened since it was counted it comes to {now.triggers} builds to start"
            f" and {now.removals} claims to come, the pool has {doubt.unclaimed} unclaimed locks",
        )
    ]

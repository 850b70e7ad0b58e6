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
from dataclasses import replace

from ..._core.pool.snapshot import Problem
from ..._core.pool.tally_files import TallyMismatch
from ..._core.pool.tree import PoolTree
from ..._core.tally.counts import TallyRecord, carry_forward
from ..cache.mirror import Mirror
from ..objects.object_reader import ObjectReader
from ..process.command import GitCommand
from .reader import TallyReader

DEPTH = 64  # how deep a mirror has to be
_COMMITS = DEPTH - 1  # that many are read; the one at the end of what was fetched is no evidence


def problems_with_drift(
    git: GitCommand, mirror: Mirror, objects: ObjectReader, tree: PoolTree, commit: str
) -> tuple[Problem, ...]:
    """The problems of a tree, less the tallies that come out right, and with those that do not.

    A pool that was counted longer ago keeps the problem that its files alone give. Raises TooShallow for a mirror that
    is not deep enough; GitFailed, MissingObject, BrokenHistory.
    """
    mismatches = {mismatch.pool: mismatch for mismatch in tree.mismatches}
    records = TallyReader(objects, tree.pools).read(git, mirror, commit, mismatches, most=_COMMITS)
    known = {pool: mismatches[pool] for pool, record in records.items() if record.counted_at is not None}
    kept = [problem for problem in tree.tally_problems if problem.pool not in known]
    drifted = [problem for mismatch in known.values() for problem in _drifted(mismatch, records)]
    return replace(tree, tally_problems=(*kept, *drifted)).problems


def _drifted(mismatch: TallyMismatch, records: Mapping[str, TallyRecord]) -> list[Problem]:
    now = carry_forward(mismatch.tally, records[mismatch.pool].moves)
    if not now.is_negative and now.total == mismatch.unclaimed:
        return []
    return [
        Problem(
            mismatch.pool,
            f"the tally has drifted: with what happened since it was counted it comes to {now.triggers} builds to start"
            f" and {now.removals} claims to come, the pool has {mismatch.unclaimed} unclaimed locks",
        )
    ]

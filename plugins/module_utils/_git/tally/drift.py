# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tally of a pool has drifted from its locks.

The files do not change while builds claim the locks that were counted for them. So a tally that does not match the
locks is compared again, with the moves of locks since it was written. This reads a fixed number of commits, so that the
problems of a commit depend on that commit alone.
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

DEPTH = 64  # commits that the mirror must hold
_COMMITS = DEPTH - 1  # commits that are read; the oldest one shows no changes, as its parent was not fetched


def problems_with_drift(
    git: GitCommand, mirror: Mirror, objects: ObjectReader, tree: PoolTree, commit: str
) -> tuple[Problem, ...]:
    """Return the problems of a tree at a commit, with those of tallies corrected by the latest commits.

    A pool whose tally is older keeps the problem that the files alone show. Raises TooShallow if the mirror holds fewer
    than DEPTH commits; GitFailed, MissingObject, BrokenHistory.
    """
    mismatches = {mismatch.pool: mismatch for mismatch in tree.mismatches}
    records = TallyReader(objects, tree.pools).read(git, mirror, commit, mismatches, most=_COMMITS)
    known = {pool: mismatches[pool] for pool, record in records.items() if record.counted_at is not None}
    kept = [problem for problem in tree.tally_problems if problem.pool not in known]
    drifted = [problem for mismatch in known.values() for problem in _drifted(mismatch, records)]
    return replace(tree, tally_problems=(*kept, *drifted)).problems


def _drifted(mismatch: TallyMismatch, records: Mapping[str, TallyRecord]) -> list[Problem]:
    current = carry_forward(mismatch.tally, records[mismatch.pool].moves)
    if not current.is_negative and current.total == mismatch.unclaimed:
        return []
    return [
        Problem(
            mismatch.pool,
            f"the tally has drifted: with the moves of locks since it was written, it counts {current.triggers} builds"
            f" to start and {current.removals} expected claims, but the pool has {mismatch.unclaimed} unclaimed locks",
        )
    ]

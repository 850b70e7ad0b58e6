# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot after a push of our own, so that the next run need not fetch it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..._core.pool.snapshot import Snapshot
from ..cache.mirror import MIRROR_ERRORS, Mirror
from ..objects.errors import TooShallow
from ..objects.object_reader import read_objects
from ..objects.pool_tree import read_pool_tree
from ..process.command import GitCommand
from ..tally.drift import problems_with_drift


def predict_snapshot(git: GitCommand, mirror: Path, snapshot: Snapshot, commit: str) -> Snapshot | None:
    """Return the snapshot at commits on top of another snapshot that remove claims and add none.

    None if it cannot be read; the next run fetches it then.
    """
    with contextlib.suppress(*MIRROR_ERRORS, TooShallow):
        with read_objects(git, mirror) as objects:
            tree = read_pool_tree(git, mirror, objects, commit)
            problems = problems_with_drift(git, Mirror(mirror), objects, tree, commit)
        claimed = tree.claimed_paths
        claims = {path: claim for path, claim in snapshot.claims.items() if path in claimed}
        return Snapshot(commit, snapshot.branch, tree.pools, tree.locks, claims, problems, tree.obstacles)
    return None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot after a push of our own, so that the next run need not fetch it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..._core.claim.claim import Claim
from ..._core.pool.layout import decode_path, encode_path
from ..._core.pool.snapshot import Snapshot
from ..._core.pool.tree import PoolTree
from ..cache.mirror import MIRROR_ERRORS, Mirror
from ..history.claim_finder import ClaimFinder
from ..objects.errors import TooShallow
from ..objects.object_reader import read_objects
from ..objects.pool_tree import read_pool_tree
from ..process.command import GitCommand
from ..tally.drift import problems_with_drift


def predict_snapshot(
    git: GitCommand, mirror: Path, snapshot: Snapshot, commit: str, *, makes_claims: bool = False
) -> Snapshot | None:
    """Return the snapshot at commits on top of another snapshot, which add claims only if `makes_claims` is true.

    None if it cannot be read; the next run fetches it then.
    """
    with contextlib.suppress(*MIRROR_ERRORS, TooShallow):
        with read_objects(git, mirror) as objects:
            tree = read_pool_tree(git, mirror, objects, commit)
            problems = problems_with_drift(git, Mirror(mirror), objects, tree, commit)
        claims = (
            _find_claims(git, Mirror(mirror), snapshot, tree, commit)
            if makes_claims
            else {path: claim for path, claim in snapshot.claims.items() if path in tree.claimed_paths}
        )
        return Snapshot(commit, snapshot.branch, tree.pools, tree.locks, claims, problems, tree.obstacles)
    return None


def _find_claims(git: GitCommand, mirror: Mirror, snapshot: Snapshot, tree: PoolTree, commit: str) -> dict[str, Claim]:
    """Return the claims at a commit: new ones from the few commits since the snapshot, others from the snapshot.

    A claim that the snapshot does not know stays unknown. Raises GitFailed, MissingObject, BrokenHistory.
    """
    known = {encode_path(path): claim for path, claim in snapshot.claims.items()}
    unknown = {lock.path for lock in snapshot.locks_without_claim()}
    finder = ClaimFinder(git, mirror, {snapshot.commit: known})
    finder.follow({commit: {encode_path(path) for path in tree.claimed_paths - unknown}})
    return {decode_path(path): claim for path, claim in finder.claims.items()}

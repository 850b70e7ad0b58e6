# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at the branch: fetch, read the tree, find the claims."""

from __future__ import annotations

from ..._core.claim.claim import Claim
from ..._core.pool.snapshot import Snapshot
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..cache.mirror import Mirror
from ..history.claim_finder import ClaimFinder, by_path
from ..history.model import PathsByCommit
from ..objects.errors import BrokenHistory
from ..objects.object_reader import read_objects
from ..objects.pool_tree import read_pool_tree
from ..process.command import GitCommand
from ..remote.remote import WHOLE_HISTORY, Remote
from ..remote.tip import Tip
from ..tally.drift import DEPTH as DEPTH_TO_WEIGH
from ..tally.drift import problems_with_drift

# Commits behind the tip. Half of all claims lie within some hundred commits, the oldest can be fifty thousand back.
# Each step is a round trip to the server; far back, what a step brings costs more than the trip.
DEPTHS = (1, 64, 512, 4096, 32768, 65536, 131072, 262144, WHOLE_HISTORY)
DEPTH_IF_KNOWN = 1  # index of the step that a look begins with when an earlier one's claims are known


def fetch_snapshot(git: GitCommand, remote: Remote, mirror: Mirror, tip: Tip, remembered: Snapshot | None) -> Snapshot:
    """Bring a mirror up to date, and return the snapshot of its branch. Claims of `remembered` are carried over.

    Raises RepositoryError; and GitFailed, MissingObject, BrokenHistory or OSError if the mirror may be at fault.
    """
    depths = iter(DEPTHS if remembered is None else DEPTHS[DEPTH_IF_KNOWN:])
    _fetch(remote, mirror, tip, next(depths))
    commit = mirror.tracked()
    if commit is None:
        raise BrokenHistory("git fetch left no reference")
    with read_objects(git, mirror.path) as objects:
        tree = read_pool_tree(git, mirror.path, objects, commit)
    known = {} if remembered is None else {remembered.commit: _by_bytes(remembered)}
    finder = ClaimFinder(git, mirror, known)
    claimed = {lock.path.encode("utf-8", "surrogateescape") for lock in tree.locks if lock.is_claimed}
    missing = finder.follow({commit: claimed}) if claimed else {}
    while missing:
        depth = next(depths, None)
        if depth is None:
            raise _no_more_history(remote, mirror, commit, missing)
        _fetch(remote, mirror, tip, depth)
        missing = finder.follow(missing)
    claims = by_path(finder.claims.items())
    problems = tree.problems
    if tree.mismatches:
        if mirror.depth < DEPTH_TO_WEIGH:
            _fetch(remote, mirror, tip, DEPTH_TO_WEIGH)
        with read_objects(git, mirror.path) as objects:
            problems = problems_with_drift(git, mirror, objects, tree, commit)
    return Snapshot(commit, tip.branch, tree.pools, tree.locks, claims, problems, tree.obstacles)


def _fetch(remote: Remote, mirror: Mirror, tip: Tip, depth: int) -> None:
    remote.fetch(mirror.path, tip.branch, depth=depth)
    mirror.depth = depth


def _by_bytes(snapshot: Snapshot) -> dict[bytes, Claim]:
    return {path.encode("utf-8", "surrogateescape"): claim for path, claim in snapshot.claims.items()}


def _no_more_history(remote: Remote, mirror: Mirror, commit: str, missing: PathsByCommit) -> Exception:
    if mirror.tracked() != commit:
        return BrokenHistory("the branch was rewritten during the look")
    path = min(path for paths in missing.values() for path in paths)
    shown = printable(path.decode("utf-8", "surrogateescape"), 200)
    return RepositoryError(
        f"The history at {remote.where} ends before the commit that claimed {shown}: the repository there is"
        " a shallow clone. Run git fetch --unshallow in it, or name the repository that it was cloned from."
    )

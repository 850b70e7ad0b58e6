# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot of the branch as it is now, with no more of the history than its claims need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..._core.pool.layout import decode_path, encode_path
from ..._core.pool.snapshot import Problem, Snapshot, WantedPools
from ..._core.pool.tree import PoolTree
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..cache.mirror import Mirror
from ..history.claim_finder import ClaimFinder
from ..history.model import PathsByCommit
from ..objects.errors import BrokenHistory
from ..objects.object_reader import read_objects
from ..objects.pool_tree import read_pool_tree
from ..process.command import GitCommand
from ..remote.remote import Remote
from ..remote.tip import Tip
from ..tally.drift import DEPTH as TALLY_DEPTH
from ..tally.drift import problems_with_drift
from .depths import first_depths, next_depths


@dataclass(frozen=True, slots=True)
class SnapshotFetch:
    """Fetches a branch into a mirror. The claims of `cached`, an earlier snapshot, are carried over."""

    git: GitCommand
    remote: Remote
    mirror: Mirror
    tip: Tip
    wanted: WantedPools
    cached: Snapshot | None

    def snapshot(self) -> Snapshot:
        """Bring the mirror up to date, and return the snapshot of its branch.

        Raises RepositoryError; and GitFailed, MissingObject, BrokenHistory or OSError if the mirror may be at fault.
        """
        is_local = self.remote.is_local
        depths = iter(first_depths(is_local=is_local) if self.cached is None else next_depths(is_local=is_local))
        self._fetch(next(depths))
        commit = self.mirror.tracked()
        if commit is None:
            raise BrokenHistory("git fetch left no reference")
        with read_objects(self.git, self.mirror.path) as objects:
            tree = read_pool_tree(self.git, self.mirror.path, objects, commit)
        finder = self._find_claims(commit, tree, depths)
        claims = {decode_path(path): claim for path, claim in finder.claims.items()}
        problems = self._problems(commit, tree)
        return Snapshot(commit, self.tip.branch, tree.pools, tree.locks, claims, problems, tree.obstacles)

    def _find_claims(self, commit: str, tree: PoolTree, depths: Iterator[int]) -> ClaimFinder:
        """Find the claims of the wanted pools, however deep; of other pools those that cost no further fetch."""
        known = {encode_path(path): claim for path, claim in self.cached.claims.items()} if self.cached else {}
        finder = ClaimFinder(self.git, self.mirror, {self.cached.commit: known} if self.cached else {})
        followed = self._pools_to_follow(tree)
        claimed = [lock for lock in tree.locks if lock.is_claimed and lock.pool in followed]
        wanted = {encode_path(lock.path) for lock in claimed if lock.pool in self.wanted}
        missing = finder.follow({commit: {encode_path(lock.path) for lock in claimed}}) if claimed else {}
        while missing_wanted := wanted & _paths(missing):
            depth = next(depths, None)
            if depth is None:
                raise self._no_more_history(commit, missing_wanted)
            self._fetch(depth)
            missing = finder.follow(missing)
        return finder

    def _pools_to_follow(self, tree: PoolTree) -> frozenset[str]:
        """Return the wanted pools, and those whose claims were all known before."""
        known: set[str] = set()
        if self.cached is not None:
            known = {*self.cached.pools} - {lock.pool for lock in self.cached.locks_without_claim()}
        return frozenset(pool for pool in tree.pools if pool in self.wanted or pool in known)

    def _problems(self, commit: str, tree: PoolTree) -> tuple[Problem, ...]:
        if not tree.mismatches:
            return tree.problems
        if self.mirror.depth < TALLY_DEPTH:
            self._fetch(TALLY_DEPTH)
        with read_objects(self.git, self.mirror.path) as objects:
            return problems_with_drift(self.git, self.mirror, objects, tree, commit)

    def _fetch(self, depth: int) -> None:
        self.remote.fetch(self.mirror.path, self.tip.branch, depth=depth)
        self.mirror.depth = depth

    def _no_more_history(self, commit: str, missing: set[bytes]) -> Exception:
        if self.mirror.tracked() != commit:
            return BrokenHistory("the branch was rewritten during the fetch")
        shown = printable(decode_path(min(missing)), 200)
        return RepositoryError(
            f"The history at {self.remote.where} ends before the commit that claimed {shown}: the repository there is"
            " a shallow clone. Run git fetch --unshallow in it, or name the repository that it was cloned from."
        )


def _paths(paths: PathsByCommit) -> set[bytes]:
    return {path for some in paths.values() for path in some}

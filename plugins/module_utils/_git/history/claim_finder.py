# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of a mirror, as far as its history reaches."""

from __future__ import annotations

from ..._core.claim.claim import Claim
from ..cache.mirror import Mirror
from ..objects.errors import BrokenHistory
from ..objects.object_reader import read_objects
from ..process.command import GitCommand
from .claim_commit import LONGEST_COMMIT, read_claim
from .claim_trace import trace_claims
from .log import read_log
from .merge_parents import TreeMergeParentsReader
from .model import KnownClaims, PathsByCommit, TraceResult, add_paths


class ClaimFinder:
    """Finds the claims of paths, over several looks at a history that grows; `claims` are those found so far."""

    def __init__(self, git: GitCommand, mirror: Mirror, known: KnownClaims) -> None:
        self.claims: dict[bytes, Claim] = {}
        self._git = git
        self._mirror = mirror
        self._known = known

    def follow(self, starts: PathsByCommit) -> PathsByCommit:
        """Follow paths from the commits that hold them, and return those that what was fetched so far does not settle.

        Raises GitFailed, MissingObject, BrokenHistory.
        """
        traced = self._trace(starts, in_order=False)
        cut = traced.cut
        if traced.missed:
            again = self._trace(traced.missed, in_order=True)
            if again.missed:
                raise BrokenHistory(f"git log did not show {next(iter(again.missed))}")
            for commit, paths in again.cut.items():
                add_paths(cut, commit, paths)
        return cut

    def _trace(self, starts: PathsByCommit, *, in_order: bool) -> TraceResult:
        boundary = self._mirror.boundary()
        repository = self._mirror.path
        with (
            read_objects(self._git, repository) as objects,
            read_log(self._git, repository, starts, in_order=in_order) as commits,
        ):
            merges = TreeMergeParentsReader(objects)
            traced = trace_claims(
                commits, starts, boundary=boundary, known=self._known, read_merge=merges, in_order=in_order
            )
            for path, commit in traced.claims.items():
                content = objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
                self.claims[path] = read_claim(commit, content, alone=commit.name in traced.alone)
        for name, paths in traced.carried.items():
            self.claims.update((path, self._known[name][path]) for path in paths)
        return traced

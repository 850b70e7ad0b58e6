# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of paths in a history that is fetched step by step."""

from __future__ import annotations

from dataclasses import replace

from ..._core.claim.claim import Claim
from ..._core.claim.hold import with_later_holds
from ..._core.shared.times import latest_time
from ..cache.mirror import Mirror
from ..objects.errors import BrokenHistory
from ..objects.object_reader import ObjectReader, read_objects
from ..process.command import GitCommand
from .claim_commit import LONGEST_COMMIT, TimesBefore, read_claim
from .claim_trace import trace_claims
from .log import read_log
from .merge_parents import TreeMergeParentsReader
from .model import KnownClaims, PathsByCommit, TraceResult, add_paths


class ClaimFinder:
    """Finds the claims of paths, in several passes over a growing history; `claims` are those found so far."""

    def __init__(self, git: GitCommand, mirror: Mirror, known: KnownClaims) -> None:
        self.claims: dict[bytes, Claim] = {}
        self._git = git
        self._mirror = mirror
        self._known = known
        self._changed_at: dict[bytes, int] = {}
        self._changed_after: dict[bytes, int] = {}
        self._changes: dict[bytes, list[Claim]] = {}

    def follow(self, starts: PathsByCommit) -> PathsByCommit:
        """Follow paths from commits that have them, and return those whose claims lie behind the fetched history.

        Raises GitFailed, MissingObject, BrokenHistory.
        """
        result = self._trace(starts, in_order=False)
        shallow = result.shallow
        if result.unresolved:
            in_order = self._trace(result.unresolved, in_order=True)
            if in_order.unresolved:
                raise BrokenHistory(f"git log did not show {next(iter(in_order.unresolved))}")
            for commit, paths in in_order.shallow.items():
                add_paths(shallow, commit, paths)
        return shallow

    def _trace(self, starts: PathsByCommit, *, in_order: bool) -> TraceResult:
        boundary = self._mirror.boundary()
        repository = self._mirror.path
        with (
            read_objects(self._git, repository) as objects,
            read_log(self._git, repository, starts, in_order=in_order) as commits,
        ):
            merges = TreeMergeParentsReader(objects)
            result = trace_claims(
                commits, starts, boundary=boundary, known=self._known, read_merge=merges, in_order=in_order
            )
            before = TimesBefore(objects, boundary)
            self._add_changes(result, objects, before)
            for path, commit in result.claims.items():
                content = objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
                claim = read_claim(commit, content, alone=commit.name in result.alone)
                self._add(path, replace(claim, made_after=before.latest(commit.name)))
        for name, paths in result.reused.items():
            for path in paths:
                self._add(path, self._known[name][path])
        return result

    def _add_changes(self, result: TraceResult, objects: ObjectReader, before: TimesBefore) -> None:
        for path, at in result.changed_at.items():
            for commit in result.changes[path]:
                content = objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
                self._changes.setdefault(path, []).append(read_claim(commit, content, alone=False))
            self._changed_at[path] = max(at, self._changed_at.get(path, 0))
            after = latest_time(before.latest(commit.name) for commit in result.changes[path])
            self._changed_after[path] = max(after or 0, self._changed_after.get(path, 0))

    def _add(self, path: bytes, claim: Claim) -> None:
        if path in self._changed_at:
            claim = replace(
                claim,
                changed_at=latest_time((claim.changed_at, self._changed_at[path])),
                changed_after=latest_time((claim.changed_after, self._changed_after[path])),
            )
            claim = with_later_holds(claim, reversed(self._changes[path]))
        self.claims[path] = claim

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commit that claimed a path: between merges, the last one that added it. For merges see merge_trace.py."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set

from .merge_parents import paths_by_parents
from .merge_trace import BranchState, MergeTrace
from .model import KnownClaims, LoggedCommit, MergeParentsReader, TraceResult, add_paths


def trace_claims(
    commits: Iterable[LoggedCommit],
    starts: Mapping[str, Set[bytes]],
    *,
    boundary: Container[str],
    known: KnownClaims,
    read_merge: MergeParentsReader,
    in_order: bool,
) -> TraceResult:
    """Follow paths from commits that have them (`starts`) back to the commits that claimed them.

    `commits` is read no further than needed; with `in_order` none comes before one of its children. `boundary` are the
    commits whose parents were not fetched. Raises BrokenHistory.
    """
    tracer = _ClaimTracer(boundary, known, read_merge, in_order)
    for start, paths in starts.items():
        tracer.follow(set(paths), start)
    if tracer.is_open:
        for commit in commits:
            tracer.visit(commit)
            if not tracer.is_open:
                break
    tracer.merges.close()
    return tracer.result


class _ClaimTracer:
    """One pass over the log. Paths that still wait for a commit at its end are unresolved."""

    def __init__(
        self, boundary: Container[str], known: KnownClaims, read_merge: MergeParentsReader, in_order: bool
    ) -> None:
        self.result = TraceResult()
        self.merges = MergeTrace(self.result, self.follow, boundary, known, read_merge, in_order)
        self._waiting = self.result.unresolved
        self._boundary = boundary
        self._known = known
        self._read_merge = read_merge

    @property
    def is_open(self) -> bool:
        return bool(self._waiting or self.merges.waiting)

    def visit(self, commit: LoggedCommit) -> None:
        """Resolve the paths that wait for a commit, or let them wait for its parents."""
        if (groups := self.merges.waiting.get(commit.name)) is not None:
            for group in groups:
                if group.branches[commit.name] is BranchState.HAS_PATHS:
                    self.result.add_changes(commit, group.paths)
            self.merges.visit(commit)
        if (paths := self._waiting.pop(commit.name, None)) is None:
            return
        self.result.add_changes(commit, paths)
        if len(commit.parents) == 1 and paths.isdisjoint(commit.added):
            self.follow(paths, commit.parents[0])  # almost always, and without a copy of the set
            return
        for parents, held in paths_by_parents(commit, paths, self._read_merge).items():
            if not parents:
                self.result.add_claim(commit, held)
            elif len(commit.parents) > 1:
                self.merges.start(commit, held, parents)
            else:
                self.follow(held, commit.parents[0])

    def follow(self, paths: set[bytes], commit: str) -> None:
        """Let paths wait for a commit, unless their claims are known there. The tracer owns the set from here on."""
        if (known := self._known.get(commit)) is not None:
            reused = {path for path in paths if path in known}
            add_paths(self.result.reused, commit, reused)
            paths -= reused
        add_paths(self.result.shallow if commit in self._boundary else self._waiting, commit, paths)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commit claimed each path: the one pass over the history, as pure code.

Between merges that is the last commit that added the path. What comes of merges: merge_trace.py.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set

from .merge_trace import MergeTrace, paths_by_parents
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
    """Follow paths from commits that hold them (`starts`) back to the commits that claimed them.

    `commits` is read no further than needed; `in_order` says that none comes before one of its children. `boundary`
    are the commits whose parents were not fetched. Raises BrokenHistory.
    """
    tracer = _Tracer(boundary, known, read_merge, in_order)
    for start, paths in starts.items():
        tracer.hand_on(set(paths), start)
    if tracer.is_waiting:
        for commit in commits:
            tracer.visit(commit)
            if not tracer.is_waiting:
                break
    tracer.sides.close()
    return tracer.found


class _Tracer:
    """A pass under way. What waits for its commit is in `found.missed`: what still does at the end was missed."""

    def __init__(
        self, boundary: Container[str], known: KnownClaims, read_merge: MergeParentsReader, in_order: bool
    ) -> None:
        self.found = TraceResult()
        self.sides = MergeTrace(self.found, self.hand_on, boundary, known, read_merge, in_order)
        self._waiting = self.found.missed
        self._boundary = boundary
        self._known = known
        self._read_merge = read_merge

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting or self.sides.waiting)

    def visit(self, commit: LoggedCommit) -> None:
        """Let the paths that wait at a commit end there or go on to its parents."""
        if commit.name in self.sides.waiting:
            self.sides.visit(commit)
        if (paths := self._waiting.pop(commit.name, None)) is None:
            return
        if len(commit.parents) == 1 and paths.isdisjoint(commit.added):
            self.hand_on(paths, commit.parents[0])  # almost always, and the set need not be copied
            return
        for holders, held in paths_by_parents(commit, paths, self._read_merge).items():
            if not holders:
                self.found.settle(commit, held)
            elif len(commit.parents) > 1:
                self.sides.part(commit, held, holders)
            else:
                self.hand_on(held, commit.parents[0])

    def hand_on(self, paths: set[bytes], commit: str) -> None:
        """Let paths wait at a commit, unless their way ends there. The set is the tracer's from here on."""
        if (known := self._known.get(commit)) is not None:
            carried = {path for path in paths if path in known}
            add_paths(self.found.carried, commit, carried)
            paths -= carried
        add_paths(self.found.cut if commit in self._boundary else self._waiting, commit, paths)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commit added each claimed path last: the one pass over the history, as pure code. Private to the collection.

Paths are bytes, as git gives them; commits are git's object names.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

Waiting = dict[str, set[bytes]]


class BrokenHistory(Exception):
    """What git printed contradicts itself, so it cannot be the history."""


class TooShallow(Exception):
    """What was fetched ends before the answer, after so many commits."""

    def __init__(self, read: int) -> None:
        super().__init__(f"the history ends after {read} commits")
        self.read = read


class LoggedCommit(NamedTuple):
    """A commit with its parents and, unless it is a merge, the paths below a claimed/ folder that it adds."""

    name: str
    parents: tuple[str, ...]
    added: tuple[bytes, ...]


class Merge(NamedTuple):
    """Where a merge has paths from: the first parent with the same entry, else the first with any, else None.

    `added` are all paths that no parent has, needed only if a source is None.
    """

    sources: Mapping[bytes, str | None]
    added: Iterable[bytes] = ()


MergeReader = Callable[[LoggedCommit, Set[bytes]], Merge]


@dataclass(slots=True)
class Traced:
    """What a pass found out.

    `adders` are the commits that added a path, `alone` the names of those that added no other lock to a claimed/
    folder. `carried` are paths that reached a commit at which their adder is known already. `cut` are paths that
    reached the end of what was fetched: no evidence. `missed` are paths of commits that the log gave before one of
    their children, which false clocks make it do.
    """

    adders: dict[bytes, LoggedCommit] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    carried: Waiting = field(default_factory=dict)
    cut: Waiting = field(default_factory=dict)
    missed: Waiting = field(default_factory=dict)


def trace(
    commits: Iterable[LoggedCommit],
    starts: Mapping[str, Set[bytes]],
    *,
    boundary: Container[str],
    known: Mapping[str, Container[bytes]],
    read_merge: MergeReader,
) -> Traced:
    """Follow paths from commits that hold them (`starts`) back to the commits that added them.

    `commits` is read no further than needed. `boundary` are the commits whose parents were not fetched, `known` the
    paths whose adder is known at a commit. Raises BrokenHistory.
    """
    tracer = _Tracer(boundary, known, read_merge)
    for start, paths in starts.items():
        tracer.hand_on(set(paths), start)
    waiting = tracer.found.missed
    if waiting:
        for commit in commits:
            if commit.name in waiting:
                tracer.visit(commit, waiting.pop(commit.name))
                if not waiting:
                    break
    return tracer.found


class _Tracer:
    """A pass under way. What waits for its commit is in `found.missed`: what still does at the end was missed."""

    def __init__(
        self, boundary: Container[str], known: Mapping[str, Container[bytes]], read_merge: MergeReader
    ) -> None:
        self.found = Traced()
        self._boundary = boundary
        self._known = known
        self._read_merge = read_merge

    def visit(self, commit: LoggedCommit, paths: set[bytes]) -> None:
        """Let the paths that wait at a commit end there or go on to its parents."""
        if len(commit.parents) > 1:
            self._visit_merge(commit, paths)
            return
        added = paths.intersection(commit.added)
        if added:
            self._settle(commit, added, commit.added)
            paths -= added
        if paths:
            if not commit.parents:
                raise BrokenHistory(f"the first commit, {commit.name}, holds a path that it does not add")
            self.hand_on(paths, commit.parents[0])

    def hand_on(self, paths: set[bytes], commit: str) -> None:
        """Let paths wait at a commit, unless their way ends there. The set is the tracer's from here on."""
        if (known := self._known.get(commit)) is not None:
            carried = {path for path in paths if path in known}
            _add(self.found.carried, commit, carried)
            paths -= carried
        _add(self.found.cut if commit in self._boundary else self.found.missed, commit, paths)

    def _visit_merge(self, commit: LoggedCommit, paths: set[bytes]) -> None:
        merge = self._read_merge(commit, paths)
        added = {path for path in paths if merge.sources.get(path) is None}
        if added:
            self._settle(commit, added, merge.added)
        for parent in commit.parents:
            self.hand_on({path for path in paths if merge.sources.get(path) == parent}, parent)

    def _settle(self, commit: LoggedCommit, added: set[bytes], all_added: Iterable[bytes]) -> None:
        self.found.adders.update(dict.fromkeys(added, commit))
        if sum(map(is_claimed_lock, all_added)) <= 1:
            self.found.alone.add(commit.name)


def _add(waiting: Waiting, commit: str, paths: set[bytes]) -> None:
    """Add, without a copy where that can be: hundreds of paths pass thousands of commits."""
    if not paths:
        return
    if (there := waiting.get(commit)) is None:
        waiting[commit] = paths
    else:
        there |= paths


def is_claimed_lock(path: bytes) -> bool:
    """Whether a path is that of a lock in a claimed/ folder, by the rule of read_tree()."""
    *folders, name = path.split(b"/")
    states = [folder in (b"claimed", b"unclaimed") for folder in folders]
    return states.count(True) == 1 and folders[-1] == b"claimed" and not name.startswith(b".")

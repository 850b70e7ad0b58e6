# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths whose ways part at merges, and who claimed them.

The claim of a path is the commit that added it, if no commit after that, on any side, is without the path: with one,
the lock was given back, and whoever added the path again claimed it. If no such commit stands, because a merge kept
what one of its sides had given back, or if several do, because the sides claimed the lock without knowing of each
other, nobody can tell who uses it: then the claim is the latest merge that brought the sides together, by a person.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace

from ..objects.errors import BrokenHistory
from .model import KnownClaims, LoggedCommit, MergeParentsReader, TraceResult, add_paths


class BranchState(enum.IntEnum):
    """What leads to a commit at which paths wait; where two ways meet, the greater counts."""

    HELD = 1  # all commits that came by have the paths
    OVER = 2  # one of them is without the paths: claims from here back are over
    OLDER = 3  # it lies behind a claim that was found: claims from here back are over, and this one is none of them


@dataclass(eq=False, slots=True)
class PathGroup:
    """Paths that took the same ways since their ways parted at a merge.

    `parked` is a commit that ended one of the ways because the claims there are known, `passed` one that did not.
    `has_end` says that one of the ways ended at a first commit.
    """

    merge: LoggedCommit
    paths: set[bytes]
    ways: dict[str, BranchState] = field(default_factory=dict)
    adders: tuple[LoggedCommit, ...] = ()
    parked: str | None = None
    passed: str | None = None
    has_end: bool = False

    def part(self, paths: set[bytes]) -> PathGroup:
        return replace(self, paths=paths, ways=dict(self.ways))

    def go_on(self, commit: LoggedCommit, way: BranchState) -> None:
        for parent in commit.parents:
            self.ways[parent] = max(way, self.ways.get(parent, way))
        self.has_end |= not commit.parents

    def spread(self, merge: LoggedCommit, holders: frozenset[str]) -> None:
        """Go on to all parents, of which only some have the paths: the others may have given the locks back."""
        for parent in merge.parents:
            way = BranchState.HELD if parent in holders else BranchState.OVER
            self.ways[parent] = max(way, self.ways.get(parent, way))


class MergeTrace:
    """The part of a pass that is under way on more than one side. `waiting` are the groups by commits to come."""

    def __init__(
        self,
        found: TraceResult,
        hand_on: Callable[[set[bytes], str], None],
        boundary: Container[str],
        known: KnownClaims,
        read_merge: MergeParentsReader,
        in_order: bool,
    ) -> None:
        self.waiting: dict[str, set[PathGroup]] = {}
        self._open: set[PathGroup] = set()
        self._given_up: list[PathGroup] = []
        self._found = found
        self._hand_on = hand_on
        self._boundary = boundary
        self._known = known
        self._read_merge = read_merge
        self._in_order = in_order

    def part(self, merge: LoggedCommit, paths: set[bytes], holders: frozenset[str]) -> None:
        """Follow paths of a merge on all its sides; `holders` are the parents that have them."""
        group = PathGroup(merge, paths)
        group.spread(merge, holders)
        self._decide(group)

    def visit(self, commit: LoggedCommit) -> None:
        """Let the groups that wait at a commit go on to its parents."""
        for group in tuple(self.waiting[commit.name]):
            self._leave(group)
            way = group.ways.pop(commit.name)
            if way is BranchState.HELD:
                for part in self._parts(group, commit):
                    self._decide(part)
            else:
                group.go_on(commit, way)
                self._decide(group)

    def close(self) -> None:
        """Give up what is still open at the end of the log: it begins anew at its merge, deeper or in order."""
        for group in self._open:
            is_cut = all(commit in self._boundary for commit in group.ways)
            add_paths(self._found.cut if is_cut else self._found.missed, group.merge.name, group.paths)
        for group in self._given_up:
            add_paths(self._found.missed, group.merge.name, group.paths)

    def _parts(self, group: PathGroup, commit: LoggedCommit) -> list[PathGroup]:
        """Move a group beyond a commit that has its paths; where their ways differ, it falls apart."""
        known = self._known.get(commit.name, {})
        parts = []
        # Only while no side was ever without the paths; and in order nothing is taken that _decide() had to give up.
        is_untouched = not (group.adders or group.has_end or BranchState.OVER in group.ways.values())
        is_usable = is_untouched and not self._in_order
        parked = {path for path in group.paths if is_usable and path in known and known[path].alone}
        if parked:
            part = group.part(parked)
            part.parked = commit.name
            part.go_on(commit, BranchState.OLDER)
            parts.append(part)
        for holders, paths in paths_by_parents(commit, group.paths - parked, self._read_merge).items():
            part = group.part(paths)
            if known:
                part.passed = commit.name
            if holders:
                part.spread(commit, holders)
            else:
                part.adders += (commit,)
                part.go_on(commit, BranchState.OLDER)
            parts.append(part)
        return parts

    def _decide(self, group: PathGroup) -> None:
        """End a group as soon as no commit to come can change what is known of it, in whatever order they come."""
        ways = group.ways.values()
        is_held, is_over = BranchState.HELD in ways, BranchState.OVER in ways
        # All ways led to one commit: what is before it comes before all that was found.
        have_met = len(ways) == 1 and not group.has_end
        if group.parked and (group.adders or is_over):
            # Whether the known claim is over cannot be told without going back to it.
            self._given_up.append(group)
        elif len(group.adders) > 1 and (have_met or not ways):
            self._found.settle(group.merge, group.paths)
        elif len(group.adders) == 1 and not is_held and not is_over:
            self._found.settle(group.adders[0], group.paths)
        elif group.parked and not is_held:
            add_paths(self._found.carried, group.parked, group.paths)
        elif not group.adders and not is_held:
            self._found.settle(group.merge, group.paths)
        elif not group.adders and have_met:
            self._rejoin(group)
        else:
            self._wait(group)

    def _rejoin(self, group: PathGroup) -> None:
        """All sides come from one commit, and none of them touched the paths: as if there had been no merge."""
        (commit,) = group.ways
        if group.passed is not None:
            carried = {path for path in group.paths if path in self._known[group.passed]}
            add_paths(self._found.carried, group.passed, carried)
            group.paths -= carried
        self._hand_on(group.paths, commit)

    def _wait(self, group: PathGroup) -> None:
        self._open.add(group)
        for commit in group.ways:
            if commit not in self._boundary:
                self.waiting.setdefault(commit, set()).add(group)

    def _leave(self, group: PathGroup) -> None:
        self._open.remove(group)
        for commit in group.ways:
            if (groups := self.waiting.get(commit)) is not None:
                groups.discard(group)
                if not groups:
                    del self.waiting[commit]


def paths_by_parents(
    commit: LoggedCommit, paths: set[bytes], read_merge: MergeParentsReader
) -> dict[frozenset[str], set[bytes]]:
    """Sort paths of a commit by which parents have them. Raises BrokenHistory."""
    if len(commit.parents) > 1:
        sorted_in: dict[frozenset[str], set[bytes]] = {}
        for path, holders in read_merge(commit, paths).items():
            sorted_in.setdefault(holders, set()).add(path)
        return sorted_in
    added = paths.intersection(commit.added)
    held = paths - added if added else paths
    if held and not commit.parents:
        raise BrokenHistory(f"the first commit, {commit.name}, holds a path that it does not add")
    return {holders: some for holders, some in ((frozenset(), added), (frozenset(commit.parents), held)) if some}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claim of a path that a merge has on more than one branch.

| Commits that added the path, with no commit after them, on any branch, without it | The claim            |
|-----------------------------------------------------------------------------------|----------------------|
| one                                                                               | that commit          |
| none: a merge kept what one of its branches had released                          | the latest merge     |
| several: branches claimed the lock without knowing of each other                  | the latest merge     |

A commit without the path ends every claim before it: the lock was released, and who added the path again claimed it.
Where nobody can tell who uses the lock, the merge counts as the claim, and so as that of a person.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace

from .merge_parents import paths_by_parents
from .model import KnownClaims, LoggedCommit, MergeParentsReader, TraceResult, add_paths


class BranchState(enum.IntEnum):
    """What was seen on the way from the merge to a commit; where two branches meet, the greater counts."""

    HAS_PATHS = 1  # all commits have the paths
    RELEASED = 2  # one commit is without the paths: claims from here back have ended
    BEFORE_CLAIM = 3  # behind a claim that was found: claims from here back have ended, that one has not


@dataclass(eq=False, slots=True)
class PathGroup:
    """Paths of a merge that have the same history as far as it was read.

    `branches` are the states of the commits to be read next. `known_at` is a commit that ended a branch because the
    claims there are known, `passed_known` one that did not. `reaches_root`: a branch has ended at a root commit.
    """

    merge: LoggedCommit
    paths: set[bytes]
    branches: dict[str, BranchState] = field(default_factory=dict)
    added_by: tuple[LoggedCommit, ...] = ()
    known_at: str | None = None
    passed_known: str | None = None
    reaches_root: bool = False

    def split(self, paths: set[bytes]) -> PathGroup:
        """Return a group of some of the paths with the history so far."""
        return replace(self, paths=paths, branches=dict(self.branches))

    def move_to_parents(self, commit: LoggedCommit, state: BranchState) -> None:
        """Continue a branch at the parents of a commit."""
        for parent in commit.parents:
            self._add_branch(parent, state)
        self.reaches_root |= not commit.parents

    def move_to_parents_with(self, merge: LoggedCommit, parents: frozenset[str]) -> None:
        """Continue at all parents, of which only `parents` have the paths: on the others the locks were released."""
        for parent in merge.parents:
            self._add_branch(parent, BranchState.HAS_PATHS if parent in parents else BranchState.RELEASED)

    def _add_branch(self, commit: str, state: BranchState) -> None:
        self.branches[commit] = max(state, self.branches.get(commit, state))


class MergeTrace:
    """The paths of a pass that are followed on more than one branch. `waiting` are their groups by commit to come."""

    def __init__(
        self,
        result: TraceResult,
        follow: Callable[[set[bytes], str], None],
        boundary: Container[str],
        known: KnownClaims,
        read_merge: MergeParentsReader,
        in_order: bool,
    ) -> None:
        self.waiting: dict[str, set[PathGroup]] = {}
        self._open: set[PathGroup] = set()
        self._undecidable: list[PathGroup] = []
        self._result = result
        self._follow = follow
        self._boundary = boundary
        self._known = known
        self._read_merge = read_merge
        self._in_order = in_order

    def start(self, merge: LoggedCommit, paths: set[bytes], parents: frozenset[str]) -> None:
        """Follow paths of a merge on all its branches; `parents` are those of its parents that have them."""
        group = PathGroup(merge, paths)
        group.move_to_parents_with(merge, parents)
        self._decide(group)

    def visit(self, commit: LoggedCommit) -> None:
        """Move the groups that wait for a commit to its parents."""
        for group in tuple(self.waiting[commit.name]):
            self._remove(group)
            state = group.branches.pop(commit.name)
            if state is BranchState.HAS_PATHS:
                for part in self._split_at(group, commit):
                    self._decide(part)
            else:
                group.move_to_parents(commit, state)
                self._decide(group)

    def close(self) -> None:
        """Return what is open at the end of the log to its merge: it starts again, deeper or in order."""
        for group in self._open:
            is_shallow = all(commit in self._boundary for commit in group.branches)
            add_paths(self._result.shallow if is_shallow else self._result.unresolved, group.merge.name, group.paths)
        for group in self._undecidable:
            add_paths(self._result.unresolved, group.merge.name, group.paths)

    def _split_at(self, group: PathGroup, commit: LoggedCommit) -> list[PathGroup]:
        """Move a group beyond a commit that has its paths, in parts where their histories differ."""
        reusable = self._reusable(group, commit)
        parts = []
        if reusable:
            part = group.split(reusable)
            part.known_at = commit.name
            part.move_to_parents(commit, BranchState.BEFORE_CLAIM)
            parts.append(part)
        for parents, paths in paths_by_parents(commit, group.paths - reusable, self._read_merge).items():
            part = group.split(paths)
            if commit.name in self._known:
                part.passed_known = commit.name
            if parents:
                part.move_to_parents_with(commit, parents)
            else:
                part.added_by += (commit,)
                part.move_to_parents(commit, BranchState.BEFORE_CLAIM)
            parts.append(part)
        return parts

    def _reusable(self, group: PathGroup, commit: LoggedCommit) -> set[bytes]:
        """Return the paths whose claim is known at a commit, if nothing on the way to it can have ended the claim.

        In order none is reused: it is the second try for what _decide() could not decide by known claims.
        """
        is_untouched = not (group.added_by or group.reaches_root or BranchState.RELEASED in group.branches.values())
        if self._in_order or not is_untouched:
            return set()
        known = self._known.get(commit.name, {})
        return {path for path in group.paths if path in known and known[path].alone}

    def _decide(self, group: PathGroup) -> None:
        """Resolve a group as soon as no commit to come, in whatever order, can change the outcome."""
        states = group.branches.values()
        has_paths, is_released = BranchState.HAS_PATHS in states, BranchState.RELEASED in states
        # All branches lead to one commit: what comes before it is older than everything that was found.
        have_met = len(states) == 1 and not group.reaches_root
        if group.known_at and (group.added_by or is_released):
            # Only the history behind the known claim shows whether it has ended.
            self._undecidable.append(group)
        elif len(group.added_by) > 1 and (have_met or not states):
            self._result.add_claim(group.merge, group.paths)
        elif len(group.added_by) == 1 and not has_paths and not is_released:
            self._result.add_claim(group.added_by[0], group.paths)
        elif group.known_at and not has_paths:
            add_paths(self._result.reused, group.known_at, group.paths)
        elif not group.added_by and not has_paths:
            self._result.add_claim(group.merge, group.paths)
        elif not group.added_by and have_met:
            self._follow_common_commit(group)
        else:
            self._wait(group)

    def _follow_common_commit(self, group: PathGroup) -> None:
        """Go on as if there had been no merge: no branch since the common commit has touched the paths."""
        (commit,) = group.branches
        if group.passed_known is not None:
            reused = {path for path in group.paths if path in self._known[group.passed_known]}
            add_paths(self._result.reused, group.passed_known, reused)
            group.paths -= reused
        self._follow(group.paths, commit)

    def _wait(self, group: PathGroup) -> None:
        self._open.add(group)
        for commit in group.branches:
            if commit not in self._boundary:
                self.waiting.setdefault(commit, set()).add(group)

    def _remove(self, group: PathGroup) -> None:
        self._open.remove(group)
        for commit in group.branches:
            if (groups := self.waiting.get(commit)) is not None:
                groups.discard(group)
                if not groups:
                    del self.waiting[commit]

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the search for claims works on: commits of the log, paths, and what happened to the paths.

Paths are bytes, as git stores them; commits are object names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from ..._core.claim.claim import Claim
from ..._core.pool.layout import is_claimed_lock

PathsByCommit = dict[str, set[bytes]]
KnownClaims = Mapping[str, Mapping[bytes, Claim]]  # by commit, then by path: the claims that hold at that commit

MOST_CHANGES = 16  # commits to be read for each path; a job can change a claimed file every minute


class LoggedCommit(NamedTuple):
    """A commit with its parents and, unless it is a merge, the paths below a claimed/ folder that it adds and changes.

    `time` is its committer time in seconds since 1970, UTC.
    """

    name: str
    parents: tuple[str, ...]
    added: tuple[bytes, ...]
    changed: tuple[bytes, ...] = ()
    time: int = 0


# Returns for some paths of a merge which of its parents have the path too, with whatever content.
MergeParentsReader = Callable[[LoggedCommit, Set[bytes]], Mapping[bytes, frozenset[str]]]


@dataclass(slots=True)
class TraceResult:
    """The outcome of one pass over the log.

    `claims` are the commits that claimed a path, `alone` the names of those that claimed no other lock. A merge is
    never alone: no pool resource makes one, so it is the commit of a person. `changes` are the commits that changed a
    path after its claim, the first MOST_CHANGES that the log shows; `changed_at` is when the last of all was made:
    seconds since 1970, UTC.

    | Paths        | Keyed by                                                                       |
    |--------------|--------------------------------------------------------------------------------|
    | `reused`     | a commit at which their claim is known already                                 |
    | `shallow`    | a commit to start again from once more is fetched: the boundary is no evidence |
    | `unresolved` | a commit to start again from in topological order, after wrong clocks or merges |
    """

    claims: dict[bytes, LoggedCommit] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    changes: dict[bytes, list[LoggedCommit]] = field(default_factory=dict)
    changed_at: dict[bytes, int] = field(default_factory=dict)
    reused: PathsByCommit = field(default_factory=dict)
    shallow: PathsByCommit = field(default_factory=dict)
    unresolved: PathsByCommit = field(default_factory=dict)

    def add_claim(self, commit: LoggedCommit, paths: Set[bytes]) -> None:
        """Record that a commit claimed paths."""
        self.claims.update(dict.fromkeys(paths, commit))
        if len(commit.parents) < 2 and sum(map(is_claimed_lock, commit.added)) <= 1:
            self.alone.add(commit.name)

    def add_changes(self, commit: LoggedCommit, paths: Set[bytes]) -> None:
        """Record which of the paths, whose claims are older, a commit changed."""
        for path in commit.changed:
            if path in paths:
                self.changed_at[path] = max(commit.time, self.changed_at.get(path, 0))
                changes = self.changes.setdefault(path, [])
                if len(changes) < MOST_CHANGES and commit not in changes:
                    changes.append(commit)


def add_paths(paths_by_commit: PathsByCommit, commit: str, paths: set[bytes]) -> None:
    """Add paths at a commit, without a copy where possible: hundreds of paths pass thousands of commits."""
    if not paths:
        return
    if (present := paths_by_commit.get(commit)) is None:
        paths_by_commit[commit] = paths
    else:
        present |= paths

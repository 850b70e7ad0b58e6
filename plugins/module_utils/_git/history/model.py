# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of claimed paths: what is read of it, and what a pass over it finds.

Paths are bytes, as git gives them; commits are git's object names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from ..._core.claim.claim import Claim
from ..._core.pool.layout import is_claimed_lock

PathsByCommit = dict[str, set[bytes]]
KnownClaims = Mapping[str, Mapping[bytes, Claim]]  # by commit, then by path: the claims that hold at that commit


class LoggedCommit(NamedTuple):
    """A commit with its parents and, unless it is a merge, the paths below a claimed/ folder that it adds."""

    name: str
    parents: tuple[str, ...]
    added: tuple[bytes, ...]


# Tells of each of some paths of a merge which of its parents have it too, with whatever content.
MergeParentsReader = Callable[[LoggedCommit, Set[bytes]], Mapping[bytes, frozenset[str]]]


@dataclass(slots=True)
class TraceResult:
    """What a pass found out.

    `claims` are the commits that claimed a path, `alone` the names of those that added no other lock to a claimed/
    folder. A merge is never alone: no pool resource makes one, so whatever it says, it is a person's.
    `carried` are paths that reached a commit at which their claim is known already. `cut` are paths that reached the
    end of what was fetched: no evidence. `missed` are paths that have to be followed in order: of commits that the log
    gave before one of their children, which false clocks make it do, and of merges that leave no other choice.
    """

    claims: dict[bytes, LoggedCommit] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    carried: PathsByCommit = field(default_factory=dict)
    cut: PathsByCommit = field(default_factory=dict)
    missed: PathsByCommit = field(default_factory=dict)

    def settle(self, commit: LoggedCommit, paths: Set[bytes]) -> None:
        self.claims.update(dict.fromkeys(paths, commit))
        if len(commit.parents) < 2 and sum(map(is_claimed_lock, commit.added)) <= 1:
            self.alone.add(commit.name)


def add_paths(waiting: PathsByCommit, commit: str, paths: set[bytes]) -> None:
    """Add, without a copy where that can be: hundreds of paths pass thousands of commits."""
    if not paths:
        return
    if (there := waiting.get(commit)) is None:
        waiting[commit] = paths
    else:
        there |= paths

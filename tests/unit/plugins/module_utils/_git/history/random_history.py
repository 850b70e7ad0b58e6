# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of any shape, and by another way than the collection's the commits that added their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.model import LoggedCommit

NAMES = (b"p/claimed/a", b"p/claimed/b", b"q/claimed/a")
Tree = Mapping[bytes, int]  # the content of each path, as a number


@dataclass(frozen=True)
class Node:
    """A commit: its parents are nodes of lower numbers, its tree is whole."""

    parents: tuple[int, ...]
    tree: Tree


@dataclass(frozen=True)
class History:
    """Nodes, of which the last is the tip. Commits are named by their numbers."""

    nodes: tuple[Node, ...]

    @property
    def tip(self) -> int:
        return len(self.nodes) - 1

    def claim(self, path: bytes, number: int) -> int:
        """The rule itself, from whole sets: the one claim that no commit after it is without.

        With no such claim, or several, it is the merge that brought the sides together.
        """
        standing = [adder for adder in self.adders(path, number) if self.stands(path, adder, number)]
        return standing[0] if len(standing) == 1 else self.unclear(path, number)

    def adders(self, path: bytes, number: int) -> list[int]:
        """All commits in a commit's past, and itself, that have a path and none of whose parents has it."""
        return [
            commit
            for commit in sorted(self.past(number))
            if path in self.nodes[commit].tree
            and not any(path in self.nodes[parent].tree for parent in self.nodes[commit].parents)
        ]

    def stands(self, path: bytes, adder: int, number: int) -> bool:
        """Whether all commits from an adder to a commit have the path, on any path."""
        between = (commit for commit in self.past(number) if adder in self.past(commit))
        return all(path in self.nodes[commit].tree for commit in between)

    def unclear(self, path: bytes, number: int) -> int:
        """The latest merge whose sides do not all come from one commit without anything having happened to the path."""
        origins = [
            commit
            for commit in self.past(number) - {number}
            if all(commit in self.past(other) or other in self.past(commit) for other in self.past(number))
            and not self._is_avoidable(commit, number)
            and self.stands(path, commit, number)
        ]
        return self.unclear(path, max(origins)) if origins else number

    def _is_avoidable(self, commit: int, number: int) -> bool:
        """Whether a first commit can be reached from a commit without passing another one."""
        around: set[int] = set()
        waiting = [number]
        while waiting:
            at = waiting.pop()
            if at != commit and at not in around:
                around.add(at)
                waiting.extend(self.nodes[at].parents)
        return any(not self.nodes[at].parents for at in around)

    def past(self, number: int) -> Set[int]:
        """A commit and all its ancestors."""
        return self._pasts[number]

    @cached_property
    def _pasts(self) -> list[Set[int]]:
        pasts: list[Set[int]] = []
        for number, node in enumerate(self.nodes):
            pasts.append({number}.union(*(pasts[parent] for parent in node.parents)))
        return pasts

    def reachable(self, starts: Iterable[int], boundary: Set[int]) -> set[int]:
        """All that `git log` shows from some commits on, in a clone that ends at a boundary."""
        found: set[int] = set()
        waiting = list(starts)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(() if number in boundary else self.nodes[number].parents)
        return found

    def logged(self, number: int, boundary: Set[int]) -> LoggedCommit:
        """A commit as `git log` shows it: at the boundary as one that adds all its files."""
        node = self.nodes[number]
        parents = () if number in boundary else node.parents
        before: Set[bytes] = self.nodes[parents[0]].tree.keys() if parents else set()
        added = () if len(parents) > 1 else tuple(sorted(node.tree.keys() - before))
        return LoggedCommit(str(number), tuple(map(str, parents)), added)

    def read_merge(self, commit: LoggedCommit, paths: Set[bytes]) -> dict[bytes, frozenset[str]]:
        """Which parents of a merge have its paths."""
        return {
            path: frozenset(parent for parent in commit.parents if path in self.nodes[int(parent)].tree)
            for path in paths
        }

    @cached_property
    def claimed(self) -> set[bytes]:
        return set(self.nodes[self.tip].tree)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Histories of up to 14 commits with merges of up to three parents, in which contents repeat."""
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 14))):
        near = st.integers(max(0, number - 4), max(0, number - 1))
        # Now and then there is a second first commit.
        parents = (
            draw(st.lists(near, min_size=draw(st.sampled_from((1, 1, 1, 0))), max_size=3, unique=True))
            if number
            else []
        )
        nodes.append(Node(tuple(parents), _tree(draw, [nodes[parent].tree for parent in parents])))
    return History(tuple(nodes))


def _tree(draw: st.DrawFn, before: list[Tree]) -> Tree:
    tree: dict[bytes, int] = {}
    for path in NAMES:
        choices = [old.get(path) for old in before]
        # Most commits touch nothing: else few claims would last through a merge.
        if not before or draw(st.integers(0, 3)) == 3:
            choices = [draw(st.none() | st.integers(0, 2))]
        content = choices[draw(st.integers(0, len(choices) - 1))]
        if content is not None:
            tree[path] = content
    return tree


def logged_in_order(history: History, numbers: Set[int], boundary: Set[int]) -> Iterator[LoggedCommit]:
    """No commit before one of its children, as with --topo-order."""
    return (history.logged(number, boundary) for number in sorted(numbers, reverse=True))

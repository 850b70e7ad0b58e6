# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of any shape, and by another way than the collection's the commits that added their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import LoggedCommit, Merge

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

    def adder(self, path: bytes, number: int) -> int:
        """The rule itself, path by path: back along the history until nobody before had the path."""
        node = self.nodes[number]
        same = [parent for parent in node.parents if self.nodes[parent].tree.get(path) == node.tree[path]]
        existing = [parent for parent in node.parents if path in self.nodes[parent].tree]
        for parent in (*same, *existing):
            return self.adder(path, parent)
        return number

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

    def read_merge(self, commit: LoggedCommit, paths: Set[bytes]) -> Merge:
        """Where a merge has its paths from."""
        here = self.nodes[int(commit.name)].tree
        trees = {parent: self.nodes[int(parent)].tree for parent in commit.parents}
        sources = {}
        for path in paths:
            ranked = sorted((path not in tree, tree.get(path) != here[path]) for tree in trees.values())
            best = next(p for p, tree in trees.items() if (path not in tree, tree.get(path) != here[path]) == ranked[0])
            sources[path] = best if path in trees[best] else None
        return Merge(sources, [path for path in here if not any(path in tree for tree in trees.values())])

    @cached_property
    def claimed(self) -> set[bytes]:
        return set(self.nodes[self.tip].tree)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Histories of up to 14 commits with merges of up to three parents, in which contents repeat."""
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 14))):
        near = st.integers(max(0, number - 4), max(0, number - 1))
        parents = draw(st.lists(near, min_size=1, max_size=3, unique=True)) if number else []
        nodes.append(Node(tuple(parents), _tree(draw, [nodes[parent].tree for parent in parents])))
    return History(tuple(nodes))


def _tree(draw: st.DrawFn, before: list[Tree]) -> Tree:
    tree: dict[bytes, int] = {}
    for path in NAMES:
        choices = [*(old.get(path) for old in before), draw(st.none() | st.integers(0, 2))]
        content = choices[draw(st.integers(0, len(choices) - 1))]
        if content is not None:
            tree[path] = content
    return tree


def in_order(history: History, numbers: Set[int], boundary: Set[int]) -> Iterator[LoggedCommit]:
    """No commit before one of its children, as with --topo-order."""
    return (history.logged(number, boundary) for number in sorted(numbers, reverse=True))

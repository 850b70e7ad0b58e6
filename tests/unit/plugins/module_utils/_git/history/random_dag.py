# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of any shape with clocks of any kind, and what can be reached in them, by the plainest of ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.log import ChangedCommit

Dag = Sequence[ChangedCommit]  # commits are named by their place; parents are of lower numbers, the last is the tip


@st.composite
def dags(draw: st.DrawFn, *, most: int = 24) -> list[ChangedCommit]:
    """Commits with up to three parents each, and times that mostly grow."""
    commits = []
    for number in range(draw(st.integers(1, most))):
        near = st.integers(max(0, number - 4), max(0, number - 1))
        parents = draw(st.lists(near, min_size=1, max_size=3, unique=True)) if number else []
        time = 100 * number + draw(st.integers(-150, 150))
        commits.append(ChangedCommit(str(number), tuple(map(str, parents)), max(time, 0), ()))
    return commits


def reachable(dag: Dag, starts: Iterable[str], *, boundary: Set[str] = frozenset()) -> set[str]:
    """All that `git log` shows from some commits on, in a clone that ends at a boundary."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(() if name in boundary else dag[int(name)].parents)
    return found


def logged(dag: Dag, *, boundary: Set[str] = frozenset()) -> Iterator[ChangedCommit]:
    """The log as git gives it without --topo-order: of the commits it has come to, the one of the latest date."""
    waiting = {dag[-1].name}
    shown: set[str] = set()
    while waiting:
        name = max(waiting, key=lambda name: (dag[int(name)].time, int(name)))
        waiting.remove(name)
        shown.add(name)
        commit = dag[int(name)]
        cut = commit._replace(parents=()) if name in boundary else commit
        waiting |= set(cut.parents) - shown
        yield cut

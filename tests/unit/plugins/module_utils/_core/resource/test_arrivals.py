# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every lock that comes has its version, on lines that are drawn at random."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.arrivals import (
    Arrival,
    FreeLocks,
    NewerCommits,
    Queue,
    next_queue,
)

Sets = Sequence[frozenset[str]]
SETS = st.lists(st.frozensets(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=8)


@dataclass
class Line:
    """Commits named by a prefix and a number, with the free locks of each; each touches the pool."""

    sets: Sets
    prefix: str = "c"
    common: int = 0  # this number of commits has the prefix c, for any prefix

    @property
    def commits(self) -> list[FreeLocks]:
        names = [f"{'c' if number < self.common else self.prefix}{number}" for number in range(len(self.sets))]
        return list(map(FreeLocks, names, [frozenset[str](), *self.sets[:-1]], self.sets))

    @property
    def tip(self) -> str:
        return self.commits[-1].commit

    def at_tip(self) -> FreeLocks:
        return self.commits[-1]

    def newer(self, since: Collection[str]) -> NewerCommits | None:
        found = [number for number, one in enumerate(self.commits) if one.commit in since]
        return NewerCommits(self.commits[found[-1]], tuple(self.commits[found[-1] + 1 :])) if found else None


def check(version: Arrival | None, line: Line, known: Queue | None) -> tuple[Arrival | None, Queue]:
    """Return the version that Concourse has afterwards, and the queue to remember."""
    queue = next_queue(version, line, known)
    assert {one.commit for one in queue.coming} <= {one.commit for one in line.commits}, (
        "what was taken back is no arrival"
    )
    return (queue.coming[0] if queue.coming else version), queue


def announced(version: Arrival | None, lines: Sequence[Line], *, remember: bool) -> list[Arrival]:
    """Return all versions that checks find while the branch is at each line in turn, each several times."""
    found: list[Arrival] = []
    known: Queue | None = None
    for line in lines:
        for _check in range(40):
            following, known = check(version, line, known if remember else None)
            if following == version or following is None:
                break
            found.append(following)
            version = following
    return found


def expected(sets: Sets, start: int) -> list[tuple[str, str]]:
    """Return commit and lock of each version, if the first check sees the line up to the commit `start`."""
    commits = Line(sets).commits
    first = [(commits[start].commit, lock) for lock in commits[start].all]
    return first + [(one.commit, lock) for one in commits[start + 1 :] for lock in sorted(one.now - one.before)]


@given(SETS, st.booleans(), st.data())
def test_every_arrival_is_announced_once_in_order(sets: Sets, remember: bool, data: st.DataObject) -> None:
    """However the commits are spread over the checks."""
    start = next((number for number, free in enumerate(sets) if free), None)
    lengths = [*sorted(data.draw(st.sets(st.integers(1, len(sets))))), len(sets)]
    seen_free = next((length - 1 for length in lengths if sets[length - 1]), None)
    found = announced(None, [Line(sets[:length]) for length in lengths], remember=remember)
    if start is None or seen_free is None:
        assert found == []
    else:
        assert [(one.commit, one.lock) for one in found] == expected(sets, seen_free)
        assert {one.rewrites for one in found} <= {0}


@given(SETS, SETS, st.booleans(), st.data())
def test_after_a_rewritten_history_every_free_lock_is_announced(
    old: Sets, new: Sets, remember: bool, data: st.DataObject
) -> None:
    """From any version on, also back to commits that were announced before; no version is ever announced twice."""
    common = data.draw(st.integers(0, min(len(old), len(new))))
    other = Line([*old[:common], *new], "d", common)
    lines = [Line(old), other, Line(old), Line(old[: data.draw(st.integers(1, len(old)))]), other]
    found: list[Arrival] = []
    version, known = None, None
    for line in lines:
        for _check in range(data.draw(st.integers(0, 3))):
            following, known = check(version, line, known if remember else None)
            if following is not None and following != version:
                found.append(following)
                version = following
    rest = announced(version, [lines[-1]], remember=remember)
    found += rest
    assert len({*found}) == len(found), "Concourse ignores a version that it knows"
    names = [one.commit for one in lines[-1].commits]
    for lock in lines[-1].sets[-1]:
        since = max(number for number, one in enumerate(lines[-1].commits) if lock in one.now - one.before)
        places = [names.index(one.commit) for one in found if one.lock == lock and one.commit in names]
        assert any(place >= since for place in places), f"{lock} is free and was not announced"


def test_a_version_whose_commit_is_no_longer_on_the_branch_starts_again_with_the_free_locks() -> None:
    rewritten = Line([frozenset("ab")], prefix="d")
    queue = next_queue(Arrival("c7", "a", 2), rewritten, None)
    assert queue.coming == (Arrival("d0", "a", 3), Arrival("d0", "b", 3))


def test_a_version_whose_lock_was_never_free_in_its_commit_starts_again() -> None:
    queue = next_queue(Arrival("c0", "x", 0), Line([frozenset("a"), frozenset("ab")]), None)
    assert queue.coming == (Arrival("c1", "a", 1), Arrival("c1", "b", 1))

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one pass over the history: which commit added each claimed path last."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import (
    BrokenHistory,
    LoggedCommit,
    Merge,
    Traced,
    Waiting,
    is_claimed_lock,
    trace,
)

from .random_history import History, histories, in_order

X, Y, Z = b"p/claimed/x", b"p/claimed/y", b"p/claimed/z"


def no_merges(commit: LoggedCommit, paths: object) -> Merge:
    raise AssertionError(f"{commit} is no merge")


def traced(*commits: LoggedCommit, paths: set[bytes], boundary: set[str] | None = None) -> Traced:
    return trace(iter(commits), {"4": paths}, boundary=boundary or set(), known={}, read_merge=no_merges)


def line(*added: tuple[bytes, ...]) -> list[LoggedCommit]:
    """A straight history, newest first, from commit 4 on down; the last is the first commit."""
    numbers = range(4, 4 - len(added), -1)
    last = numbers[-1]
    return [LoggedCommit(str(n), () if n == last else (str(n - 1),), a) for n, a in zip(numbers, added, strict=True)]


def adders(found: Traced) -> dict[bytes, str]:
    return {path: commit.name for path, commit in found.adders.items()}


def test_the_last_commit_that_added_a_path_not_the_first() -> None:
    found = traced(*line((), (X,), (), (X, Y)), paths={X, Y})
    assert adders(found) == {X: "3", Y: "1"}


def test_no_commit_is_read_that_is_not_needed() -> None:
    read = []

    def commits() -> object:
        for commit in line((), (X,), (), ()):
            read.append(commit.name)
            yield commit

    trace(commits(), {"4": {X}}, boundary=(), known={}, read_merge=no_merges)  # type: ignore[arg-type]
    assert read == ["4", "3"]


def test_nothing_to_follow_reads_nothing() -> None:
    assert trace(iter(()), {"4": set()}, boundary=(), known={}, read_merge=no_merges) == Traced()


def test_the_end_of_what_was_fetched_is_no_evidence() -> None:
    found = traced(*line((X,), (), (Y, Z)), paths={X, Y}, boundary={"2"})
    assert adders(found) == {X: "4"}
    assert found.cut == {"2": {Y}}
    assert not found.missed


def test_a_start_at_the_boundary() -> None:
    assert traced(paths={X}, boundary={"4"}).cut == {"4": {X}}


def test_what_is_known_is_carried_over() -> None:
    found = trace(iter(line((X,), (), ())), {"4": {X, Y, Z}}, boundary={"2"}, known={"3": {Y}}, read_merge=no_merges)
    assert adders(found) == {X: "4"}
    assert found.carried == {"3": {Y}}
    assert found.cut == {"2": {Z}}


@pytest.mark.parametrize(
    ("added", "is_alone"),
    [
        ((X,), True),
        ((X, b"p/claimed/.gitkeep", b"p/claimed/.hidden", b"p/claimed/folder/x"), True),
        ((X, b"p/claimed/claimed/x", b"claimed/claimed"), False),
        ((X, Y), False),
        ((X, b"q/claimed/x"), False),
        ((X, b"released/since/claimed/y"), False),
    ],
)
def test_a_commit_that_claims_more_than_one_lock(added: tuple[bytes, ...], is_alone: bool) -> None:
    found = traced(*line(added), paths={X})
    assert ("4" in found.alone) is is_alone


@pytest.mark.parametrize(
    ("path", "is_lock"),
    [
        (b"claimed/x", True),
        (b"a/b/claimed/x y\n", True),
        (b"claimed", False),
        (b"p/unclaimed/x", False),
        (b"p/claimed/.x", False),
        (b"p/claimed/x/y", False),
        (b"unclaimed/claimed/x", False),
        (b"claimed/p/claimed/x", False),
        (b"p/disclaimed/x", False),
    ],
)
def test_what_is_a_claimed_lock(path: bytes, is_lock: bool) -> None:
    assert is_claimed_lock(path) is is_lock


def test_a_first_commit_that_does_not_add_its_path_is_no_history() -> None:
    with pytest.raises(BrokenHistory, match="does not add"):
        traced(*line((), (Y,)), paths={X})


def settled(history: History, boundary: set[int], order: st.DataObject) -> dict[bytes, str]:
    """Follow all paths of the tip as ClaimFinder does: in any order, again where one was missed, deeper where cut."""
    found: dict[bytes, str] = {}
    starts: Waiting = {str(history.tip): set(history.claimed)}
    while starts:
        cut: Waiting = {}
        for may_miss in (True, False):
            numbers = history.reachable(map(int, starts), boundary)
            logged = list(in_order(history, numbers, boundary))
            commits = order.draw(st.permutations(logged)) if may_miss else logged
            result = trace(commits, starts, boundary=set(map(str, boundary)), known={}, read_merge=history.read_merge)
            found.update(adders(result))
            for commit, paths in result.cut.items():
                cut.setdefault(commit, set()).update(paths)
            starts = result.missed
        assert not starts
        boundary = boundary - set(map(int, cut))
        starts = cut
    return found


@settings(max_examples=250)
@given(histories(), st.sets(st.integers(0, 13)), st.data())
def test_every_shape_order_and_depth_gives_what_the_rule_says(
    history: History, boundary: set[int], order: st.DataObject
) -> None:
    expected = {path: str(history.adder(path, history.tip)) for path in history.claimed}
    assert settled(history, {number for number in boundary if number < len(history.nodes)}, order) == expected


@settings(max_examples=80)
@given(histories(), st.integers(0, 13), st.data())
def test_what_an_earlier_look_knew_changes_nothing(history: History, known: int, order: st.DataObject) -> None:
    known = min(known, history.tip)
    earlier = {path: str(history.adder(path, known)) for path in history.nodes[known].tree}
    starts = {str(history.tip): set(history.claimed)}
    numbers = history.reachable([history.tip], set())
    result = trace(
        in_order(history, numbers, set()),
        starts,
        boundary=(),
        known={str(known): earlier},
        read_merge=history.read_merge,
    )
    carried = {path: earlier[path] for paths in result.carried.values() for path in paths}
    assert adders(result) | carried == {path: str(history.adder(path, history.tip)) for path in history.claimed}


@settings(max_examples=80)
@given(histories())
def test_alone_counts_all_claims_of_a_commit(history: History) -> None:
    starts = {str(history.tip): set(history.claimed)}
    numbers = history.reachable([history.tip], set())
    result = trace(in_order(history, numbers, set()), starts, boundary=(), known={}, read_merge=history.read_merge)
    for commit in result.adders.values():
        node = history.nodes[int(commit.name)]
        new = [path for path in node.tree if not any(path in history.nodes[parent].tree for parent in node.parents)]
        assert (commit.name in result.alone) is (len(new) == 1)

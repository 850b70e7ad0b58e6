# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one pass over the history: which commit added each claimed path last."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.claim_trace import trace_claims
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.model import (
    MOST_CHANGES,
    LoggedCommit,
    PathsByCommit,
    TraceResult,
    add_paths,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.errors import BrokenHistory

from .random_history import NAMES, History, histories, logged_in_order

X, Y, Z = b"p/claimed/x", b"p/claimed/y", b"p/claimed/z"


def no_merges(commit: LoggedCommit, paths: object) -> dict[bytes, frozenset[str]]:
    raise AssertionError(f"{commit} is no merge")


def traced(*commits: LoggedCommit, paths: set[bytes], boundary: set[str] | None = None) -> TraceResult:
    return follow(iter(commits), {"4": paths}, boundary=boundary or set())


def follow(commits: object, starts: PathsByCommit, **options: Any) -> TraceResult:
    """Trace with nothing known, nothing cut, no merges and false clocks unless told otherwise."""
    usual: dict[str, Any] = {"boundary": (), "known": {}, "read_merge": no_merges, "in_order": False}
    return trace_claims(commits, starts, **(usual | options))  # type: ignore[arg-type]


def claim_of(commit: str, *, alone: bool = True) -> Claim:
    return Claim(commit, 0, "", "", alone)


def line(*added: tuple[bytes, ...]) -> list[LoggedCommit]:
    """A straight history, newest first, from commit 4 on down; the last is the first commit."""
    numbers = range(4, 4 - len(added), -1)
    last = numbers[-1]
    return [LoggedCommit(str(n), () if n == last else (str(n - 1),), a) for n, a in zip(numbers, added, strict=True)]


def claims(found: TraceResult) -> dict[bytes, str]:
    return {path: commit.name for path, commit in found.claims.items()}


def test_the_last_commit_that_added_a_path_not_the_first() -> None:
    found = traced(*line((), (X,), (), (X, Y)), paths={X, Y})
    assert claims(found) == {X: "3", Y: "1"}


def test_no_commit_is_read_that_is_not_needed() -> None:
    read = []

    def commits() -> object:
        for commit in line((), (X,), (), ()):
            read.append(commit.name)
            yield commit

    follow(commits(), {"4": {X}})
    assert read == ["4", "3"]


def test_nothing_to_follow_reads_nothing() -> None:
    assert follow(iter(()), {"4": set()}) == TraceResult()


def test_the_last_change_after_the_claim() -> None:
    history = line((), (), (X,), (X, Y))
    changed = {0: (X,), 1: (X, Y, Z), 3: (Z,)}
    commits = [one._replace(changed=changed.get(at, ()), time=40 - 10 * at) for at, one in enumerate(history)]
    found = traced(*commits, paths={X, Y})
    assert found.changed_at == {X: 40, Y: 30}
    assert found.changes == {X: commits[:2], Y: [commits[1]]}


def test_a_change_before_the_claim_is_none_of_it() -> None:
    """A person held the lock before: one side of the merge has released it and claimed it again, one knows nothing."""
    x = (X,)
    commits = [
        LoggedCommit("m", ("b", "s"), ()),
        LoggedCommit("b", ("r",), x),
        LoggedCommit("r", ("c",), ()),
        LoggedCommit("s", ("c",), (), x, 9),
        LoggedCommit("c", ("a",), (), x, 8),
        LoggedCommit("a", (), x),
    ]
    both = {X: frozenset({"b", "s"})}
    found = follow(iter(commits), {"m": {X}}, read_merge=lambda _commit, _paths: both)
    assert claims(found) == {X: "b"}
    assert found.changes == {X: [commits[3]]}


def test_no_more_changes_are_read_than_a_person_makes() -> None:
    commits = [one._replace(changed=(X,), time=at) for at, one in enumerate(line(*[()] * MOST_CHANGES, (X,)))]
    found = traced(*commits[:-1], commits[-1]._replace(changed=()), paths={X})
    assert (found.changed_at, found.changes) == ({X: MOST_CHANGES - 1}, {X: commits[:MOST_CHANGES]})


def test_the_end_of_what_was_fetched_is_no_evidence() -> None:
    found = traced(*line((X,), (), (Y, Z)), paths={X, Y}, boundary={"2"})
    assert claims(found) == {X: "4"}
    assert found.shallow == {"2": {Y}}
    assert not found.unresolved


def test_a_start_at_the_boundary() -> None:
    assert traced(paths={X}, boundary={"4"}).shallow == {"4": {X}}


def test_what_is_known_is_carried_over() -> None:
    found = follow(iter(line((X,), (), ())), {"4": {X, Y, Z}}, boundary={"2"}, known={"3": {Y: claim_of("1")}})
    assert claims(found) == {X: "4"}
    assert found.reused == {"3": {Y}}
    assert found.shallow == {"2": {Z}}


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


def test_a_first_commit_that_does_not_add_its_path_is_no_history() -> None:
    with pytest.raises(BrokenHistory, match="does not add"):
        traced(*line((), (Y,)), paths={X})


def settled(
    history: History, boundary: set[int], order: st.DataObject, known: dict[str, dict[bytes, Claim]]
) -> dict[bytes, str]:
    """Follow all paths of the tip as ClaimFinder does: in any order, again where one was missed, deeper where cut."""
    found: dict[bytes, str] = {}
    starts: PathsByCommit = {str(history.tip): set(history.claimed)}
    while starts:
        cut: PathsByCommit = {}
        for in_order in (False, True):
            numbers = history.reachable(map(int, starts), boundary)
            logged = list(logged_in_order(history, numbers, boundary))
            result = follow(
                logged if in_order else order.draw(st.permutations(logged)),
                starts,
                boundary=set(map(str, boundary)),
                known=known,
                read_merge=history.read_merge,
                in_order=in_order,
            )
            new = claims(result)
            new.update((path, known[name][path].commit) for name, paths in result.reused.items() for path in paths)
            assert not found.keys() & new.keys(), "a path was settled twice"
            found.update(new)
            for commit, paths in result.shallow.items():
                add_paths(cut, commit, paths)
            starts = result.unresolved
        assert not starts
        boundary = boundary - set(map(int, cut)) if boundary.intersection(map(int, cut)) else deeper(history, boundary)
        starts = cut
    return found


def deeper(history: History, boundary: set[int]) -> set[int]:
    """A boundary one step further back, as after a deeper fetch."""
    return {parent for number in boundary for parent in history.nodes[number].parents}


def expected(history: History, number: int) -> dict[bytes, str]:
    return {path: str(history.claim(path, number)) for path in history.nodes[number].tree}


@settings(max_examples=250, deadline=None)
@given(histories(), st.sets(st.integers(0, 13)), st.data())
def test_every_shape_order_and_depth_gives_what_the_rule_says(
    history: History, boundary: set[int], order: st.DataObject
) -> None:
    cut = {number for number in boundary if number < len(history.nodes)}
    assert settled(history, cut, order, {}) == expected(history, history.tip)


@settings(max_examples=250, deadline=None)
@given(histories(), st.integers(0, 13), st.sets(st.sampled_from(NAMES)), st.sets(st.integers(0, 13)), st.data())
def test_what_an_earlier_snapshot_knew_changes_nothing(
    history: History, known: int, forgotten: set[bytes], boundary: set[int], order: st.DataObject
) -> None:
    """It knows the claims of the pools that were wanted then: of all paths, of some, or of none."""
    known = min(known, history.tip)
    earlier = {
        path: claim_of(commit, alone=len(history.nodes[int(commit)].parents) < 2 and order.draw(st.booleans()))
        for path, commit in expected(history, known).items()
        if path not in forgotten
    }
    cut = {number for number in boundary if number < len(history.nodes)}
    assert settled(history, cut, order, {str(known): earlier}) == expected(history, history.tip)


@settings(max_examples=80, deadline=None)
@given(histories())
def test_alone_counts_all_claims_of_a_commit_and_is_never_a_merge(history: History) -> None:
    numbers = history.reachable([history.tip], set())
    result = follow(
        logged_in_order(history, numbers, set()),
        {str(history.tip): set(history.claimed)},
        read_merge=history.read_merge,
        in_order=True,
    )
    for commit in result.claims.values():
        node = history.nodes[int(commit.name)]
        new = [path for path in node.tree if not any(path in history.nodes[parent].tree for parent in node.parents)]
        assert (commit.name in result.alone) is (len(new) == 1 and len(node.parents) < 2)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to the last commit that counted, on all lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.log import ChangedCommit
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.errors import BrokenHistory
from ansible_collections.poolboy.concourse.plugins.module_utils._git.tally.walk import TallyWalk, walk_all

from ..history.random_dag import dags, logged, reachable


@settings(max_examples=300)
@given(dags(), st.data())
def test_since_are_all_commits_that_the_last_count_does_not_contain(
    dag: list[ChangedCommit], data: st.DataObject
) -> None:
    everything = [commit.name for commit in dag]
    counts = data.draw(st.sets(st.sampled_from(everything), max_size=4), label="commits that count")
    tip = dag[-1].name
    walk = TallyWalk(tip, lambda commit: commit.name in counts, boundary=())
    read = walk_all(logged(dag), [walk])
    since = {commit.name for commit in walk.since()}
    assert not walk.is_cut
    if walk.counted is None:
        assert since == reachable(dag, [tip])
        assert not since & counts
        return
    assert walk.counted.name in counts
    assert since == reachable(dag, [tip]) - reachable(dag, [walk.counted.name])
    assert read <= len(dag)


@settings(max_examples=300)
@given(dags(), st.data())
def test_a_cut_walk_is_never_mistaken_for_a_complete_one(dag: list[ChangedCommit], data: st.DataObject) -> None:
    everything = [commit.name for commit in dag]
    counts = data.draw(st.sets(st.sampled_from(everything), max_size=4), label="commits that count")
    boundary = data.draw(st.sets(st.sampled_from(everything), max_size=2), label="not fetched below")
    tip = dag[-1].name
    walk = TallyWalk(tip, lambda commit: commit.name in counts, boundary=boundary)
    walk_all(logged(dag, boundary=boundary), [walk])
    if not walk.is_cut and walk.counted is not None:
        since = {commit.name for commit in walk.since()}
        assert walk.counted.name not in boundary
        assert since == reachable(dag, [tip]) - reachable(dag, [walk.counted.name])


def test_only_needed_commits_are_read() -> None:
    dag = [ChangedCommit(str(n), (str(n - 1),) if n else (), 1000 * n, ()) for n in range(50)]
    near, far = (TallyWalk("49", lambda commit, at=at: commit.name == at, ()) for at in ("47", "40"))  # type: ignore[misc]
    assert walk_all(logged(dag), [near, far]) == 10
    assert [commit.name for commit in near.since()] == ["49", "48"]


def test_without_a_walk_nothing_is_read() -> None:
    assert walk_all(iter([ChangedCommit("0", (), 0, ())]), []) == 0


def test_a_log_that_ends_too_early_is_an_error() -> None:
    with pytest.raises(BrokenHistory):
        walk_all(iter([ChangedCommit("1", ("0",), 0, ())]), [TallyWalk("1", lambda _commit: False, ())])

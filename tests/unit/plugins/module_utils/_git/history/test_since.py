# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest part of a history: every line is followed until it is old, and no further."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import since as since_module
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.log import ChangedCommit
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history.since import (
    CLOCK_SKEW_COMMITS,
    CLOCK_SKEW_SECONDS,
    commits_since,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects.errors import BrokenHistory

from .random_dag import dags, logged, reachable

SINCE = 1_000_000


def line(*times: int) -> list[ChangedCommit]:
    """A straight history, the newest first."""
    last = len(times) - 1
    return [ChangedCommit(str(n), () if n == last else (str(n + 1),), time, ()) for n, time in enumerate(times)]


def names(commits: list[ChangedCommit]) -> list[str]:
    return [commit.name for commit in commits]


def test_it_ends_some_commits_past_the_first_old_one() -> None:
    old = SINCE - CLOCK_SKEW_SECONDS - 1
    found = commits_since(line(SINCE + 5, SINCE, *([old] * 100)), "0", SINCE, boundary=())
    assert names(found.commits) == ["0", "1"]
    assert found.read == 2 + CLOCK_SKEW_COMMITS
    assert not found.is_shallow


def test_a_clock_that_went_back_for_a_while() -> None:
    old = SINCE - 100_000
    times = [SINCE, *([old] * (CLOCK_SKEW_COMMITS - 1)), SINCE + 9, *([old] * 50)]
    assert names(commits_since(line(*times), "0", SINCE, boundary=()).commits) == ["0", str(CLOCK_SKEW_COMMITS)]
    times.insert(1, old)
    assert names(commits_since(line(*times), "0", SINCE, boundary=()).commits) == ["0"], "as it is written down"


def test_a_little_too_old_does_not_end_a_line() -> None:
    times = [SINCE, *([SINCE - CLOCK_SKEW_SECONDS] * 40), SINCE, *([0] * 40)]
    assert names(commits_since(line(*times), "0", SINCE, boundary=()).commits) == ["0", "41"]


@pytest.mark.parametrize(
    ("at", "is_shallow"), [(0, True), (1, True), (CLOCK_SKEW_COMMITS, True), (CLOCK_SKEW_COMMITS + 1, False)]
)
def test_the_end_of_what_was_fetched_is_no_evidence(at: int, is_shallow: bool) -> None:
    times = [SINCE, SINCE, *([0] * 50)]
    found = commits_since(line(*times)[: at + 1], "0", SINCE, boundary={str(at)})
    assert found.is_shallow is is_shallow
    assert names(found.commits) == ["0", "1"][: at if at < 2 else 2]


def test_a_log_that_ends_too_early_is_broken() -> None:
    with pytest.raises(BrokenHistory, match="did not show 3"):
        commits_since(line(*([SINCE] * 9))[:3], "0", SINCE, boundary=())


@settings(max_examples=300)
@given(dags(), st.integers(0, 2400), st.integers(0, 3), st.integers(0, 200), st.data())
def test_in_any_shape_nothing_is_missed(
    dag: list[ChangedCommit], since: int, slack: int, seconds: int, data: st.DataObject
) -> None:
    """What is found is what the rule says, line by line; and if it is cut, something of it may be missing."""
    boundary = data.draw(st.sets(st.sampled_from([commit.name for commit in dag]), max_size=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(since_module, "CLOCK_SKEW_COMMITS", slack + 1)
        patch.setattr(since_module, "CLOCK_SKEW_SECONDS", seconds)
        found = commits_since(logged(dag, boundary=boundary), dag[-1].name, since, boundary=boundary)
    left = {dag[-1].name: slack + 1}
    for commit in reversed(dag):
        if commit.name in left:
            left[commit.name] = left[commit.name] - 1 if commit.time < since - seconds else slack + 1
            for parent in commit.parents if left[commit.name] else ():
                left[parent] = max(left.get(parent, 0), left[commit.name])
    wanted = {name for name in left if dag[int(name)].time >= since}
    whole = reachable(dag, [dag[-1].name], boundary=boundary)
    assert set(names(found.commits)) <= {commit.name for commit in dag if commit.time >= since} & whole - boundary
    if not found.is_shallow:
        assert wanted <= set(names(found.commits)) | {name for name in boundary if dag[int(name)].time < since}

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last rounds: what is kept, what counts once, and how a damaged state is read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._history.history import (
    MOST_ROUNDS,
    History,
    read_history,
)
from ansible_collections.poolboy.concourse.plugins.plugin_utils._history.page_data import page_data
from ansible_collections.poolboy.concourse.plugins.plugin_utils._history.record import recorded
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import GROUPS, Group, group_of
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.links import job_page
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    a_claim,
    a_cleaning,
    a_free_lock,
    a_hold,
    a_look,
    a_release,
    a_round,
    a_step,
    iso,
)

LEAKED = a_claim("aws", "env-1", "leaked")


def told(history: History, number: int, *locks: dict[str, Any], **changes: Any) -> History:
    """Return the history with a round, `number` quarters of an hour after the first."""
    at = iso(MADE + timedelta(minutes=15 * number))
    round_ = read_round(a_round(status=a_look(*locks), finished_at=at, **changes))
    return read_history(json.loads(json.dumps(recorded(history, round_).value())))


def test_the_locks_by_group_at_the_end_of_each_round() -> None:
    history = told(History(), 0, LEAKED, a_free_lock("aws", "env-2"), a_claim("aws", "env-3"))
    history = told(history, 1, a_free_lock("aws", "env-1"), a_hold("aws", "env-2"))
    assert [[one.counts[group] for group in GROUPS] for one in history.rounds] == [[1, 1, 0, 0, 1], [1, 0, 1, 0, 0]]
    assert history.rounds[1].at - history.rounds[0].at == 900


def test_a_claim_that_was_left_behind_counts_once() -> None:
    history = told(History(), 0, LEAKED)
    history = told(history, 1, LEAKED)
    assert history.jobs() == [("main/ci/deploy", 1)]
    again = a_claim("aws", "env-1", "leaked", commit="f" * 40)
    history = told(history, 2, again, a_hold("aws", "env-2", "expired"))
    assert history.jobs() == [("main/ci/deploy", 2)], "another claim of the same lock, and no job for a hold"


def test_a_claim_that_the_round_released_counts() -> None:
    clean = a_cleaning(a_step(LEAKED, "release"), released=[a_release("aws", "env-1")])
    history = told(History(), 0, a_free_lock("aws", "env-1"), clean=clean)
    assert history.jobs() == [("main/ci/deploy", 1)]
    assert history.rounds[0].counts[Group.LEFT] == 0
    assert history.left == frozenset()


def test_the_pages_of_the_jobs_that_left_locks_behind_are_kept_as_long_as_the_jobs() -> None:
    history = told(History(), 0, LEAKED, a_claim("aws", "env-2"))
    assert history.links == {"main/ci/deploy": "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy"}
    assert told(history, 1, a_free_lock("aws", "env-1")).links == history.links
    assert told(replace(history, rounds=()), 1, a_free_lock("aws", "env-1")).links == {}


@pytest.mark.parametrize("links", [None, [], {"main/ci/deploy": "javascript:alert(1)"}, {"main/ci/deploy": None}])
def test_a_page_that_is_not_safe_is_not_linked(links: object) -> None:
    assert read_history({"rounds": [], "left": [], "links": links}).links == {}


@pytest.mark.parametrize(
    ("build", "job"),
    [
        (
            "https://ci/teams/t/pipelines/p/jobs/j/builds/1.2?vars.x=%22y%22",
            "https://ci/teams/t/pipelines/p/jobs/j?vars.x=%22y%22",
        ),
        ("https://ci/teams/t/pipelines/p/jobs/builds/builds/12", "https://ci/teams/t/pipelines/p/jobs/builds"),
        ("https://ci/builds/4711", None),
        ("https://ci/teams/t/pipelines/p/jobs/j", None),
    ],
)
def test_the_page_of_a_job(build: str, job: str | None) -> None:
    assert job_page(build) == job


def test_a_round_that_does_not_know_the_locks_is_left_out() -> None:
    history = told(History(), 0, LEAKED)
    assert recorded(history, read_round(a_round(status=None))) == history


def test_a_round_that_is_written_again_takes_its_own_place() -> None:
    history = told(told(History(), 0, LEAKED), 0, LEAKED)
    assert len(history.rounds) == 1


def test_the_history_is_bounded() -> None:
    history = History()
    for number in range(MOST_ROUNDS + 5):
        history = told(history, number, a_free_lock("aws", "env-1"))
    assert len(history.rounds) == MOST_ROUNDS
    assert history.rounds[0].at == int(MADE.timestamp()) + 5 * 900


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {"rounds": 3, "left": 7}, {"rounds": [None, {"at": "soon"}, {"at": iso(MADE), "free": "x"}]}],
)
def test_what_cannot_be_read_is_ignored(value: object) -> None:
    assert read_history(value) == History()


def test_groups_of_verdicts_of_a_later_release() -> None:
    assert group_of("half_gone") is Group.UNKNOWN


def test_the_document_beside_the_page() -> None:
    history = told(History(), 0, LEAKED)
    fact = a_round(status=a_look(LEAKED, a_free_lock("aws", "env-2"), report=["AWS"]))
    document = json.loads(page_data(fact, page="locks.html", old_after=30, history=history.value()))
    assert (document["version"], document["page"], document["old_after"]) == (1, "locks.html", 30)
    assert document["counts"] == {"free": 1, "use": 0, "person": 0, "unknown": 0, "left": 1}
    assert document["round"]["status"]["locks"] == fact["status"]["locks"]
    assert "report" not in document["round"]["status"]
    assert document["rounds"] == history.value()["rounds"]
    assert json.loads(page_data(a_round(status=None), page="", old_after=60))["counts"] is None

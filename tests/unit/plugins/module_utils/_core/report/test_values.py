# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judged locks as the values that modules return."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import (
    Holder,
    HolderKind,
    read_holder,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Problem
from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.values import (
    lock_value,
    pool_values,
    problem_values,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import age_minutes, iso_time
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.rules import judge_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
)

from .judged_locks import BUILD, NOW, PERSON, claimed, free


def is_valid_json(value: Any) -> bool:
    """Return whether a value can be sent as JSON in UTF-8, as modules send their results."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def test_a_free_lock() -> None:
    assert lock_value(free("aws", "env-1"), NOW) == {
        "pool": "aws",
        "name": "env-1",
        "state": "unclaimed",
        "verdict": "free",
        "reason": "nobody holds it",
        "claimed_at": None,
        "age_minutes": None,
        "holder": None,
        "hold": None,
        "build": None,
        "user": None,
        "commit": None,
        "policy": None,
        "dead_since": None,
        "releasable": False,
        "releasable_at": None,
        "content": None,
    }


def test_a_claimed_lock() -> None:
    assert lock_value(claimed("cf/fresh", "env-1", build=BUILD), NOW) == {
        "pool": "cf/fresh",
        "name": "env-1",
        "state": "claimed",
        "verdict": "aborted",
        "reason": "ci/up 3 was aborted and left it claimed",
        "claimed_at": "2025-12-31T22:40:00Z",
        "age_minutes": 80,
        "holder": {
            "kind": "build",
            "text": "deploy/up 3",
            "url": "https://ci.example.com/builds/42",
            "team": "relint",
            "pipeline": "deploy",
            "instance_vars": {"branch": "main"},
            "job": "up",
            "build": "3",
        },
        "hold": None,
        "build": {
            "id": 42,
            "status": "aborted",
            "start_time": "2025-12-31T22:30:00Z",
            "end_time": "2025-12-31T22:40:00Z",
        },
        "user": None,
        "commit": "c" * 40,
        "policy": "release",
        "dead_since": "2025-12-31T22:40:00Z",
        "releasable": True,
        "releasable_at": "2025-12-31T22:45:00Z",
        "content": None,
    }


@pytest.mark.parametrize("verdict", VerdictName)
@pytest.mark.parametrize("dead", [True, False])
def test_all_locks_have_the_same_keys(verdict: VerdictName, dead: bool) -> None:
    value = lock_value(claimed("aws", "env-1", verdict, holder=PERSON, dead=dead), NOW)
    assert value.keys() == lock_value(free("aws", "env-2"), NOW).keys()
    assert value["holder"].keys() == lock_value(claimed("aws", "env-1", build=BUILD), NOW)["holder"].keys()


def test_a_lock_is_releasable_from_the_second_it_is_due() -> None:
    judged = claimed("aws", "env-1")
    at = judged.releasable_at
    assert at is not None
    assert [lock_value(judged, now)["releasable"] for now in (at - 1, at, at + 1)] == [False, True, True]


def test_without_a_build_the_names_are_those_of_the_claim() -> None:
    value = lock_value(claimed("aws", "env-1", VerdictName.GONE), NOW)
    assert value["build"] is None
    assert value["holder"] == {
        "kind": "build",
        "text": 'relint/deploy/{"branch":"main"}/up 3',
        "url": "https://ci.example.com/builds/42",
        "team": "relint",
        "pipeline": "deploy",
        "instance_vars": {"branch": "main"},
        "job": "up",
        "build": "3",
    }


@pytest.mark.parametrize("holder", [PERSON, Holder(HolderKind.UNNAMED, "a build that the claim does not name")])
def test_a_holder_that_is_not_a_named_build(holder: Holder) -> None:
    value = lock_value(claimed("aws", "env-1", VerdictName.MANUAL, holder=holder), NOW)["holder"]
    assert (value["kind"], value["text"]) == (holder.kind.value, holder.text)
    assert {name for name in value if value[name] is not None} == {"kind", "text"}


def test_a_one_off_build_has_neither_pipeline_nor_job() -> None:
    one_off = replace(BUILD, pipeline=None, job=None, name="7")
    value = lock_value(claimed("aws", "env-1", build=one_off), NOW)["holder"]
    assert (value["text"], value["team"], value["pipeline"], value["job"]) == ("build 42", "relint", None, None)


def test_names_that_are_not_utf_8_are_valid_json() -> None:
    value = lock_value(claimed("caf\udce9", "\udcff-1"), NOW)
    assert (value["pool"], value["name"]) == ("caf\\xe9", "\\xff-1")
    assert is_valid_json(value)


@pytest.mark.parametrize(
    "message",
    [
        "t\udcff/p\udcff/j\udcff build 1 claiming: env-1",
        't\udcff/p/{"a":"\udcff"}/j build 1 claiming: env-1',
        't/p/{"a":"\\ud800"}/j build 1 claiming: env-1',
        "claiming: env-1\nBuild URL: https://ci.example.com/teams/\udcff/pipelines/p/jobs/j/builds/1",
        "claiming: env-1\nBuild URL: https://ci.example.com/teams/t/pipelines/p/jobs/j/builds/1?vars.x=\udcff",
        "claiming: env-1\nBuild URL: https://other.example.com/\udcff/builds/1",
        "claimed by \udce9lan",
    ],
)
@pytest.mark.parametrize("is_missing", [False, True])
def test_messages_that_are_not_utf_8_are_valid_json(message: str, is_missing: bool) -> None:
    claim = Claim("c" * 40, NOW, "\udcc9lan", message)
    holder = read_holder(claim, "env-1", "main")
    facts = ModelQueries()
    facts.is_missing = lambda question: is_missing
    lock = claimed("aws", "env-1").lock
    value = lock_value(JudgedLock(lock, claim, holder, judge_claim(claim, holder, facts, now=0), PoolPolicy()), NOW)
    assert is_valid_json(value), value


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_a_reason_is_one_line_for_any_claim(team: str, path: str) -> None:
    for message in (
        f"{team}/{path}/j build 1 claiming: env-1",
        f"claiming: env-1\nBuild URL: https://{team}.example.com/teams/{path}/pipelines/p/jobs/j/builds/1",
        f"claiming: env-1\nBuild URL: https://ci.example.com/teams/{team}/pipelines/{path}/jobs/j/builds/1?vars.x=y",
    ):
        claim = Claim("c" * 40, NOW, team, message)
        verdict = judge_claim(claim, read_holder(claim, "env-1", "main"), ModelQueries(), now=0)
        assert len(verdict.reason.splitlines()) == 1
        assert is_valid_json(verdict.reason)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00Z"),
        (NOW, "2026-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (253_402_300_800, None),
        (10**20, None),
        (-(10**20), None),
    ],
)
def test_times(seconds: int | None, text: str | None) -> None:
    assert iso_time(seconds) == text


@pytest.mark.parametrize(("before", "minutes"), [(0, 0), (59, 0), (60, 1), (3599, 59), (86_400, 1440), (-500, 0)])
def test_ages(before: int, minutes: int) -> None:
    assert age_minutes(NOW - before, NOW) == minutes


def test_the_counts_of_pools() -> None:
    locks = [
        claimed("aws", "a", minutes=4),
        claimed("aws", "b", VerdictName.LEAKED, minutes=59),
        claimed("aws", "c", VerdictName.LEAKED, minutes=60),
        claimed("aws", "d", VerdictName.RUNNING, dead=False, minutes=99),
        free("aws", "e"),
        free("gcp", "f"),
    ]
    assert pool_values(["gcp", "aws", "empty"], locks, NOW) == [
        {
            "name": "gcp",
            "claimed": 0,
            "unclaimed": 1,
            "releasable": 0,
            "verdicts": {"free": 1},
            "oldest_claim_at": None,
            "oldest_claim_minutes": None,
        },
        {
            "name": "aws",
            "claimed": 4,
            "unclaimed": 1,
            "releasable": 1,
            "verdicts": {"aborted": 1, "free": 1, "leaked": 2, "running": 1},
            "oldest_claim_at": "2025-12-31T22:21:00Z",
            "oldest_claim_minutes": 99,
        },
        {
            "name": "empty",
            "claimed": 0,
            "unclaimed": 0,
            "releasable": 0,
            "verdicts": {},
            "oldest_claim_at": None,
            "oldest_claim_minutes": None,
        },
    ]


def test_problems_are_printable() -> None:
    assert problem_values([Problem("caf\udce9", "three\n")]) == [{"pool": "caf\\xe9", "text": "three\\n"}]

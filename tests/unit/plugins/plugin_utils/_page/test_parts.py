# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the page: pools, verdicts, links, and values that are not rounds."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.severity import WORST_FIRST
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.locks import lock_rows
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.pools import PoolRow, pool_rows
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.verdicts import WORDS
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.links import safe_link
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.round_fields import BadRound
from ansible_collections.poolboy.concourse.tests.page.rounds import a_claim, a_free_lock, a_look, a_round


def rows_of(**changes: Any) -> list[PoolRow]:
    told = read_round(a_round(**changes))
    return pool_rows(told, lock_rows(told))


def test_every_verdict_has_a_meaning_and_a_severity() -> None:
    assert list(WORDS) == [name.value for name in WORST_FIRST]
    assert set(WORST_FIRST) == set(VerdictName)
    assert all(word.meaning for word in WORDS.values())


def test_a_pool_is_counted() -> None:
    locks = [
        a_claim("aws", "env-1", "leaked", minutes=90, releasable=True),
        a_claim("aws", "env-2", "running", minutes=10),
        a_free_lock("aws", "env-3"),
        a_free_lock("aws", "env-4"),
    ]
    (pool,) = rows_of(status=a_look(*locks))
    assert (pool.free, pool.locks, pool.releasable, pool.oldest) == (2, 4, 1, "1h 30m")
    assert pool.group_bar.in_words == "2 free, 1 in use, 1 left behind"
    assert pool.group_bar.segments() == [(Group.FREE, 0, 50), (Group.USE, 50, 25), (Group.LEFT, 75, 25)]


def test_only_a_claim_has_a_command() -> None:
    locks = [a_claim("a b", "env-1"), a_free_lock("aws", "env-2"), a_claim("aws", "env-3", commit=None)]
    rows = {row.name: row.command for row in lock_rows(read_round(a_round(status=a_look(*locks))))}
    assert '"pool_boy_pool": "a b"' in str(rows.pop("env-1"))
    assert rows == {"env-2": None, "env-3": None}


def test_pools_keep_the_order_of_the_look_even_without_locks() -> None:
    fed = [{"name": "fed", "job": "main/ci/up", "state": "waiting", "reason": "the job is paused"}]
    told = a_look(a_free_lock("b", "env-1"), pools=["z", "a"])
    pools = rows_of(status=told, trigger={"pools": fed, "triggered": []})
    assert [pool.name for pool in pools] == ["b", "z", "a", "fed"]
    assert [pool.number for pool in pools] == [0, 1, 2, 3]
    assert (pools[1].locks, pools[1].oldest, pools[1].group_bar.in_words, pools[1].group_bar.segments()) == (
        0,
        "",
        "no locks",
        [],
    )
    assert pools[0].builds is None
    assert pools[3].builds is not None
    assert pools[3].builds.needs_a_look


@pytest.mark.parametrize(
    "address",
    [
        "https://ci.example.com/teams/main/pipelines/ci/jobs/up/builds/1?vars.branch=%22a%22",
        "http://127.0.0.1:8080/builds/1",
        "https://[::1]:8443/builds/1",
    ],
)
def test_a_page_of_a_build_is_a_link(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ci.example.com/builds/1",
        "//ci.example.com/builds/1",
        "https:ci.example.com",
        "https:///builds/1",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://ci.example.com",
        " https://ci.example.com",
        "https://ci.example.com/a b",
        "https://ci.example.com/\n",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "https://robin:secret@ci.example.com/",
        "https://ci.example.com\\@evil.example.com/",
        "https://ci.example.com:port/",
        "https://[::1/",
        "https://c\u0456.example.com/",
        "https://ci.example.com/" + "a" * 2000,
    ],
)
def test_anything_else_is_none(address: str) -> None:
    assert safe_link(address) is None


def test_what_is_missing_is_empty() -> None:
    lock = {"pool": "aws", "name": "env-1", "verdict": "leaked"}
    (row,) = lock_rows(read_round({"name": "n", "finished_at": "2026-11-22T03:00:00Z", "status": {"locks": [lock]}}))
    assert (row.users, row.commit_link, row.since, row.minutes, row.reason, row.is_releasable) == (
        [],
        None,
        None,
        None,
        "",
        False,
    )


def test_links_of_a_list() -> None:
    fed = [{"name": "fed", "stuck_builds": ["https://ci.example.com/1", "javascript:alert(1)", 7]}]
    (pool,) = rows_of(status=None, clean=None, trigger={"pools": fed, "triggered": []})
    assert pool.builds is not None
    assert pool.builds.links == ("https://ci.example.com/1",)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"region": "eu\x07", "build": {"no": 1}}, 'ci/up 3 {"build":{"no":1},"region":"eu\\u0007"}'),
        (None, "ci/up 3"),
        ({}, "ci/up 3"),
    ],
)
def test_instance_variables_stand_behind_the_holder(variables: dict[str, Any] | None, text: str) -> None:
    claim = a_claim("aws", "env-1", holder={"text": "ci/up 3", "instance_vars": variables})
    (row,) = lock_rows(read_round(a_round(status=a_look(claim))))
    assert row.users[0].text == text


def test_a_bad_part_deep_down_is_named() -> None:
    bad = a_round(status=a_look(a_claim("aws", "env-1"), a_claim("aws", "env-2", claimed_at="soon")))
    with pytest.raises(BadRound, match=r"^pool_boy_round\.status\.locks\[1\]\.claimed_at must be a time such as "):
        read_round(bad)

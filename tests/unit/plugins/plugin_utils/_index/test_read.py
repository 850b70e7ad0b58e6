# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which JSON files of a folder are those of rounds, and what is damaged or hostile in them."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.plugin_utils._index.read import Repository, Unreadable, read_data
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group
from ansible_collections.poolboy.concourse.tests.page.repositories import a_file, an_index, locks
from ansible_collections.poolboy.concourse.tests.page.rounds import a_look

GOOD: dict[str, Any] = json.loads(a_file("teams/locks", status=a_look(*locks(free=2, leaked=1)))[1])
DAMAGED = "The file is damaged. The next round replaces it; if no round runs any more, remove it."

# Python 3.12 takes one frame for a level where 3.11 takes two.
LEVELS = 700 if sys.version_info < (3, 12) else 990


def changed(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def test_a_file_of_a_round() -> None:
    found = read_data("locks.json", changed())
    assert isinstance(found, Repository)
    assert (found.page, found.old_after, found.round.name) == ("locks.html", 60, "teams/locks")
    assert found.counts is not None
    assert (found.counts[Group.FREE], found.counts[Group.LEFT]) == (2, 1)
    unknown = read_data("locks.json", changed(counts=None, added_later=[1]))
    assert isinstance(unknown, Repository)
    assert unknown.counts is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[]",
        b"7",
        b'"made_by"',
        b"{}",
        json.dumps({"memory": {}, "metrics": ""}).encode(),
        changed(made_by="somebody else"),
        changed(made_by=["poolboy.concourse"]),
    ],
)
def test_a_file_of_others_is_none(content: bytes) -> None:
    assert read_data("locks.json", content) is None


@pytest.mark.parametrize(
    "content",
    [
        changed()[:-20],
        changed() + b"}",
        b"[" * 100_000 + b'{"made_by": "poolboy.concourse"',
        changed(version=None),
        changed(version="1"),
        changed(version=0),
        changed(version=1.5),
        # Few enough levels to be read, and too many to be shown.
        changed(round={**GOOD["round"], "trigger": {"triggered": [{"instance_vars": {"a": 0}}]}}).replace(
            b"0}}]", b'{"a":' * LEVELS + b"0" + b"}" * (LEVELS + 2) + b"]"
        ),
        changed(round=None),
        changed(round={"name": "n"}),
        changed(round={**GOOD["round"], "finished_at": "0001-01-01T00:00:00+23:59"}),
        changed(round={**GOOD["round"], "finished_at": "9999-12-31T23:59:59-23:59"}),
        changed(round={**GOOD["round"], "failures": 3}),
        changed(counts=[]),
        changed(counts={"free": 1}),
        changed(counts={**GOOD["counts"], "free": -1}),
        changed(counts={**GOOD["counts"], "free": True}),
        changed(counts={**GOOD["counts"], "free": 10**300}),
        changed(counts={**GOOD["counts"], "free": "<b>"}),
        changed(old_after="soon"),
        changed(old_after=-5),
        changed(old_after=10**12),
        changed(page=["a.html"]),
    ],
)
def test_a_damaged_file_of_a_round_says_so(content: bytes) -> None:
    assert read_data("locks.json", content) == Unreadable("locks.json", DAMAGED)


def test_a_file_of_a_later_release_says_so() -> None:
    found = read_data("locks.json", changed(version=2, counts="in another form"))
    assert isinstance(found, Unreadable)
    assert found.reason.startswith("A later release of poolboy.concourse wrote it: update")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("my locks.html", "my%20locks.html"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("a?b#c%", "a%3Fb%23c%25"),
        ("\u00fc.html", "%C3%BC.html"),
        ("\udcff.html", None),
        ("", None),
        (".", None),
        ("..", None),
        ("../locks.html", None),
        ("//evil.example.com", None),
        ("https://evil.example.com", None),
        ("\\\\evil.example.com", None),
        (None, None),
    ],
)
def test_only_a_file_in_the_same_folder_is_a_page(page: str | None, address: str | None) -> None:
    found = read_data("locks.json", changed(page=page))
    assert isinstance(found, Repository)
    assert found.page == address


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-11-22T03:00:04Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD["round"])), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.sampled_from(sorted(set(GOOD) - {"made_by"})), JSON)
def test_no_value_of_a_key_stops_the_index(key: str, value: object) -> None:
    files = [("/srv/bad.json", changed(**{key: value})), a_file("other/locks")]
    assert "other/locks" in an_index(files)


@settings(max_examples=40)
@given(st.sampled_from(sorted(GOOD["round"])), JSON)
def test_no_value_of_a_round_stops_the_index(key: str, value: object) -> None:
    files = [("/srv/bad.json", changed(round={**GOOD["round"], key: value})), a_file("other/locks")]
    assert "other/locks" in an_index(files)


PAST = [{"at": "2026-11-22T02:00:00Z", "free": 1}, {"at": "2026-11-22T03:00:00Z", "free": 2}]


@settings(max_examples=40)
@given(st.sampled_from(["at", "free", "left", "left_by"]), JSON)
def test_no_past_round_stops_the_index(key: str, value: object) -> None:
    files = [("/srv/bad.json", changed(rounds=[*PAST, {**PAST[1], key: value}])), a_file("other/locks")]
    assert "other/locks" in an_index(files)

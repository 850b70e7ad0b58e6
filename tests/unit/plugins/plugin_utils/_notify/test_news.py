# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new in a round."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.filter.pool_news import pool_news
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import (
    NOW,
    PAGE,
    Fact,
    claimed,
    cleaning,
    failure,
    feeding,
    free,
    held,
    in_minutes,
    look,
    release,
    round_fact,
)

CLEAN = cleaning(release("aws", "env-4", "errored"), before=[claimed("aws", "env-4", "errored", unused=9)])
KEPT = look(claimed("aws", "env-1", "failed", age=300, unused=120))
STUCK = feeding("aws", "stuck", stuck_builds=[PAGE])
HELD = look(held("aws", "env-6", in_minutes(200)))
ENDS = f"hold_ends aws/env-6 c1 {NOW + 200 * 60}"


def keys(found: Fact) -> list[str]:
    return [item["key"] for item in found["news"]]


def rounds(*facts: Fact, **options: Any) -> list[list[str]]:
    """The news of each of the rounds, when every message is delivered; the memory goes through JSON as in a file."""
    told: list[list[str]] = []
    memory: Fact = {}
    for fact in facts:
        found = pool_news(fact, memory, **{"kept_too_long": 60, **options})
        told.append(keys(found))
        memory = json.loads(json.dumps(found["memory"]))
    return told


def test_all_that_is_news_the_worst_first() -> None:
    found = pool_news(round_fact(KEPT, clean=CLEAN, trigger=STUCK, failures=[failure("page", "No space.")]), {}, 60)
    assert [(item["kind"], item["text"]) for item in found["news"]] == [
        ("failed", "The step page failed: No space."),
        ("stuck", "aws is stuck, so no more builds of main/ci/claim are started: 3 builds ended"),
        ("kept_too_long", "aws/env-1 is still claimed, and no known build has used it for 2h 0m: ci/deploy 12 failed"),
        ("released", "aws/env-4 was released: ci/deploy 12 errored"),
    ]
    assert found["news"][2] == {
        "kind": "kept_too_long",
        "text": found["news"][2]["text"],
        "key": "kept_too_long aws/env-1 c1",
        "pool": "aws",
        "lock": "env-1",
        "verdict": "failed",
        "step": None,
        "url": PAGE,
    }
    assert [item["url"] for item in found["news"]] == [None, PAGE, PAGE, PAGE]
    assert found["news"][0]["step"] == "page"


def test_what_lasts_is_reported_once() -> None:
    fact = round_fact(KEPT, trigger=STUCK, failures=[failure("page")])
    assert rounds(fact, fact, fact) == [["failed page", "stuck aws", "kept_too_long aws/env-1 c1"], [], []]


@pytest.mark.parametrize(
    ("lasting", "over"),
    [
        (round_fact(HELD), round_fact(look(free("aws", "env-6")))),
        (round_fact(HELD), round_fact(look(held("aws", "env-6", in_minutes(-1))))),
        (round_fact(KEPT), round_fact(look(free("aws", "env-1")))),
        (round_fact(KEPT), round_fact(look(claimed("aws", "env-1", "handed_off", unused=500)))),
        (round_fact(trigger=STUCK), round_fact(trigger=feeding("aws", "satisfied"))),
        (round_fact(trigger=STUCK), round_fact(trigger=feeding("gcp", "satisfied"))),
        (round_fact(trigger=STUCK), round_fact(trigger=feeding("aws", "waiting"), failures=[failure("trigger")])),
        (round_fact(failures=[failure("page")]), round_fact(failures=[failure("notify")])),
        (round_fact(failures=[failure("clean")]), round_fact(clean=cleaning())),
    ],
)
def test_what_came_back_is_reported_again(lasting: Fact, over: Fact) -> None:
    first, _between, third = rounds(lasting, over, lasting)
    assert first != []
    assert third == first


@pytest.mark.parametrize(
    ("lasting", "unknown"),
    [
        (round_fact(HELD), round_fact(None, failures=[failure("status")])),
        (round_fact(KEPT), round_fact(None, failures=[failure("status")])),
        (round_fact(KEPT), round_fact(look(claimed("aws", "env-1", "unreachable", age=300)))),
        (round_fact(trigger=STUCK), round_fact(failures=[failure("trigger")])),
        (round_fact(trigger=STUCK), round_fact()),
        (round_fact(trigger=STUCK), round_fact(trigger={"triggered": []}, failures=[failure("trigger")])),
        (round_fact(trigger=STUCK), round_fact(trigger=feeding("aws", "failed"), failures=[failure("trigger")])),
        (round_fact(failures=[failure("trigger")]), round_fact(failures=[failure("clean")])),
    ],
)
def test_what_cannot_be_seen_is_not_over(lasting: Fact, unknown: Fact) -> None:
    assert rounds(lasting, unknown, lasting)[2] == []


def test_a_step_that_is_switched_off_after_it_failed_is_over() -> None:
    failed = round_fact(failures=[failure("trigger")])
    assert rounds(failed, round_fact(), failed) == [["failed trigger"], [], ["failed trigger"]]


def test_a_new_claim_of_the_same_lock_is_reported() -> None:
    again = look(claimed("aws", "env-1", "failed", age=300, unused=120, commit="c2"))
    assert rounds(round_fact(KEPT), round_fact(again)) == [
        ["kept_too_long aws/env-1 c1"],
        ["kept_too_long aws/env-1 c2"],
    ]


@pytest.mark.parametrize(("unused", "told"), [(59, 0), (60, 1), (61, 1)])
def test_kept_too_long_is_counted_from_the_last_use(unused: int, told: int) -> None:
    fact = round_fact(look(claimed("aws", "env-1", "manual", age=5000, unused=unused)))
    assert len(rounds(fact)[0]) == told
    assert rounds(fact, kept_too_long=None) == [[]]


@pytest.mark.parametrize("verdict", ["running", "handed_off", "held", "unreachable"])
def test_a_lock_in_use_is_never_kept_too_long(verdict: str) -> None:
    assert rounds(round_fact(look(claimed("aws", "env-1", verdict, age=5000, unused=5000)))) == [[]]


def test_a_hold_that_ends_within_the_day_is_reported_once() -> None:
    fact = round_fact(HELD)
    assert rounds(fact, fact, fact) == [[ENDS], [], []]
    assert rounds(fact, kept_too_long=None) == [[ENDS]]
    assert pool_news(fact)["news"] == [
        {
            "kind": "hold_ends",
            "text": "The hold on aws/env-6 ends in 3h 20m: held by ada@workstation until 2026-09-21T17:33:20Z: kernel"
            " upgrade",
            "key": ENDS,
            "pool": "aws",
            "lock": "env-6",
            "verdict": "held",
            "step": None,
            "url": None,
        }
    ]


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (in_minutes(1440), 1),
        (in_minutes(1441), 0),
        (in_minutes(1), 1),
        ("never", 0),
        ("tomorrow", 0),
        ("9999-12-31T23:59:59Z", 0),
        (None, 0),
    ],
)
def test_only_a_hold_that_ends_soon_is_reported(until: str | None, told: int) -> None:
    assert len(rounds(round_fact(look(held("aws", "env-6", until, age=50))))[0]) == told


def test_a_hold_that_was_extended_is_reported_again_when_it_ends() -> None:
    later = NOW + 300 * 60
    extended = [look(held("aws", "env-6", in_minutes(300), commit=commit)) for commit in ("c2", "c1")]
    assert rounds(round_fact(HELD), *map(round_fact, extended)) == [
        [ENDS],
        [f"hold_ends aws/env-6 c2 {later}"],
        [f"hold_ends aws/env-6 c1 {later}"],
    ]


@pytest.mark.parametrize(("minutes", "told"), [(-59, 0), (-60, 1)])
def test_a_lock_whose_hold_has_ended_is_kept_too_long_from_then_on(minutes: int, told: int) -> None:
    found = pool_news(round_fact(look(held("aws", "env-6", in_minutes(minutes), age=5000))), {}, 60)
    assert keys(found) == ["kept_too_long aws/env-6 c1"] * told
    assert [item["verdict"] for item in found["news"]] == ["expired"] * told
    for item in found["news"]:
        assert item["text"].startswith(
            "aws/env-6 is still claimed, and its hold ended 1h 0m ago: held by ada@workstation"
        )


def test_a_held_lock_is_never_kept_too_long() -> None:
    assert rounds(round_fact(look(held("aws", "env-6", "never", age=500_000))))[0] == []


def test_without_a_setting_a_day_is_too_long() -> None:
    day = look(claimed("aws", "old", "failed", unused=1440), claimed("aws", "new", "failed", unused=1439))
    assert keys(pool_news(round_fact(day))) == ["kept_too_long aws/old c1"]


def test_news_that_was_not_delivered_is_reported_in_the_next_round() -> None:
    lost = pool_news(round_fact(KEPT, clean=CLEAN), {}, 60)
    again = pool_news(round_fact(KEPT, clean=cleaning()), json.loads(json.dumps(lost["memory_if_lost"])), 60)
    assert keys(again) == keys(lost) == ["kept_too_long aws/env-1 c1", "released aws/env-4 c1"]
    assert again["news"] == lost["news"]
    assert keys(pool_news(round_fact(KEPT), again["memory"], 60)) == []


def test_news_that_waits_is_bounded() -> None:
    memory: Fact = {}
    for number in range(130):
        clean = cleaning(release("aws", "env-4", "errored", commit=f"c{number}"))
        memory = pool_news(round_fact(clean=clean), memory)["memory_if_lost"]
    assert [one["key"] for one in memory["waiting"]] == [f"released aws/env-4 c{number}" for number in range(30, 130)]


def test_a_lock_that_went_to_another_pool() -> None:
    fact = round_fact(clean=cleaning(release("aws", "env-4", "errored", to_pool="sick")))
    assert pool_news(fact)["news"][0]["text"] == "aws/env-4 was moved to sick: ci/deploy 12 errored"


def test_check_mode_has_no_news_and_leaves_the_memory() -> None:
    memory = pool_news(round_fact(KEPT), {}, 60)["memory"]
    fact = round_fact(look(), clean=CLEAN, trigger=STUCK, failures=[failure("page")], check_mode=True)
    assert pool_news(fact, memory, 60) == {"news": [], "memory": memory, "memory_if_lost": memory}


@pytest.mark.parametrize(
    "junk",
    [
        None,
        {},
        "",
        [],
        7,
        {"told": 3, "waiting": {"a": 1}},
        {"waiting": [1, {}, {"kind": "x", "text": "a", "key": "b"}]},
    ],
)
def test_a_memory_that_cannot_be_read_is_none(junk: object) -> None:
    assert keys(pool_news(round_fact(KEPT), junk, 60)) == ["kept_too_long aws/env-1 c1"]


def test_what_a_commit_says_stays_on_one_line_and_is_cut() -> None:
    lock = claimed("aws", "a\nb\u202e", "failed", unused=100, url="javascript:alert(1)")
    (item,) = pool_news(round_fact(look(lock), failures=[]), {}, 60)["news"]
    assert item["text"].startswith("aws/a\\nb\\u202e is still claimed")
    assert item["url"] is None
    (item,) = pool_news(round_fact(failures=[failure("clean", "x" * 5000)]))["news"]
    assert len(item["text"]) == 500


Seen = st.none() | st.frozensets(st.sampled_from(["a", "b", "c"]))


@given(st.lists(Seen, max_size=8))
def test_each_period_of_failure_is_reported_once(history: list[frozenset[str] | None]) -> None:
    """Told is a pool exactly when it is stuck now and was not when it was last seen."""
    facts = [
        round_fact(trigger=None if stuck is None else {"pools": [feeding(pool, "stuck")["pools"][0] for pool in stuck]})
        for stuck in history
    ]
    expected, last = [], frozenset[str]()
    for stuck in history:
        expected.append(sorted(f"stuck {pool}" for pool in (stuck or frozenset()) - last))
        last = last if stuck is None else stuck
    assert [sorted(told) for told in rounds(*facts)] == expected

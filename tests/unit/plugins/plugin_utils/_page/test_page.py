# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a round: its content, and that nothing in a round can become part of its code."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.page import page
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    a_claim,
    a_cleaning,
    a_free_lock,
    a_hold,
    a_holder,
    a_look,
    a_release,
    a_round,
    a_step,
    many_locks,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.hostile_texts import (
    ANY_TEXT,
    HOSTILE_TEXT,
    MARKUP,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import (
    check_self_contained,
    lock_cells,
    read_page,
)


def made(told: dict[str, Any]) -> str:
    return page(told, old_after=60)


def round_of(text: str, url: str) -> dict[str, Any]:
    """A round that has the text wherever it can have one."""
    claim = a_claim(text, text, "leaked", reason=text, holder=a_holder(text=text, url=url), commit=text)
    build = {"team": text, "pipeline": text, "job": text, "build": text, "instance_vars": {text: text}, "url": url}
    pool = {"name": text, "job": text, "state": text, "reason": text, "stuck_builds": [url], "instance_vars": {text: 1}}
    return a_round(
        name=text,
        # Never the name of a step, whose failure the page shows in further places.
        failures=[{"step": f"step {text}", "message": text}],
        clean=a_cleaning(a_step(claim, "keep", text), released=[a_release(text, text, to_pool=text, reason=text)]),
        trigger={"triggered": [{"pool": text, **build}], "pools": [pool]},
        status=a_look(claim, problems=[{"pool": text, "text": text}], commit=text),
    )


HARMLESS = read_page(made(round_of("name", "javascript:alert(1)"))).skeleton()
A_HOLD = read_page(made(a_round(status=a_look(a_hold("aws", "env-1"))))).skeleton()


@given(HOSTILE_TEXT)
def test_any_text_stays_text(text: str) -> None:
    told = read_page(made(round_of(text, f"javascript:{text}")))
    assert told.skeleton() == HARMLESS
    assert {link.attributes["href"] for link in told.all("a")} == {"#locks", "#round", "#problems"}
    row = told.only("table", id="table").only("tbody").only("tr")
    shown = printable(text)
    assert [row.inside[number].text for number in (1, 2, 5)] == [shown] * 3
    assert row.inside[3].text == shown
    assert told.only("h1").text == shown
    assert told.only("head").only("title").text == f"{shown} \N{EN DASH} lock pools"


@given(ANY_TEXT | st.sampled_from(MARKUP))
def test_any_owner_and_reason_stay_text(text: str) -> None:
    hold = {"owner": text, "reason": text, "since": None, "until": "never"}
    told = read_page(made(a_round(status=a_look({**a_hold("aws", "env-1"), "hold": hold}))))
    assert told.skeleton() == A_HOLD
    row = told.only("table", id="table").only("tbody").only("tr")
    assert [row.inside[number].text for number in (3, 5)] == [printable(text)] * 2


@pytest.mark.parametrize("text", MARKUP)
def test_markup_stays_text(text: str) -> None:
    told = made(round_of(text, f"javascript:{text}"))
    assert read_page(told).skeleton() == HARMLESS
    assert printable(text) in read_page(told).only("h1").text


def test_only_addresses_of_the_web_are_links() -> None:
    told = read_page(made(round_of("name", "https://ci.example.com/builds/1")))
    assert len(told.all("a", href="https://ci.example.com/builds/1")) == 4
    assert {link.attributes["rel"] for link in told.all("a") if ":" in link.attributes["href"]} == {
        "noopener noreferrer"
    }


def test_the_page_is_one_file() -> None:
    check_self_contained(made(a_round(status=a_look(a_claim("aws", "env-1")))))


def test_a_claimed_lock_and_a_free_one() -> None:
    locks = [a_claim("aws", "env-1", "handed_off", minutes=190), a_free_lock("gcp", "env-2")]
    cells = lock_cells(made(a_round(status=a_look(*locks))))
    assert cells["env-1"] == [
        "handed off",
        "aws",
        "env-1",
        "ci/deploy 12",
        "3h 10m since 2026-11-21 23:50",
        "ci/deploy 12 is started with env-1",
        "Kept until a job releases it. Command to release it ansible-playbook poolboy.concourse.release"
        " -e pool_boy_pool=aws -e pool_boy_lock=env-1 -e pool_boy_claim_commit=d0850b46",
    ]
    assert cells["env-2"] == ["free", "gcp", "env-2", "", "", "", "Can be claimed."]


def test_the_worst_first_and_the_oldest_of_those() -> None:
    locks = [
        a_free_lock("aws", "free"),
        a_claim("aws", "young", "errored", minutes=1),
        a_claim("aws", "running", minutes=9999),
        a_claim("gcp", "old", "errored", minutes=300),
        a_claim("gcp", "zombie", "zombie", minutes=2),
    ]
    assert list(lock_cells(made(a_round(status=a_look(*locks))))) == ["zombie", "old", "young", "running", "free"]


def test_ages_are_those_at_the_end_of_the_round() -> None:
    lock = {**a_claim("aws", "env-1", minutes=30), "age_minutes": 29}
    (_verdict, _pool, _name, _holder, age, *_rest) = lock_cells(made(a_round(status=a_look(lock))))["env-1"]
    assert age.startswith("30m ")
    assert "Created 2026-11-22 03:00 UTC" in read_page(made(a_round())).only("header").text


def test_a_verdict_of_a_later_release_is_shown_as_it_is() -> None:
    told = made(a_round(status=a_look(a_claim("aws", "env-1", "half_gone"))))
    assert lock_cells(told)["env-1"][0] == "half gone"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": None, "clean": None}, "The locks are unknown"),
        ({"status": a_look()}, "There are no locks in these pools."),
        ({"clean": None}, "This round did not clean."),
        ({"clean": a_cleaning()}, "No lock."),
        ({"trigger": None}, "This round started no builds."),
        ({"trigger": {"triggered": [], "pools": []}}, "None was needed."),
        ({"check_mode": True}, "nothing was changed"),
        ({"ok": False}, "Round failed"),
        ({"failures": [{"step": "page", "message": "No space left."}]}, "page: No space left."),
        (
            {"status": None, "clean": a_cleaning(a_step(a_claim("a", "b"), "keep"))},
            "The page shows the locks before the round",
        ),
    ],
)
def test_what_kind_of_round_it_was(changes: dict[str, Any], said: str) -> None:
    usual = a_round(
        status=a_look(a_claim("aws", "env-1")),
        clean=a_cleaning(released=[a_release("aws", "env-2")]),
        trigger={"triggered": [{"pool": "aws", "team": "main", "pipeline": "ci", "job": "up", "build": "1"}]},
    )
    assert said in read_page(made({**usual, **changes})).only("body").text
    assert said not in read_page(made(usual)).only("body").text


A_BUILD = {"pool": "aws", "team": "main", "pipeline": "ci", "job": "up", "build": "1"}
BROKEN = {"failed": True, "msg": "It broke."}


@pytest.mark.parametrize(
    ("changes", "summary", "section"),
    [
        ({"clean": {"released": [], **BROKEN}}, "locks released: unknown", "Unknown, because the step clean failed."),
        (
            {"clean": {"released": [a_release("aws", "env-2")], **BROKEN}},
            "at least 1 lock released",
            "There may be more, because the step clean failed.",
        ),
        (
            {"trigger": {"triggered": [], **BROKEN}},
            "builds started: unknown",
            "Unknown, because the step trigger failed.",
        ),
        (
            {"trigger": {"triggered": [A_BUILD, A_BUILD], **BROKEN}},
            "at least 2 builds started",
            "There may be more, because the step trigger failed.",
        ),
        # A round from before the modules reported it.
        (
            {"trigger": {"triggered": []}, "failures": [{"step": "trigger", "message": "It broke."}]},
            "builds started: unknown",
            "Unknown, because the step trigger failed.",
        ),
    ],
)
def test_what_a_failed_step_did_is_not_known(changes: dict[str, Any], summary: str, section: str) -> None:
    other = {"trigger": {"triggered": [A_BUILD]}} if "clean" in changes else {"clean": a_cleaning()}
    told = read_page(made(a_round(**other, **changes)))
    words = " ".join(told.only("p", class_="summary").text.split())
    assert summary in words
    assert section in told.only("body").text
    assert "None was needed." not in told.only("body").text
    assert ("No lock." in told.only("body").text) == ("trigger" in changes)


def test_a_zero_leads_nowhere() -> None:
    told = read_page(made(a_round(status=a_look(a_free_lock("aws", "env-1")), trigger={"triggered": [], "pools": []})))
    summary = told.only("p", class_="summary")
    assert " ".join(summary.text.split()) == "This round: 0 locks released 0 builds started"
    assert summary.all("a") == []
    assert [link.text for link in told.only("ul", class_="tiles").all("a")] == ["1 Free"]


def test_no_build_where_some_are_needed() -> None:
    waiting = {"name": "aws", "job": "main/ci/up", "state": "waiting", "reason": "the job is paused"}
    told = read_page(made(a_round(trigger={"triggered": [], "pools": [waiting]}))).only("body").text
    assert "None was needed." not in told


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["running", "leaked", "manual", "foreign", "unverified"], None),
        (
            ["unreachable", "unreachable", "manual", "foreign", "unverified"],
            "Concourse gave no credible response: the holders are unknown for 2 locks. They stay",
        ),
        (
            ["unreachable", "handed_off"],
            "Concourse did not answer for every lock: the holders are unknown for 1 lock. It stays",
        ),
    ],
)
def test_a_round_without_answers_of_concourse_says_so(verdicts: list[str], said: str | None) -> None:
    locks = [a_claim("aws", f"env-{number}", verdict) for number, verdict in enumerate(verdicts)]
    told = read_page(made(a_round(status=a_look(*locks, a_free_lock("aws", "free")))))
    notices = [one.text for one in told.all("p", class_="notice warn") if "hidden" not in one.attributes]
    assert len(notices) == (said is not None)
    assert said is None or notices[0].startswith(said)


def test_check_mode_shows_what_would_be_done() -> None:
    lock = a_claim("aws", "env-1", "leaked", releasable=True)
    clean = a_cleaning(a_step(lock, "release"), released=[a_release("aws", "env-1")])
    told = read_page(made(a_round(check_mode=True, clean=clean, status=a_look(lock))))
    assert [head.text for head in told.all("h3")] == ["Would be released", "Builds that would be started"]
    assert "Round succeeded" in told.only("header").text


def test_the_same_round_makes_the_same_page() -> None:
    told = round_of("name", "https://ci.example.com/1")
    assert made(told) == made(json.loads(json.dumps(told)))


def test_two_thousand_locks_take_less_than_a_second_of_work() -> None:
    told = a_round(status=a_look(*many_locks(2000)))
    assert min(_seconds(lambda: made(told)) for _again in range(3)) < 1


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start

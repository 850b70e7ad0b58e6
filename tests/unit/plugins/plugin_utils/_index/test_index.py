# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of several pages: its rows and their order, and that no file can become part of its code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.tests.page.repositories import a_file, an_index, four_repositories, locks
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    a_cleaning,
    a_look,
    a_release,
    iso,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.hostile_texts import HOSTILE_TEXT
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import (
    Element,
    check_self_contained,
    read_page,
)

DAMAGED = b'{"made_by": "poolboy.concourse", "vers'


def body_rows(page: str) -> list[Element]:
    return read_page(page).only("tbody").all("tr")


def names(page: str) -> list[str]:
    return [row.only("th").only("bdi").text for row in body_rows(page)]


def cells(row: Element) -> list[str]:
    """Return the texts of a row without its name."""
    return [" ".join(cell.text.split()) for cell in row.inside[1:]]


def test_a_row_for_each_repository_the_worst_first() -> None:
    made = an_index()
    assert names(made) == ["mobile/devices", "platform/clusters", "teams/locks", "data/warehouses"]
    old, failed, left, good = map(cells, body_rows(made))
    assert old == ["succeeded too old 2026-11-21 18:00", "4", "6", "0", "1", "3", "0 locks released", old[-1]]
    assert failed[:6] == ["failed: clean too old 2026-11-22 03:00", "?", "?", "?", "?", "?"]
    assert left[1:7] == ["6", "3", "2", "0", "1", "2 locks released 1 build started"]
    assert good[1:7] == ["9", "3", "1", "0", "0", "0 locks released 0 builds started"]
    marks = [row.only("span", class_="badge left late") for row in body_rows(made)]
    assert ["hidden" in mark.attributes for mark in marks] == [False, True, True, True]


def test_a_name_leads_to_its_page_and_what_was_done_to_the_round() -> None:
    links = [link.attributes["href"] for link in read_page(an_index()).all("a")]
    assert links == ["mobile.html", "platform.html", "teams.html", "teams.html#round", "teams.html#round", "data.html"]


def test_the_order_of_repositories() -> None:
    failures = [{"step": "page", "message": "No space left."}]
    files = [
        a_file("b/good", status=a_look(*locks(free=3))),
        a_file("a/good", status=a_look(*locks(running=3))),
        a_file("unknown holders", status=a_look(*locks(unreachable=1))),
        a_file("one left", status=a_look(*locks(leaked=1))),
        a_file("two left", status=a_look(*locks(leaked=2))),
        a_file("unknown locks", status=None),
        a_file("failed", failures=failures, ok=False, status=a_look(*locks(free=1))),
        a_file("old", finished_at=iso(MADE - timedelta(minutes=70))),
        ("/srv/later.json", b'{"made_by": "poolboy.concourse", "version": 2}'),
    ]
    expected = ["later.json", "old", "failed", "unknown locks", "two left", "one left", "unknown holders"]
    assert names(an_index(files)) == names(an_index(files[::-1])) == [*expected, "a/good", "b/good"]


def test_a_round_is_old_by_its_own_measure() -> None:
    ended = iso(MADE - timedelta(minutes=10))
    made = an_index([a_file("slow", old_after=60, finished_at=ended), a_file("fast", old_after=5, finished_at=ended)])
    (fast, slow) = (row.only("span", class_="badge left late") for row in body_rows(made))
    assert ("hidden" in fast.attributes, "hidden" in slow.attributes) == (False, True)
    notice = read_page(made).only("p", id="old")
    assert notice.text.startswith("Last rounds that are too old: 1 of 2.")
    assert "hidden" not in notice.attributes
    assert "hidden" in read_page(an_index([a_file("fresh")])).only("p", id="old").attributes


def test_the_totals() -> None:
    told = read_page(an_index())
    assert [" ".join(tile.text.split()) for tile in told.only("ul", class_="tiles").all("li")] == [
        "19 Free",
        "12 In use",
        "3 By hand",
        "1 Not known",
        "4 Left behind",
    ]
    assert (
        " ".join(told.only("p", class_="summary").text.split()) == "The last rounds: 2 locks released 1 build started"
    )
    head = " ".join(told.only("header").text.split())
    assert head == "4 repositories Lock pools 1 round failed Created 2026-11-22 03:02 UTC"


def test_what_a_round_in_check_mode_and_a_failed_step_did() -> None:
    clean = a_cleaning(released=[a_release("aws", "env-1")])
    files = [
        a_file("checked", check_mode=True, clean=clean),
        a_file("broken", ok=False, clean={**clean, "failed": True}, failures=[{"step": "clean", "message": "No."}]),
        a_file("looked", clean=None),
    ]
    did = {row.only("bdi").text: cells(row)[6] for row in body_rows(an_index(files))}
    assert did == {"checked": "1 lock would be released", "broken": "at least 1 lock released", "looked": ""}
    assert "The last rounds: 1 lock released" in " ".join(read_page(an_index(files)).only("body").text.split())


def test_a_trend_where_there_are_rounds() -> None:
    rows = body_rows(an_index())
    assert [len(row.all("path")) > 0 for row in rows] == [True] * 4
    (alone,) = body_rows(an_index([a_file("teams/locks")]))
    assert alone.all("path") == []


def test_a_file_that_cannot_be_read_has_a_row_and_others_have_none() -> None:
    files = [
        ("/srv/a/my state.json", b'{"memory": {}}'),
        ("/srv/a/cut <b>.json", DAMAGED),
        a_file("teams/locks"),
    ]
    made = an_index(files)
    assert names(made) == ["cut <b>.json", "teams/locks"]
    assert body_rows(made)[0].inside[1].text.startswith("unreadable The file is damaged.")
    assert "state" not in read_page(made).only("body").text
    assert read_page(made).only("header").text.split()[:2] == ["2", "repositories"]


def test_no_page_yet() -> None:
    told = read_page(an_index([]))
    assert "No round has written a page into this folder yet." in told.only("body").text
    assert told.all("table") == []


def file_of(text: str) -> tuple[str, bytes]:
    """A file that has the text wherever the index shows one."""
    # Never the name of a step, whose failure the index shows in further places.
    failures = [{"step": f"step {text}", "message": text}]
    path, content = a_file(text, ok=False, failures=failures, status=a_look(*locks(free=1)))
    return path, content


HARMLESS = read_page(an_index([file_of("name")])).skeleton()


@settings(max_examples=40)
@given(HOSTILE_TEXT)
def test_any_text_stays_text(text: str) -> None:
    told = read_page(an_index([file_of(text)]))
    assert told.skeleton() == HARMLESS
    assert told.only("tbody").only("bdi").text == printable(text)
    assert told.only("tbody").only("span", class_="state bad").text == f"failed: step {printable(text)}"


@pytest.mark.parametrize("files", [[], four_repositories(), [("/srv/<img src=x>.json", DAMAGED)]])
def test_the_index_is_one_file(files: list[tuple[str, bytes]]) -> None:
    check_self_contained(an_index(files))


def test_links_lead_to_the_same_folder_only() -> None:
    path, content = file_of("teams/locks")
    evil = content.replace(b'"locks.html"', b'"https://evil.example.com"')
    assert evil != content
    assert read_page(an_index([(path, evil)])).all("a") == []

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written in the files of locks, on the page: always as text."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.content_value import content_value
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.content import Content, content_of
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.page import page
from ansible_collections.poolboy.concourse.tests.page.rounds import a_claim, a_free_lock, a_look, a_round
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import Element, read_page

NOTE = "address: <script>alert(1)</script>\nregion: {{ 7 * 7 }}"


def rows_of(*contents: str | None) -> list[Element]:
    """Return the rows of free locks with these contents."""
    locks = [{**a_free_lock("aws", f"env-{number}"), "content": one} for number, one in enumerate(contents)]
    made = read_page(page(a_round(status=a_look(*locks)), old_after=60))
    return made.only("table", id="table").only("tbody").all("tr")


def test_several_lines_are_folded() -> None:
    claim = a_claim("aws", "env-1", content=NOTE)
    made = read_page(page(a_round(status=a_look(claim)), old_after=60)).only("table", id="table")
    folded = made.only("details", class_="content")
    assert (folded.only("summary").text, folded.only("code").text) == ("Content, 2 lines", NOTE)
    assert made.all("script") == []
    assert claim["reason"] in made.only("td", data_label="Reason").text


@pytest.mark.parametrize(
    ("content", "link"),
    [
        ("10.0.3.7", None),
        ("https://env-1.example.com/login?next=%2F", "https://env-1.example.com/login?next=%2F"),
        ("javascript:alert(1)", None),
        ("https://ada:pa55word@env-1.example.com", None),
        ("see https://env-1.example.com", None),
    ],
)
def test_one_line_is_in_the_row(content: str, link: str | None) -> None:
    (row,) = rows_of(content)
    cell = row.only("td", data_label="Content")
    assert cell.text.split() == ["content", *content.split()]
    assert [one.attributes["href"] for one in cell.all("a")] == ([link] if link else [])


def test_a_long_line_is_folded_and_a_row_without_content_is_empty() -> None:
    long, without, empty = rows_of("x" * 121, None, "")
    assert long.only("summary").text == "Content, 1 line"
    assert [row.only("td", data_label="Content").text for row in (without, empty)] == ["", ""]


def test_a_content_that_the_module_has_not_cut_is_bounded() -> None:
    shown = content_of("x\n" * 10_000)
    assert shown is not None
    assert shown.lines == 21
    assert content_of("a\tb") == Content("a\\tb", 1, None)


def test_the_page_shows_all_that_the_module_returns() -> None:
    cut = content_value(b"line\n" * 99)
    assert cut is not None
    shown = content_of(cut)
    assert shown is not None
    assert shown.text == cut

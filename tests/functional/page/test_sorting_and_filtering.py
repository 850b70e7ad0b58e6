# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The locks of the page can be sorted and filtered, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ansible_collections.poolboy.concourse.tests.functional.page.conftest import OpenPage
from ansible_collections.poolboy.concourse.tests.functional.page.showcase import everything
from ansible_collections.poolboy.concourse.tests.functional.page.visits import Visit
from ansible_collections.poolboy.concourse.tests.page.browser import PHONE
from ansible_collections.poolboy.concourse.tests.page.rounds import a_look, a_round, many_locks

WORST_FIRST = ["big-2", "env-1", "big-1", "env-6", "env-10", "env-2", "big-3"]

# By column: lock names ascending, descending, and without a value (always last).
ORDERS = {
    "Verdict": (WORST_FIRST, WORST_FIRST[::-1], []),
    "Pool": (
        ["env-1", "env-6", "env-10", "env-2", "big-2", "big-1", "big-3"],
        ["big-2", "big-1", "big-3", "env-1", "env-6", "env-10", "env-2"],
        [],
    ),
    "Lock": (
        ["big-1", "big-2", "big-3", "env-1", "env-2", "env-6", "env-10"],
        ["env-10", "env-6", "env-2", "env-1", "big-3", "big-2", "big-1"],
        [],
    ),
    "Holder": (
        ["big-2", "env-1", "big-1", "env-2", "env-10", "env-6"],
        ["env-6", "env-10", "big-2", "env-1", "big-1", "env-2"],
        ["big-3"],
    ),
    "Age": (
        ["big-1", "env-1", "big-2", "env-2", "env-10", "env-6"],
        ["env-6", "env-10", "env-2", "big-2", "env-1", "big-1"],
        ["big-3"],
    ),
    "Reason": (
        ["big-1", "big-2", "env-1", "env-2", "env-6", "env-10"],
        ["env-10", "env-6", "env-2", "env-1", "big-2", "big-1"],
        ["big-3"],
    ),
    "What happens next": (["big-2", "env-1"], ["env-1", "big-2"], ["big-1", "env-6", "env-10", "env-2", "big-3"]),
}


@pytest.fixture
def visit(open_page: OpenPage) -> Visit:
    """The page of a round with all content."""
    return open_page(everything())


def test_the_worst_comes_first(visit: Visit) -> None:
    assert visit.names() == WORST_FIRST
    assert visit.head("Verdict").get_attribute("aria-sort") == "ascending"
    assert visit.complaints == []


@pytest.mark.parametrize("title", ORDERS)
def test_a_click_sorts_and_a_second_one_turns_round(visit: Visit, title: str) -> None:
    rising, falling, without = ORDERS[title]
    visit.head("Age" if title == "Lock" else "Lock").get_by_role("button").click()
    visit.head(title).get_by_role("button").click()
    assert visit.names() == [*rising, *without]
    assert visit.head(title).get_attribute("aria-sort") == "ascending"
    visit.head(title).get_by_role("button").click()
    assert visit.names() == [*falling, *without]
    assert visit.head(title).get_attribute("aria-sort") == "descending"
    assert visit.tab.locator("th[aria-sort]").count() == 1
    assert visit.complaints == []


def test_sorting_by_keyboard(visit: Visit) -> None:
    visit.head("Lock").get_by_role("button").focus()
    visit.tab.keyboard.press("Enter")
    expect(visit.head("Lock")).to_have_attribute("aria-sort", "ascending")
    assert visit.names() == ORDERS["Lock"][0]
    visit.tab.keyboard.press("Tab")
    expect(visit.head("Holder").get_by_role("button")).to_be_focused()
    visit.tab.keyboard.press("Space")
    expect(visit.head("Holder")).to_have_attribute("aria-sort", "ascending")


def test_the_text_of_any_cell_is_found(visit: Visit) -> None:
    find = visit.tab.get_by_label("Find")
    find.fill("ROBIN hand")
    assert visit.names() == ["env-6"]
    assert visit.tab.get_by_text("1 of 7 locks").is_visible()
    find.fill("ansible-playbook")
    assert visit.names() == [], "the commands are not searched"
    find.fill("no such lock")
    assert visit.names() == []
    assert visit.tab.get_by_text("No lock matches.").is_visible()
    find.fill("")
    assert visit.names() == WORST_FIRST
    assert visit.complaints == []


def test_pool_and_verdict_narrow_each_other(visit: Visit) -> None:
    tools = visit.tab.get_by_role("search")
    tools.get_by_label("Pool").select_option(label="cf/fresh (3)")
    assert visit.names() == ["big-2", "big-1", "big-3"]
    tools.get_by_label("Verdict").select_option("leaked")
    assert visit.names() == ["big-2"]
    tools.get_by_label("Pool").select_option("")
    tools.get_by_label("Verdict").select_option("group:left")
    assert visit.names() == ["big-2", "env-1"]
    tools.get_by_role("button", name="Show all").click()
    # A form resets after its button's click event.
    expect(visit.rows).to_have_count(7)
    assert visit.names() == WORST_FIRST


def test_tiles_and_pools_lead_to_their_locks(visit: Visit) -> None:
    visit.tab.get_by_role("link", name="2 In use").click()
    assert visit.names() == ["env-10", "env-2"]
    visit.tab.get_by_role("link", name="1 By hand").click()
    assert visit.names() == ["env-6"]
    visit.tab.get_by_role("link", name="aws", exact=True).click()
    assert visit.names() == ["env-1", "env-6", "env-10", "env-2"]


def test_a_phone_has_a_list_to_sort_by(open_page: OpenPage) -> None:
    visit = open_page(everything(), size=PHONE)
    assert visit.value("document.querySelector('#table thead').getBoundingClientRect().width") <= 1
    visit.tab.get_by_label("Order").select_option(label="Age ↓")
    assert visit.names() == [*ORDERS["Age"][1], "big-3"]
    visit.tab.get_by_label("Find").fill("env")
    assert visit.names() == ["env-6", "env-10", "env-2", "env-1"]
    assert visit.complaints == []


def test_two_thousand_locks_answer_at_once(open_page: OpenPage) -> None:
    visit = open_page(a_round(status=a_look(*many_locks(2000))))

    def sort_and_search() -> None:
        visit.value("document.querySelector('#table thead th:nth-child(3) button').click()")
        visit.tab.get_by_label("Find").fill("env-19")
        visit.value("document.body.getBoundingClientRect().height")

    assert 0.001 < visit.work_of(sort_and_search) < 2
    names = visit.value(
        "[...document.querySelectorAll('#table tbody tr:not([hidden]) th')].map((one) => one.innerText)"
    )
    assert len(names) == 111
    assert names[:3] == ["env-19", "env-190", "env-191"]

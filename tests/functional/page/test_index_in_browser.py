# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index in a real browser: at any width, light and dark, with and without JavaScript, with any content."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from ansible_collections.poolboy.concourse.tests.functional.page.conftest import OpenPage
from ansible_collections.poolboy.concourse.tests.functional.page.contrast import weak_texts
from ansible_collections.poolboy.concourse.tests.page.browser import DESKTOP, PHONE
from ansible_collections.poolboy.concourse.tests.page.repositories import (
    NOW,
    a_file,
    an_index,
    four_repositories,
    locks,
)
from ansible_collections.poolboy.concourse.tests.page.rounds import a_look

ALERT = "<script>alert(1)</script>"
LONG = "a_very_long_name_without_a_break_" * 6
NARROW: ViewportSize = {"width": 320, "height": 640}
TABLET: ViewportSize = {"width": 840, "height": 1000}
MANY = a_file("many", status=a_look(*locks(free=1, leaked=1)))[1].replace(b'": 1', b'": 999999')
EVIL = [
    a_file(f"</title>{ALERT}", status=a_look(*locks(free=1))),
    a_file(LONG, ok=False, failures=[{"step": LONG, "message": LONG}]),
    (f"/srv/{LONG}{ALERT}.json", b'{"made_by": "poolboy.concourse"'),
    ("/srv/many.json", MANY.replace(b'"version": 999999', b'"version": 1')),
]


def test_nothing_is_wider_than_a_phone_or_becomes_code(open_file: OpenPage) -> None:
    for files in (four_repositories(), EVIL, []):
        visit = open_file(an_index(files), size=PHONE)
        for size in (PHONE, NARROW, TABLET, DESKTOP):
            visit.tab.set_viewport_size(size)
            assert visit.overflow() <= 0, size
        assert visit.value("document.scripts.length") == 1
        assert "unreadable" not in visit.tab.locator("main").inner_text() or files is EVIL
        assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(open_file: OpenPage, scheme: Literal["light", "dark"]) -> None:
    files = [*four_repositories(), ("/srv/cut.json", b'{"made_by": "poolboy.concourse"')]
    visit = open_file(an_index(files), scheme=scheme, clock=NOW * 1000)
    assert weak_texts(visit.tab) == []


def test_a_round_becomes_old_while_the_index_is_open(open_file: OpenPage) -> None:
    visit = open_file(an_index(), clock=NOW * 1000)
    old = visit.tab.locator("#old")
    rows = visit.tab.get_by_role("table", name="Repositories").get_by_role("row")
    expect(old).to_contain_text("1 of 4")
    expect(rows.nth(1)).to_contain_text("2026-11-21 18:00, 9h 2m ago")
    expect(rows.nth(3)).to_contain_text("2026-11-22 03:00, 2m ago")
    expect(rows.nth(3).get_by_text("too old")).to_be_hidden()
    visit.tab.clock.run_for("58:30")
    expect(old).to_contain_text("4 of 4")
    expect(rows.nth(3).get_by_text("too old")).to_be_visible()
    assert visit.complaints == []


def test_the_index_is_complete_without_javascript(open_file: OpenPage) -> None:
    visit = open_file(an_index(), javascript=False)
    table = visit.tab.get_by_role("table", name="Repositories")
    names = ["mobile/devices", "platform/clusters", "teams/locks", "data/warehouses"]
    assert table.get_by_role("rowheader").get_by_role("link").all_inner_texts() == names
    expect(visit.tab.locator("#old")).to_contain_text("1 of 4")
    assert table.get_by_text("too old").locator("visible=true").count() == 1
    expect(visit.tab.get_by_text("Created 2026-11-22 03:02 UTC")).to_be_visible()

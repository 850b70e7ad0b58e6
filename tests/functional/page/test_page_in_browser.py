# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser: at any width, light and dark, with and without JavaScript, with any content."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from ansible_collections.poolboy.concourse.tests.functional.page.conftest import OpenPage
from ansible_collections.poolboy.concourse.tests.functional.page.contrast import weak_texts
from ansible_collections.poolboy.concourse.tests.functional.page.showcase import everything, rounds
from ansible_collections.poolboy.concourse.tests.page.browser import DESKTOP, PHONE
from ansible_collections.poolboy.concourse.tests.page.past_rounds import past_rounds
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    PAGE_OF_BUILD,
    a_claim,
    a_free_lock,
    a_holder,
    a_look,
    a_round,
)

ALERT = "<script>alert(1)</script>"
ROUNDS = rounds()
NARROW: ViewportSize = {"width": 320, "height": 640}
TABLET: ViewportSize = {"width": 800, "height": 1000}


@pytest.mark.parametrize("name", ROUNDS)
def test_no_round_is_wider_than_a_phone_or_makes_the_browser_complain(open_page: OpenPage, name: str) -> None:
    visit = open_page(ROUNDS[name], size=PHONE)
    assert visit.overflow() <= 0
    for size in (NARROW, TABLET, DESKTOP):
        visit.tab.set_viewport_size(size)
        assert visit.overflow() <= 0, size
    assert visit.complaints == []


def test_the_demo_on_a_phone(open_page: OpenPage, demo: dict[str, Any]) -> None:
    visit = open_page(demo, size=PHONE, history=past_rounds(demo))
    assert sorted(visit.names()) == sorted(lock["name"] for lock in demo["status"]["locks"])
    assert visit.overflow() <= 0
    assert visit.complaints == []
    for released in demo["clean"]["released"]:
        row = visit.rows.filter(has=visit.tab.get_by_role("rowheader", name=released["name"], exact=True))
        expect(row).to_contain_text("Released by this round.")
    links = visit.tab.locator('#table td[data-label="Holder"] a').evaluate_all("(all) => all.map((link) => link.href)")
    locks = demo["status"]["locks"]
    claiming = [lock["holder"]["url"] for lock in locks if lock["holder"] and lock["holder"]["url"]]
    at_work = [lock["user"]["url"] for lock in locks if lock["user"] and lock["verdict"] == "handed_off"]
    assert len(at_work) == 2
    assert sorted(links) == sorted(claiming + at_work)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(open_page: OpenPage, scheme: Literal["light", "dark"]) -> None:
    told = everything()
    visit = open_page(told, scheme=scheme, clock=_clock(hours=5), history=past_rounds(told))
    visit.tab.locator("summary").last.click()
    for folded in (".release", ".content"):
        visit.tab.locator(f"{folded} summary").first.click()
    red, green, blue = map(int, re.findall(r"\d+", visit.value("getComputedStyle(document.body).backgroundColor")))
    assert (red + green + blue < 200) == (scheme == "dark")
    assert weak_texts(visit.tab) == []


def test_what_a_lock_is_named_stays_text(open_page: OpenPage) -> None:
    holder = a_holder(text=f"{ALERT} \u202egnp.exe\x07", url="javascript:alert(1)")
    words = f"</code></details>{ALERT}\n{{{{ 7 * 7 }}}}"
    evil = a_claim(f"a\"b'c{ALERT}", ALERT, reason=f"</td>{ALERT}{{{{ 7 * 7 }}}}", holder=holder, content=words)
    told = a_round(name=f"</title>{ALERT}", status=a_look(evil, a_free_lock("--><b>", "<img src=x onerror=alert(1)>")))
    visit = open_page(told)
    assert visit.names() == [ALERT, "<img src=x onerror=alert(1)>"]
    assert visit.tab.title() == f"</title>{ALERT} \u2013 lock pools"
    shown = visit.rows.first.inner_text()
    assert f"a\"b'c{ALERT}" in shown
    assert f"</td>{ALERT}{{{{ 7 * 7 }}}}" in shown
    assert f"{ALERT} \\u202egnp.exe\\x07" in shown
    visit.rows.first.get_by_text("Content, 2 lines").click()
    assert visit.rows.first.locator(".content code").inner_text() == words
    assert visit.value("document.scripts.length") == 1
    assert visit.tab.locator("a[href^=javascript]").count() == 0
    assert visit.tab.locator("#table a").count() == 0
    visit.tab.get_by_role("search").get_by_label("Pool").select_option(label=f"a\"b'c{ALERT} (1)")
    assert visit.names() == [ALERT]
    assert visit.complaints == []


def test_no_other_script_runs(open_page: OpenPage) -> None:
    visit = open_page(everything())
    visit.value(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.hit = 1'}))"
    )
    assert visit.value("window.hit") is None
    assert len(visit.complaints) == 1
    assert "Content Security Policy" in visit.complaints[0]


def test_the_page_is_complete_without_javascript(open_page: OpenPage) -> None:
    visit = open_page(everything(), javascript=False)
    assert visit.names() == ["big-2", "env-1", "big-1", "env-6", "env-10", "env-2", "big-3"]
    assert visit.tab.get_by_role("search").count() == 0
    assert visit.tab.locator("#table button").count() == 0
    visit.rows.first.locator("summary").click()
    expect(visit.rows.first.locator(".release code")).to_contain_text("-e pool_boy_lock=big-2 ")
    expect(visit.tab.get_by_text("Created 2026-11-22 03:00 UTC")).to_be_visible()
    assert visit.complaints == []


def test_a_command_releases_a_claimed_lock(open_page: OpenPage) -> None:
    """The keyboard alone opens and copies it, on a phone."""
    odd = a_claim("aws", "it's $HOME <b>", "manual")
    visit = open_page(a_round(status=a_look(a_claim("aws", "env-6"), odd, a_free_lock("aws", "env-7"))), size=PHONE)
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert visit.tab.locator(".release").count() == 2, "a free lock has none"
    row = visit.rows.filter(has=visit.tab.get_by_role("rowheader", name="it's $HOME <b>"))
    row.locator("summary").focus()
    visit.tab.keyboard.press("Enter")
    # The button comes after the details have opened: until then, the next key would lead past it.
    expect(row.get_by_role("button", name="Copy")).to_be_visible()
    visit.tab.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Copy")).to_be_focused()
    visit.tab.keyboard.press("Enter")
    expect(row.get_by_role("button", name="Copied")).to_be_focused()
    copied = visit.value("navigator.clipboard.readText()")
    assert shlex.split(copied)[:3] == ["ansible-playbook", "poolboy.concourse.release", "-e"]
    assert json.loads(shlex.split(copied)[3]) == {
        "pool_boy_pool": "aws",
        "pool_boy_lock": "it's $HOME <b>",
        "pool_boy_claim_commit": odd["commit"][:8],
    }
    assert visit.overflow() <= 0
    assert visit.complaints == []


def test_a_command_is_selected_where_there_is_no_clipboard(open_page: OpenPage) -> None:
    visit = open_page(a_round(status=a_look(a_claim("aws", "env-6"))))
    visit.value("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    visit.rows.locator("summary").click()
    visit.rows.get_by_role("button", name="Copy").click()
    expect(visit.rows.get_by_role("button")).to_have_text("Selected: copy it now")
    assert visit.value("String(getSelection())") == visit.rows.locator(".release code").inner_text()
    assert visit.complaints == []


def test_an_old_page_says_so(open_page: OpenPage) -> None:
    visit = open_page(everything(), clock=_clock(minutes=50))
    old = visit.tab.locator("#old")
    expect(visit.tab.get_by_text("Created 2026-11-22 03:00 UTC, 50m ago")).to_be_visible()
    assert not old.is_visible()
    visit.tab.clock.run_for("15:00")
    expect(old).to_have_text(re.compile("This page is 1h [45]m old"))


def test_a_fresh_page_and_a_slow_clock_are_no_cause_to_warn(open_page: OpenPage) -> None:
    visit = open_page(everything(), clock=_clock(minutes=-30))
    assert not visit.tab.locator("#old").is_visible()
    assert visit.tab.locator("#ago").inner_text() == ""


def test_failures_are_shown(open_page: OpenPage) -> None:
    visit = open_page(everything())
    expect(visit.tab.get_by_role("region", name="This round failed")).to_contain_text(
        "notify: The webhook https://chat.example.com answered 503."
    )
    expect(visit.tab.get_by_role("region", name="Problems")).to_contain_text("aws: lock env-9 is both claimed")
    last = visit.tab.get_by_role("region", name="The last round")
    expect(last).to_contain_text("cf/fresh/old to pool quarantine")
    expect(last).to_contain_text('main/ci/deploy {"branch":"main"} 13 for pool cf/fresh')
    expect(last).to_contain_text("3 builds in a row ended without a claim")
    assert last.get_by_role("link", name="build 1").get_attribute("href") == PAGE_OF_BUILD
    assert last.get_by_role("link", name="claim").count() == 2
    assert last.get_by_role("link").count() == 4


def test_a_held_lock_shows_who_holds_it_why_and_until_when(open_page: OpenPage) -> None:
    visit = open_page(ROUNDS["holds"])
    assert visit.names() == ["env-3", "env-2", "env-1"]
    expired, endless, held = visit.rows.all()
    expect(held).to_contain_text("ada@workstation")
    expect(held).to_contain_text("kernel upgrade")
    expect(held).to_contain_text("Kept until 2026-11-22 06:20.")
    expect(endless).to_contain_text("Kept until its owner releases it.")
    expect(expired).to_contain_text("kernel upgrade (held until 2026-11-22 02:42)")
    expect(expired).to_contain_text("Releasable at 2026-11-22 03:42, in 42m.")
    for row in (held, expired):
        text = row.inner_text()
        assert [text.count(words) for words in ("ada@workstation", "kernel upgrade")] == [1, 1]
    visit.tab.get_by_role("link", name="2 By hand").click()
    assert visit.names() == ["env-2", "env-1"]
    assert visit.complaints == []


def test_a_silent_concourse_and_what_is_not_known_for_it(open_page: OpenPage) -> None:
    visit = open_page(ROUNDS["Concourse is silent"])
    expect(visit.tab.get_by_text("the holders are unknown for 1 lock")).to_be_visible()
    last = visit.tab.get_by_role("region", name="The last round")
    expect(last).to_contain_text("Unknown, because the step trigger failed.")
    assert visit.tab.locator(".summary a").count() == 0
    # Groups without locks (free, stale) are not links.
    assert visit.tab.locator(".tiles a").count() == 2


def test_headings_and_controls_have_names(open_page: OpenPage) -> None:
    visit = open_page(everything())
    levels = visit.value("[...document.querySelectorAll('h1,h2,h3')].map((head) => Number(head.localName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for control in visit.tab.locator("input, select, button").all():
        assert control.evaluate("(one) => one.labels?.[0]?.textContent || one.textContent").strip()
    rows = visit.tab.get_by_role("table", name="Locks").get_by_role("row")
    assert rows.count() == 8
    visit.tab.keyboard.press("Tab")
    expect(visit.tab.get_by_role("link", name="Skip to the locks")).to_be_focused()
    visit.tab.keyboard.press("Enter")
    expect(visit.tab.locator("#locks")).to_be_focused()


def _clock(**after: float) -> int:
    """Return the browser's time, this long after the page was written."""
    return int((MADE + timedelta(**after)).timestamp() * 1000)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of the webhook."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.filter.pool_news import pool_news
from ansible_collections.poolboy.concourse.plugins.filter.pool_notification import pool_notification
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import (
    NOW,
    PAGE,
    claimed,
    cleaning,
    failure,
    feeding,
    held,
    in_minutes,
    look,
    release,
    round_fact,
)

FACT = round_fact(
    look(
        claimed("aws", "env-1", "failed", unused=3000),
        held("aws", "env-6", in_minutes(200)),
        held("aws", "env-7", in_minutes(60), owner=None, reason=None),
    ),
    clean=cleaning(release("aws", "env-4", "errored"), release("aws", "env-5", "zombie")),
    trigger=feeding("aws", "stuck"),
    failures=[failure("page", "No space.")],
)


def released(count: int, name: str = "env") -> list[dict[str, Any]]:
    fact = round_fact(clean=cleaning(*(release("aws", f"{name}{number}", "errored") for number in range(count))))
    news: list[dict[str, Any]] = pool_news(fact)["news"]
    return news


def slack(news: list[dict[str, Any]], **fact: Any) -> str:
    payload = pool_notification(news, format="slack", round=round_fact(**fact))
    assert list(payload) == ["text"]
    return str(payload["text"])


def test_for_programs() -> None:
    news = pool_news(FACT)["news"]
    assert pool_notification(news, round=FACT) == {
        "version": 1,
        "repository": "infra",
        "finished_at": "2026-09-21T14:13:20Z",
        "ok": False,
        "summary": "1 step failed, 1 pool stuck, 1 lock kept too long, 2 holds end soon, 2 locks released",
        "counts": {"failed": 1, "stuck": 1, "kept_too_long": 1, "hold_ends": 2, "released": 2},
        "news": news,
        "more": 0,
    }
    assert NOW == 1_790_000_000


def test_for_a_chat() -> None:
    assert slack(pool_news(FACT)["news"]).split("\n") == [
        "*infra*: 1 step failed, 1 pool stuck, 1 lock kept too long, 2 holds end soon, 2 locks released",
        "• The step page failed: No space.",
        "• aws is stuck, so no more builds of main/ci/claim are started: 3 builds ended",
        f"• aws/env-1 is still claimed, and no known build has used it for 2d 2h: ci/deploy 12 failed (<{PAGE}|build>)",
        "• The hold on aws/env-6 ends in 3h 20m: held by ada@workstation until 2026-09-21T17:33:20Z: kernel upgrade",
        "• The hold on aws/env-7 ends in 1h 0m: held by Ada Lovelace until 2026-09-21T15:13:20Z",
        "• aws/env-4 was released: ci/deploy 12 errored",
        "• aws/env-5 was released: ci/deploy 12 zombie",
    ]


def test_what_is_too_much_is_counted() -> None:
    payload = pool_notification(released(73), round=round_fact())
    assert (len(payload["news"]), payload["more"], payload["counts"]["released"]) == (50, 23, 73)
    lines = slack(released(73)).split("\n")
    assert (len(lines), lines[-1]) == (22, "and 53 more")
    assert slack(released(20)).rsplit("\n", maxsplit=1)[-1].startswith("• aws/env19")


def test_names_in_a_chat_call_nobody_and_link_nowhere() -> None:
    text = slack(released(1, "<!channel> <https://evil.example|x> & @here @all a@b "), name="<!here>")
    assert "&lt;!channel&gt; &lt;https://evil.example|x&gt; &amp; @\u200bhere @\u200ball a@b" in text
    assert text.startswith("*&lt;!here&gt;*")


def test_an_address_cannot_end_its_link() -> None:
    lock = claimed("aws", "e", "failed", unused=3000, url="https://ci.example.com/?a=1&b=<x>|evil>")
    text = slack(pool_news(round_fact(look(lock)))["news"])
    assert text.endswith("(<https://ci.example.com/?a=1&amp;b=&lt;x&gt;%7Cevil&gt;|build>)")


@example(["x" * 700] * 19)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=700), max_size=30))
def test_a_chat_gets_one_text_of_bearable_length(messages: list[str]) -> None:
    fact = round_fact(failures=[failure(f"step {number}", one) for number, one in enumerate(messages)])
    text = slack(pool_news(fact)["news"])
    lines = text.split("\n")
    assert len(text) < 3600
    assert not re.search(r"[<>]|(?<!\w)@\w", text)
    more = re.fullmatch(r"and (\d+) more", lines[-1])
    assert len(lines) - 1 - bool(more) + int(more[1] if more else 0) == len(messages)
    assert json.loads(json.dumps(text)) == text

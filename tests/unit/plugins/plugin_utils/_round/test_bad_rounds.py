# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no round is refused with a sentence that names the place."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.poolboy.concourse.plugins.filter.pool_metrics import pool_metrics
from ansible_collections.poolboy.concourse.plugins.filter.pool_news import pool_news
from ansible_collections.poolboy.concourse.plugins.filter.pool_notification import pool_notification
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import look, round_fact

BAD: list[tuple[object, str]] = [
    (None, "pool_boy_round must be a dictionary, but is missing."),
    ("text", "pool_boy_round must be a dictionary, but is a text."),
    ({}, "pool_boy_round.name is missing: give the filter the fact that the role pool_boy sets."),
    ({**round_fact(), "finished_at": "soon"}, "pool_boy_round.finished_at must be a time such as 2026-11-22T03:00:00Z"),
    ({**round_fact(), "duration_seconds": "long"}, "pool_boy_round.duration_seconds must be a number, but is 'long'."),
    ({**round_fact(), "ok": "yes"}, "pool_boy_round.ok must be true or false, but is a text."),
    ({**round_fact(), "failures": {}}, "pool_boy_round.failures must be a list, but is a dictionary."),
    ({**round_fact(), "failures": [{"step": "page"}]}, "pool_boy_round.failures[0].message is missing"),
    ({**round_fact(), "status": []}, "pool_boy_round.status must be a dictionary, but is a list."),
    (round_fact({**look(), "locks": [{"pool": ["aws"]}]}), "pool_boy_round.status.locks[0].pool must be a text"),
    (round_fact({**look(), "locks": [3]}), "pool_boy_round.status.locks[0] must be a dictionary, but is a number."),
]


@pytest.mark.parametrize(("fact", "sentence"), BAD)
def test_the_place_is_named(fact: object, sentence: str) -> None:
    for name, call in (
        ("pool_metrics", lambda: pool_metrics(fact)),
        ("pool_news", lambda: pool_news(fact)),
        ("pool_notification", lambda: pool_notification([], round=fact)),
    ):
        with pytest.raises(AnsibleFilterError) as refusal:
            call()
        assert str(refusal.value).startswith(f"{name}: {sentence}")
        assert str(refusal.value)[-1] == "."


@pytest.mark.parametrize(
    ("news", "options", "sentence"),
    [
        ({"news": []}, {}, "the news must be the list `news` that pool_news returned."),
        ([3], {}, "news[0] must be a dictionary, but is a number."),
        ([{"kind": "gossip"}], {}, "the news must be the unchanged list `news` that pool_news returned."),
        ([{"kind": "failed"}], {}, "news[0].text is missing"),
        ([], {"format": "xml"}, "format must be json or slack, but is xml."),
    ],
)
def test_news_that_are_none(news: object, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as refusal:
        pool_notification(news, round=round_fact(), **options)
    assert str(refusal.value).startswith(f"pool_notification: {sentence}")


def test_a_limit_that_is_no_number() -> None:
    with pytest.raises(AnsibleFilterError, match=r"pool_news: kept_too_long must be minutes, but is soon[.]"):
        pool_news(round_fact(), {}, "soon")

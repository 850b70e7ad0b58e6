# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to messages shows what is sent."""

from __future__ import annotations

import json

from ansible_collections.poolboy.concourse.plugins.filter.pool_news import pool_news
from ansible_collections.poolboy.concourse.plugins.filter.pool_notification import pool_notification
from ansible_collections.poolboy.concourse.tests.functional.environment.guide import block, rows
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import claimed, look, round_fact


def test_the_message_has_the_keys_that_the_guide_shows() -> None:
    shown = json.loads(block("messages.rst", "JSON"))
    fact = round_fact(look(claimed("aws", "env-1", "failed", unused=3000)))
    sent = pool_notification(pool_news(fact)["news"], round=fact)
    assert shown.keys() == sent.keys()
    assert shown["counts"].keys() == sent["counts"].keys()
    assert shown["counts"].keys() == {kind for kind, _when in rows("messages.rst", "Messages to a chat")}
    assert sent["counts"]["kept_too_long"] == 1
    assert shown["news"][0].keys() == sent["news"][0].keys()

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts, times and durations on the page."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import duration_text
from ansible_collections.poolboy.concourse.plugins.plugin_utils._html.text import shown
from ansible_collections.poolboy.concourse.plugins.plugin_utils._html.times import PageTime, duration


def test_times_and_spans() -> None:
    made = PageTime(datetime(2026, 11, 22, 3, 0, 59, tzinfo=UTC))
    assert (made.machine, made.text, made.seconds) == ("2026-11-22T03:00:59Z", "2026-11-22 03:00", 1795316459)
    assert [duration_text(minutes) for minutes in (0, 59, 60, 1439, 1440, 1_439_999, 1_440_000)] == [
        "0m",
        "59m",
        "1h 0m",
        "23h 59m",
        "1d 0h",
        "999d 23h",
        "1000d",
    ]
    assert [duration(seconds) for seconds in (0.04, 59.9, 60, 3725.5)] == ["0.0 s", "59.9 s", "1 min 0 s", "62 min 5 s"]
    assert duration(float("nan")) == duration(float("inf")) == ""


def test_texts_come_out_on_one_line_and_short() -> None:
    assert shown("a\nb\u202e") == "a\\nb\\u202e"
    assert len(shown("x" * 3000)) == 2000

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of Concourse, as the header Date of its responses tells it."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.response_date import read_response_date

DATE, SECONDS = "Mon, 30 Nov 2026 19:29:10 GMT", 1_796_066_950
VERSION = {"X-Concourse-Version": "8.2.5"}


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_the_time_is_utc(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert read_response_date({**VERSION, "Date": DATE.replace("GMT", zone)}) == SECONDS


@pytest.mark.parametrize(
    "date", ["", " ", "now", DATE[:12], DATE.replace("30", "31"), DATE.replace("2026", "9" * 30), "\udcff", "1, 2, 3"]
)
def test_a_date_that_cannot_be_read_is_unknown(date: str) -> None:
    assert read_response_date({**VERSION, "Date": date}) is None


def test_without_the_header_the_time_is_unknown() -> None:
    assert read_response_date(VERSION) is None


@pytest.mark.parametrize("headers", [{}, {"X-Concourse-Version": ""}])
def test_the_time_of_a_proxy_is_not_that_of_concourse(headers: dict[str, str]) -> None:
    assert read_response_date({**headers, "Date": DATE}) is None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.times import iso_time


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "2026-09-21T14:17:20Z", "9999-12-31T23:59:59Z"]
)
def test_every_year_has_four_digits(text: str) -> None:
    assert iso_time(int(datetime.fromisoformat(text).timestamp())) == text


@pytest.mark.parametrize("seconds", [None, 10**12, -(10**12), 10**30])
def test_what_is_no_time(seconds: int | None) -> None:
    assert iso_time(seconds) is None

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions that every cron can read, and others."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._schedule.cron_expression import mistake_in_cron

GOOD = (
    "* * * * *",
    "*/10 * * * *",
    "*/5,3 0-23/2 1,15 * 1-5",
    "0 8 * * mon-fri",
    "0 8 * JAN,Feb *",
    "0 8 * jan-mar/2,dec sun,5-7",
    "0\t8  31 12 7",
    "00 08 01 01 0",
    "@hourly",
    "@daily",
    "@midnight",
    "@weekly",
    "@monthly",
    "@yearly",
    "@annually",
)
BAD = (
    "5/10 * * * *",
    "0 8 * * jan",
    "0 8 * mon *",
    "0 mon * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 1 13 *",
    "0 0 * * 8",
    "*/0 * * * *",
    "*-5 * * * *",
    "1, * * * *",
    "* * * *",
    "* * * * * *",
    "* * * * * # every minute",
    "* * * * *\n* * * * * root sh",
    "* * * * *\n",
    "@reboot",
    "@HOURLY",
    "",
)
BACKWARDS = {
    "30-10 * * * *": "30-10",
    "0 8 * * fri-mon": "fri-mon",
    "0 8 * dec-jan *": "dec-jan",
    "0 8 * * Sat-SUN": "sat-sun",
    "0 8 5-1,7 * *": "5-1",
    "5-1,9-8 * * * *": "5-1, 9-8",
}


@pytest.mark.parametrize("expression", GOOD)
def test_an_expression_that_cron_reads_is_allowed(expression: str) -> None:
    assert mistake_in_cron(expression) == ""


@pytest.mark.parametrize("expression", BAD)
def test_an_expression_that_cron_does_not_read_is_refused(expression: str) -> None:
    assert mistake_in_cron(expression).endswith(f": {expression} is neither.")


@pytest.mark.parametrize("expression", BACKWARDS)
def test_a_range_that_runs_backwards_is_named(expression: str) -> None:
    assert mistake_in_cron(expression).startswith(f"The range {BACKWARDS[expression]} of pool_boy_schedule_cron")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter pool_page: what it is called with, and what it says of what it cannot use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.poolboy.concourse.plugins.filter.pool_page import FilterModule, pool_page
from ansible_collections.poolboy.concourse.plugins.filter.pool_page_data import pool_page_data
from ansible_collections.poolboy.concourse.tests.page.rounds import a_claim, a_look, a_round


def test_the_filter_has_its_name() -> None:
    assert FilterModule().filters() == {"pool_page": pool_page}


def test_a_page_is_a_whole_document() -> None:
    told = pool_page(a_round(status=a_look(a_claim("aws", "env-1"))))
    assert told.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert told.rstrip().endswith("</html>")
    assert 'data-old-after="3600"' in told


def test_a_page_may_stay_fresh_for_longer() -> None:
    assert 'data-old-after="86400"' in pool_page(a_round(), old_after=1440)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "pool_boy_round must be a dictionary, but is missing."),
        ("round", "pool_boy_round must be a dictionary, but is a text."),
        ([], "pool_boy_round must be a dictionary, but is a list."),
        ({}, "pool_boy_round.name is missing: "),
        ({"name": "shop"}, "pool_boy_round.finished_at is missing: "),
        (a_round(finished_at="soon"), "pool_boy_round.finished_at must be a time such as 2026-11-22T03:00:00Z, "),
        (a_round(status=[]), "pool_boy_round.status must be a dictionary, but is a list."),
        (
            a_round(status=a_look({"pool": "aws", "name": "env-1"})),
            "pool_boy_round.status.locks[0].verdict is missing: ",
        ),
    ],
)
def test_what_is_no_round_is_refused_with_a_sentence(value: Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        pool_page(value)
    assert str(caught.value).startswith(f"pool_page: {said}")


@pytest.mark.parametrize("make", [pool_page, pool_page_data])
@pytest.mark.parametrize("minutes", [0, -1, 1.5, "60", None, True])
def test_old_after_is_a_number_of_minutes(minutes: Any, make: Callable[..., str]) -> None:
    refusal = rf"^{make.__name__}: old_after has to be a whole number of minutes, 1 or more"
    with pytest.raises(AnsibleFilterError, match=refusal):
        make(a_round(), old_after=minutes)

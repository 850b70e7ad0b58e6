# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens next with a lock, as the page says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.locks import LockRow, lock_rows
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    a_claim,
    a_cleaning,
    a_free_lock,
    a_look,
    a_release,
    a_round,
    a_step,
    iso,
)

SOON = iso(MADE + timedelta(minutes=130))
PAST = iso(MADE - timedelta(minutes=5))


def the_row(**changes: Any) -> LockRow:
    (row,) = lock_rows(read_round(a_round(**changes)))
    return row


def next_of(lock: dict[str, Any], **changes: Any) -> str:
    return the_row(status=a_look(lock), **changes).next_step.text


@pytest.mark.parametrize(
    ("verdict", "policy", "said"),
    [
        ("running", "keep", "Kept while its build runs."),
        ("handed_off", "keep", "Kept until a job releases it."),
        ("handed_off", "release", "Kept until a job releases it."),
        ("manual", "keep", "Kept until a person releases it."),
        ("unreachable", "keep", "Kept until Concourse answers."),
        ("failed", "keep", "The policy keeps it."),
        ("foreign", "keep", "The policy keeps it."),
        ("unverified", "stale", "A build is using it."),
    ],
)
def test_a_lock_that_has_no_time_to_go(verdict: str, policy: str, said: str) -> None:
    assert next_of(a_claim("aws", "env-1", verdict, policy=policy)) == said


def test_a_lock_that_is_releasable_later() -> None:
    row = the_row(status=a_look(a_claim("aws", "env-1", "leaked", releasable_at=SOON)))
    assert row.next_step.text == "Releasable at 2026-11-22 05:10, in 2h 10m."
    assert row.next_step.at is not None
    assert row.next_step.at.at == MADE + timedelta(minutes=130)
    assert not row.next_step.is_news


def test_a_lock_that_is_releasable_within_the_minute() -> None:
    at = iso(MADE + timedelta(seconds=30))
    assert next_of(a_claim("aws", "env-1", "leaked", releasable_at=at)) == "Releasable at 2026-11-22 03:00."


RELEASABLE = a_claim("aws", "env-1", "leaked", policy="stale", releasable=True, releasable_at=PAST)


def test_a_releasable_lock_goes_with_the_next_round() -> None:
    assert next_of(RELEASABLE) == "The next round releases it."


def test_a_releasable_lock_where_nothing_cleans() -> None:
    assert next_of(RELEASABLE, clean=None) == "Releasable now, but this round did not clean."


def test_a_releasable_lock_that_the_cleaning_kept() -> None:
    clean = a_cleaning(a_step(RELEASABLE, "keep", "it is excluded"))
    assert next_of(RELEASABLE, clean=clean) == "Kept: it is excluded."


def test_a_lock_that_became_releasable_after_the_cleaning() -> None:
    before = {**RELEASABLE, "releasable": False}
    clean = a_cleaning(a_step(before, "keep", f"leaked, and may go at {PAST}"))
    assert next_of(RELEASABLE, clean=clean) == "The next round releases it."


def test_a_lock_that_was_released() -> None:
    clean = a_cleaning(a_step(RELEASABLE, "release"), released=[a_release("aws", "env-1")])
    row = the_row(status=a_look(a_free_lock("aws", "env-1")), clean=clean)
    assert row.next_step.text == "Released by this round."
    assert row.next_step.is_news
    assert next_of(a_free_lock("aws", "env-2"), clean=clean) == "Can be claimed."


def test_a_lock_that_was_moved_is_news_where_it_went() -> None:
    clean = a_cleaning(released=[a_release("aws", "env-1", to_pool="sick")])
    assert next_of(a_free_lock("sick", "env-1"), clean=clean) == "Released by this round."
    assert next_of(a_free_lock("aws", "env-1"), clean=clean) == "Can be claimed."


def test_a_lock_that_was_claimed_again_after_it_was_released() -> None:
    clean = a_cleaning(a_step(RELEASABLE, "release"), released=[a_release("aws", "env-1")])
    assert next_of(a_claim("aws", "env-1", commit="e" * 40), clean=clean) == "Kept while its build runs."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"check_mode": True}, "A real round releases it now."),
        ({"failures": [{"step": "clean", "message": "x"}]}, "Was to be released, but the cleaning failed."),
        ({"failures": [{"step": "page", "message": "x"}]}, "Was to be released, but is still claimed."),
    ],
)
@pytest.mark.parametrize("action", ["release", "move"])
def test_a_lock_that_was_to_go_but_did_not(changes: dict[str, Any], said: str, action: str) -> None:
    assert next_of(RELEASABLE, clean=a_cleaning(a_step(RELEASABLE, action)), **changes) == said


def test_check_mode_gave_nothing_back() -> None:
    clean = a_cleaning(released=[a_release("aws", "env-1", to_pool="sick")])
    assert next_of(a_free_lock("sick", "env-1"), clean=clean, check_mode=True) == "Can be claimed."


def test_the_locks_as_they_were_before_a_look_that_failed() -> None:
    clean = a_cleaning(a_step(RELEASABLE, "release"), released=[a_release("aws", "env-1")])
    assert the_row(status=None, clean=clean).next_step.text == "Released by this round."

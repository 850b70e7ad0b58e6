# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of locks that somebody holds: who, why and until when, each in one column."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.locks import LockRow, lock_rows
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils.round_facts import (
    NOW,
    held,
    in_minutes,
    look,
    round_fact,
)

KEEP = PoolPolicy(by_verdict={VerdictName.EXPIRED: Policy.KEEP})


def the_row(lock: JudgedLock) -> LockRow:
    (row,) = lock_rows(read_round(round_fact(look(lock))))
    return row


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (
            held("aws", "e", in_minutes(200)),
            ("ada@workstation", "kernel upgrade", "Kept until 2026-09-21 17:33."),
        ),
        (
            held("aws", "e", "never"),
            ("ada@workstation", "kernel upgrade", "Kept until its owner releases it."),
        ),
        (
            held("aws", "e", "tomorrow"),
            ("ada@workstation", "kernel upgrade", "Kept, because its end is wrong."),
        ),
        (
            held("aws", "e", "never", reason=None),
            ("ada@workstation", "the claim states no reason", "Kept until its owner releases it."),
        ),
        (
            held("aws", "e", "never", owner=None),
            ("Ada Lovelace: kernel upgrade", "the claim states no owner", "Kept until its owner releases it."),
        ),
        (
            held("aws", "e", "never", owner=None, reason=None),
            ("Ada Lovelace: claiming: e", "the claim states no owner", "Kept until its owner releases it."),
        ),
        (
            held("aws", "e", in_minutes(200), age=10, since="2026-09-20T08:00:00Z"),
            ("ada@workstation", "kernel upgrade (held since 2026-09-20 08:00)", "Kept until 2026-09-21 17:33."),
        ),
        (
            held("aws", "e", in_minutes(-20)),
            (
                "ada@workstation",
                "kernel upgrade (held until 2026-09-21 13:53)",
                "Releasable at 2026-09-21 14:53, in 40m.",
            ),
        ),
        (
            held("aws", "e", in_minutes(-20), since="2026-09-20T08:00:00Z", policy=KEEP),
            (
                "ada@workstation",
                "kernel upgrade (held since 2026-09-20 08:00 until 2026-09-21 13:53)",
                "The policy keeps it.",
            ),
        ),
        (
            held("aws", "e", None),
            (
                "ada@workstation: kernel upgrade",
                "not claimed by a build",
                "Kept until a person releases it.",
            ),
        ),
    ],
)
def test_a_row_says_everything_once(lock: JudgedLock, told: tuple[str, str, str]) -> None:
    row = the_row(lock)
    assert (row.users[0].text, row.reason, row.next_step.text) == told


def test_a_lock_whose_hold_has_ended_goes_when_the_policy_lets_it() -> None:
    row = the_row(held("aws", "e", in_minutes(-61)))
    assert (row.word.group, row.is_releasable) == (Group.LEFT, True)
    assert row.next_step.text == "Releasable now, but this round did not clean."


def test_held_locks_are_sorted_by_their_end() -> None:
    row = the_row(held("aws", "e", in_minutes(200)))
    assert row.word.group is Group.PERSON
    assert row.next_step.at is not None
    assert row.next_step.at.seconds == NOW + 200 * 60
    assert the_row(held("aws", "e", "never")).next_step.at is None


@pytest.mark.parametrize(("until", "age"), [("0999-12-31T00:00:00Z", 541_000_000), ("9999-12-31T23:59:59Z", 60)])
def test_an_early_and_the_last_year(until: str, age: int) -> None:
    row = the_row(held("aws", "e", until, age=age))
    assert until[:10] in row.reason + row.next_step.text


def test_what_a_claim_says_stays_on_one_line() -> None:
    row = the_row(held("aws", "e", "never", owner="ada\u202e", reason="a\x1bb"))
    assert (row.users[0].text, row.reason) == ("ada\\u202e", "a\\x1bb")

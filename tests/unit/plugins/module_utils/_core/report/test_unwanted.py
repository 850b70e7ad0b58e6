# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error about locks with a verdict that the user does not accept."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.report.unwanted import unwanted_verdicts
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

from .judged_locks import PERSON, claimed, free

LOCKS = [
    free("aws", "idle"),
    claimed("aws", "mine", "manual", holder=PERSON),
    claimed("aws", "far", "unreachable", dead=False),
    claimed("aws", "lost", "leaked"),
]


@pytest.mark.parametrize("fail_on", [[], ["zombie"], ["running", "gone"]])
def test_other_verdicts_are_no_error(fail_on: list[str]) -> None:
    assert unwanted_verdicts(LOCKS, fail_on) is None


def test_the_locks_are_named_the_worst_first() -> None:
    assert str(unwanted_verdicts(LOCKS, ["unreachable", "leaked"])) == (
        "2 locks have verdicts of fail_on: aws/lost (leaked), aws/far (unreachable)."
        " The reason of each lock in this result says why."
    )
    assert str(unwanted_verdicts(LOCKS, ["manual"])).startswith("1 lock has a verdict of fail_on: aws/mine (manual).")


@pytest.mark.parametrize("name", VerdictName)
def test_every_verdict_can_be_unwanted(name: VerdictName) -> None:
    assert unwanted_verdicts([claimed("aws", "env-1", name)], [name.value]) is not None


def test_a_long_list_is_cut() -> None:
    many = [claimed("aws", f"env-{number:02}", "gone") for number in range(14)]
    message = str(unwanted_verdicts(many, ["gone"]))
    assert "14 locks have verdicts of fail_on: aws/env-00 (gone), " in message
    assert "aws/env-09 (gone) and 4 more." in message

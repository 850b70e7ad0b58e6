# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which locks nobody uses any more."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.unused import unused_text
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

from ..report.judged_locks import claimed, free


def test_nothing_is_said_of_locks_that_are_or_may_be_in_use() -> None:
    running = claimed("aws", "env-1", VerdictName.RUNNING, dead=False)
    kept = claimed("aws", "env-2", VerdictName.MANUAL)
    assert unused_text([]) == ""
    assert unused_text([running, kept, free("aws", "env-3")]) == ""


def test_locks_that_are_left_behind() -> None:
    locks = [
        claimed("aws", "env-1", VerdictName.RUNNING, dead=False),
        claimed("aws", "env-2", reason="ci/up 3 was aborted"),
        claimed("aws", "env-4", reason="ci/up 4 was aborted"),
    ]
    assert unused_text(locks) == (
        " According to Concourse, nobody uses these locks any more; with its default policies, concourse_pool_clean"
        " releases them: aws/env-2 (aborted: ci/up 3 was"
        " aborted); aws/env-4 (aborted: ci/up 4 was aborted)."
    )


def test_at_most_ten_are_named() -> None:
    text = unused_text([claimed("aws", f"env-{number}") for number in range(12)])
    assert text.count("aborted: ") == 10
    assert text.endswith(" and 2 more.")

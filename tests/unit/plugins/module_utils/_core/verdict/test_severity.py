# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the verdicts: what a person should look at comes first."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.severity import severity_rank
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName


def test_every_verdict_has_its_own_place() -> None:
    assert sorted(map(severity_rank, VerdictName)) == list(range(len(VerdictName)))


def test_what_is_surely_left_behind_comes_before_what_is_unknown_and_what_is_in_use_comes_last() -> None:
    sorted_names = sorted(VerdictName, key=severity_rank)
    assert sorted_names[-3:] == [VerdictName.HANDED_OFF, VerdictName.RUNNING, VerdictName.FREE]
    assert severity_rank(VerdictName.LEAKED) < severity_rank(VerdictName.UNREACHABLE) < severity_rank(VerdictName.HELD)

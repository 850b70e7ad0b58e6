# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which time counts if the clock of this machine and that of Concourse differ."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.two_clocks import TwoClocks

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize("concourse", [None, NOW, NOW - 60, NOW + 60])
def test_without_a_difference_the_own_clock_counts(concourse: int | None) -> None:
    clocks = TwoClocks(NOW, concourse)
    assert (clocks.ahead, clocks.earlier, clocks.later, clocks.warning) == (0, NOW, NOW, None)


@pytest.mark.parametrize("difference", [61, 6 * 3600, 10**9])
def test_waits_end_by_the_clock_that_is_behind_and_begin_by_the_other_one(difference: int) -> None:
    ahead, behind = TwoClocks(NOW, NOW - difference), TwoClocks(NOW, NOW + difference)
    assert (ahead.ahead, ahead.earlier, ahead.later) == (difference, NOW - difference, NOW)
    assert (behind.ahead, behind.earlier, behind.later) == (-difference, NOW, NOW + difference)


def test_the_warning_says_what_to_do() -> None:
    assert TwoClocks(NOW, NOW - 6 * 3600).warning == (
        "The clock of this machine is 6h 0m ahead of that of Concourse: times count by the clock that is behind, so"
        " locks are released later, never earlier. Set the clock that is wrong: here it is 2026-01-01T00:00:00Z, at"
        " Concourse 2025-12-31T18:00:00Z."
    )
    behind = TwoClocks(NOW, NOW + 61).warning
    assert behind is not None
    assert behind.startswith("The clock of this machine is 1m behind that of Concourse: times count by the clock that")

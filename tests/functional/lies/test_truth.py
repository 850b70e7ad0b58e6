# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No response of a healthy Concourse counts as a lie: a lock that nobody uses is not kept for ever."""

from __future__ import annotations

from random import Random

import pytest

from ..duration import LONG
from .changes import CHANGES, Change
from .test_lies import SEED, verdict_of
from .world import abandoned_world

WORLDS = 400 if LONG else 30


@pytest.mark.parametrize("change", CHANGES)
def test_a_lock_that_nobody_uses_is_never_unreachable(change: Change) -> None:
    judged = 0
    for number in range(WORLDS):
        world = abandoned_world(Random(f"{SEED} {change.__name__} {number}"), change)
        for name, claim in world.claims.items():
            verdict = verdict_of(claim, name, world.asker.queries())
            assert verdict.name.value != "unreachable", f"{name} in world {number} of seed {SEED}: {verdict.reason}"
            judged += 1
    assert judged > WORLDS

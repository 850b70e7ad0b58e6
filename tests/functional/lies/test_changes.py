# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build that uses a lock keeps it, whatever people change in its pipeline meanwhile."""

from __future__ import annotations

from random import Random

import pytest

from ....plugins.module_utils._core.claim.holder import read_holder
from ....plugins.module_utils._core.verdict.rules import judge_claim
from ....plugins.module_utils._core.verdict.verdict import Verdict
from ..duration import LONG
from .changes import CHANGES, Change
from .test_lies import KEPT, SEED
from .world import World, changed_worlds

WORLDS = 600 if LONG else 40


def verdicts_of(world: World) -> dict[str, Verdict]:
    queries = world.asker.queries()
    return {
        name: judge_claim(claim, read_holder(claim, name, "main"), queries, now=0)
        for name, claim in world.claims.items()
    }


@pytest.mark.parametrize("change", CHANGES)
def test_a_build_that_uses_a_lock_keeps_it(change: Change) -> None:
    judged = 0
    for number in range(WORLDS):
        before, after = changed_worlds(Random(f"{SEED} {change.__name__} {number}"), change)
        used = {name: one.active_build for name, one in verdicts_of(before()).items() if one.active_build is not None}
        verdicts = verdicts_of(after())
        for name, build in used.items():
            if build.start_time is None:
                continue
            verdict = verdicts[name]
            assert verdict.name in KEPT, f"{name} in world {number}: {build} uses it, but {verdict.reason}"
            judged += 1
    assert judged > WORLDS / 4

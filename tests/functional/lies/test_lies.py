# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One wrong response makes no lock releasable that somebody uses: another response contradicts it.

POOLBOY_WORLDS is how many worlds are drawn (40, or 2,000 with POOLBOY_LONG=1), POOLBOY_SEED which ones.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from ....plugins.module_utils._core.claim.claim import Claim
from ....plugins.module_utils._core.claim.holder import read_holder
from ....plugins.module_utils._core.concourse.queries import BuildQueries
from ....plugins.module_utils._core.verdict.rules import judge_claim
from ....plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ..duration import LONG
from .lie import Lie, draw_lie
from .undetectable import is_undetectable
from .world import World, random_world, recorded_world

WORLDS = int(os.environ.get("POOLBOY_WORLDS", "2000" if LONG else "40"))
SEED = int(os.environ.get("POOLBOY_SEED", "1"))
LIES = 25
HELD = {VerdictName.RUNNING, VerdictName.HANDED_OFF}
KEPT = {*HELD, VerdictName.UNREACHABLE, VerdictName.MANUAL, VerdictName.FOREIGN, VerdictName.UNVERIFIED}


def verdict_of(claim: Claim, name: str, queries: BuildQueries) -> Verdict:
    return judge_claim(claim, read_holder(claim, name.rpartition("/")[2], "main"), queries, now=0)


def believed_lies(world: World, random: Random) -> tuple[int, list[tuple[str, Lie, Verdict]]]:
    """Return how many lies were told about locks in use, and those that made one releasable."""
    told, believed = 0, []
    for name, claim in world.claims.items():
        truth = verdict_of(claim, name, world.asker.queries())
        asked = sorted(set(world.asker.session.asked))
        if truth.name not in HELD or not asked:
            continue
        for _count in range(LIES):
            lie = draw_lie(random, random.choice(asked), world.asker.session.responses)
            if lie is None:
                continue
            told += 1
            verdict = verdict_of(claim, name, world.asker.queries({lie.path: lie.response}))
            if verdict.name not in KEPT and not is_undetectable(lie, world.asker.session.responses, claim.commit):
                believed.append((name, lie, verdict))
    return told, believed


def report(believed: list[tuple[str, Lie, Verdict]]) -> str:
    return "\n".join(
        f"{name} became {verdict.name.value} ({verdict.reason})\n  by {lie}" for name, lie, verdict in believed
    )


def test_lies_about_the_recorded_world(tmp_path: Path) -> None:
    told, believed = believed_lies(recorded_world(tmp_path), Random(SEED))
    assert told > 100
    assert not believed, report(believed)


@pytest.mark.parametrize("part", range(4))
def test_lies_about_random_worlds(part: int) -> None:
    told = 0
    for number in range(part, WORLDS, 4):
        random = Random(f"{SEED} {number}")
        more, believed = believed_lies(random_world(random), random)
        assert not believed, f"world {number} of seed {SEED}\n{report(believed)}"
        told += more
    assert told > WORLDS

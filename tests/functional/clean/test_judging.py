# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever judges stolen locks knows when a person caused a build that takes a lock again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...atc import Emulator
from ...lockrepo import LockRepository
from .actors.judging.judge import Judge
from .actors.judging.ledger import Ledger
from .actors.judging.reruns import Reruns
from .actors.teams.pipelines import AT_A_GATE, CLAIM, GATE, GIVE_BACK
from .actors.teams.team_pipeline import TeamPipeline

COMMIT = "c1a1" * 10


@pytest.fixture
def atc() -> Iterator[Emulator]:
    with Emulator() as made:
        made.set_team("main", {"viewer": []})
        yield made


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(1)


@pytest.fixture
def team(atc: Emulator, ledger: Ledger) -> TeamPipeline:
    """A team whose lock waits at the gate."""
    made = TeamPipeline(atc, "team", "aws", AT_A_GATE, presses=ledger.presses)
    claim = made.start(CLAIM)
    made.record_claim(claim, "env", "aws-0", COMMIT)
    atc.finish(claim.id, "succeeded")
    (use,) = made.unplayed()
    atc.finish(use.id, "succeeded")
    return made


def _press(team: TeamPipeline, atc: Emulator) -> int:
    build = team.start(GATE)
    assert [COMMIT in item.digest for item in build.inputs] == [True]
    atc.finish(build.id, "succeeded")
    return build.id


def test_gate_opened_for_the_first_time(team: TeamPipeline, atc: Emulator, ledger: Ledger) -> None:
    build = _press(team, atc)
    assert Reruns(atc.world, ledger).behind(atc.build(build)) is None


def test_gate_opened_again(team: TeamPipeline, atc: Emulator, ledger: Ledger) -> None:
    _press(team, atc)
    before = time.time()
    again = _press(team, atc)
    asked_for = Reruns(atc.world, ledger).behind(atc.build(again))
    assert asked_for is not None
    assert before <= asked_for <= time.time()


def test_gate_opened_again_after_a_change(team: TeamPipeline, atc: Emulator, ledger: Ledger) -> None:
    """A renamed step starts no build of a job that waits for a person."""
    _press(team, atc)
    job = team.job(GATE)
    ledger.changed(job.id, time.time())
    atc.rename_step(team.reference, job.name, "env", "environment")
    atc.schedule()
    assert [team.part_of(build) for build in team.unplayed()] == [GIVE_BACK]
    again = _press(team, atc)
    assert Reruns(atc.world, ledger).behind(atc.build(again)) == ledger.presses[again] > ledger.changes[job.id][0]


def test_build_started_by_a_change(team: TeamPipeline, atc: Emulator, ledger: Ledger) -> None:
    job = team.job("use")
    ledger.changed(job.id, time.time())
    atc.rename_step(team.reference, job.name, "env", "environment")
    atc.schedule()
    (again,) = [build for build in team.unplayed() if build.status == "started"]
    assert Reruns(atc.world, ledger).behind(again) == ledger.changes[job.id][0]


def test_who_lost_a_lock_to_a_re_run_gives_back_those_of_others(atc: Emulator, ledger: Ledger, tmp_path: Path) -> None:
    """A pool resource does not check who holds what it gives back; without a re-run, that is a theft."""
    log = tmp_path / "log"
    log.touch()
    locks = LockRepository(tmp_path / "locks.git")
    base = locks.add("aws", "env-0")
    holders = []
    for believed in ("re-run", 0, 1):
        holders.append(locks.claim("aws", "env-0"))
        ledger.releases[locks.release("aws", "env-0")] = believed if isinstance(believed, str) else holders[believed]
    judge = Judge(locks.path, atc, ledger, log)
    assert len(judge.look_back(base).stolen) == 3
    judge = Judge(locks.path, atc, ledger, log)
    judge.taken_unseen.add("re-run")
    findings = judge.look_back(base)
    assert findings.stolen == []
    assert len(findings.lost_to_reruns) == 3

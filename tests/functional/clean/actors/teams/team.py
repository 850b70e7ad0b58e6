# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One team: its pipeline, its builds, its people, and the random numbers that decide how each build ends."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .....atc.world.entities import Build
from ..judging.ledger import Ledger
from ..lock_clients import LockClient
from .claiming import Claimed, Claiming
from .pace import Pace
from .pipelines import GATE, GIVE_BACK, how_it_ends
from .reorganisation import Reorganisation
from .team_pipeline import TIMEOUT, TeamPipeline


@dataclass
class Team:
    """Plays the workers and the people of one pipeline, all by one thread."""

    team_pipeline: TeamPipeline
    client: LockClient
    ledger: Ledger
    pace: Pace

    def __post_init__(self) -> None:
        self.atc, self.name, self.pool = self.team_pipeline.atc, self.team_pipeline.team, self.team_pipeline.pool
        self._reorganisation = Reorganisation(self.team_pipeline, self.ledger, self.pace)
        self._claiming = Claiming(
            self.team_pipeline, self.client, self.ledger, self.pace, self._give_back, self._reorganisation.may_happen
        )

    def play(self) -> None:
        """Claim and hand off until the ledger has enough claims, then finish all builds."""
        while self.ledger.another_claim():
            self._claim()
            self._reorganisation.may_happen()
            if self.pace.dice.random() < 0.4:
                continue  # the builds that have started have to wait
            if not self._reorganisation.has_archived and self.pace.happens(0.06):
                self._reorganisation.archive(self._play_builds, make_anew=True)
            self._play_builds()
            self._people_press_buttons()
            self._play_builds()
            self.team_pipeline.let_an_hour_pass()
        self._finish()

    def finish_builds(self) -> None:
        """Run builds until Concourse starts no more."""
        while True:
            self.atc.schedule()
            if not self.team_pipeline.unplayed():
                return
            self._play_builds()

    def _claim(self) -> None:
        chance = self.pace.dice.random()
        if chance < 0.05:
            self._claiming.by_hand()
        elif chance < 0.2:
            self._claiming.out_of_order(self._play_builds)
        else:
            self._claiming.by_a_build()

    def _finish(self) -> None:
        """Run the whole pipeline once with success, so that nothing is left waiting; archive it if that cannot be."""
        self.pace.well_behaved = True
        until = time.monotonic() + TIMEOUT
        self.finish_builds()
        self.team_pipeline.let_an_hour_pass()
        if self.pace.dice.random() < 0.2:
            self._reorganisation.archive(self._play_builds, make_anew=False)
            return
        while not self._claiming.by_a_build():
            assert time.monotonic() < until, f"{self.name} finds no free lock in {self.pool}"
        self.finish_builds()
        if GATE in self.team_pipeline.jobs:
            self.team_pipeline.start(GATE)
            self.finish_builds()
        if self.team_pipeline.has_stopped:
            self._reorganisation.archive(self._play_builds, make_anew=False)

    def _play_builds(self) -> None:
        """Run every started build of the later jobs, until there are no more."""
        while waiting := self.team_pipeline.unplayed():
            for build in waiting:
                if build.status == "started":
                    self.team_pipeline.played.add(build.id)
                    self._play(build)
            time.sleep(0.005)

    def _play(self, build: Build) -> None:
        part = self.team_pipeline.part_of(build)
        held = self._held_by(build)
        ending = "succeeded" if self.pace.well_behaved else how_it_ends(self.pace.dice, mostly=0.85)
        self.pace.work(20)
        if not self.team_pipeline.found.archived:
            self._reorganisation.may_happen()
        self.pace.work_for_long()
        if part == GIVE_BACK and ending == "succeeded" and held:
            commit = self._give_back(build, held)
            ending = ending if commit else "errored"
        self.atc.finish(build.id, "failed" if ending in ("lost", "zombie") else ending)
        if ending != "succeeded" and self.team_pipeline.may_rerun and not self.team_pipeline.found.archived:
            self._try_again(build, part)

    def _try_again(self, build: Build, part: str) -> None:
        """Re-run a build, or rename its step and let Concourse run the job again."""
        is_run_again = self.pace.happens(0.5) and self._reorganisation.rename_step(part)
        if not is_run_again and self.pace.happens(0.4):
            self.pace.work(2)
            self.ledger.reruns[int(self.atc.rerun(build.id)["id"])] = time.time()
            self.ledger.count("re-runs")

    def _held_by(self, build: Build) -> Claimed | None:
        """Return the lock of a build and its claim commit."""
        digests = {item.digest for item in build.inputs}
        for lock, commit in self._claiming.claims:
            if any(commit in digest for digest in digests):
                return lock, commit
        return None

    def _give_back(self, build: Build, claimed: Claimed) -> str | None:
        """Release the lock by a put, unless another claim holds it now: then it was stolen."""
        lock, claim = claimed
        url = f"{self.atc.url}/builds/{build.id}"
        self.pace.traffic.wait()
        commit = self.client.release(self.pool, lock, f"unclaiming: {lock}\nBuild URL: {url}")
        if commit is None:
            self.ledger.missed(claim, build.id)
            return None
        self.ledger.released(commit, claim)
        self.atc.put(build.id, "env", {"ref": commit})
        return commit

    def _people_press_buttons(self) -> None:
        if GATE in self.team_pipeline.jobs and self.pace.dice.random() < 0.7:
            self.pace.work_for_long()  # nobody looks at the pipeline for a while
            self.team_pipeline.start(GATE)

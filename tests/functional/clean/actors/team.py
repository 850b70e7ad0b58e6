# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One team: its pipeline, its builds, its people, and the random numbers that decide how each build ends."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from ....atc.world.entities import Build
from .ledger import ClaimNote, Ledger
from .lock_clients import LockClient
from .pipelines import CLAIM, GATE, GIVE_BACK, how_it_ends
from .team_pipeline import TIMEOUT, TeamPipeline
from .traffic import Traffic

STEP = 0.03  # seconds that a step of a build takes at most
WAITS_FOR_A_LOCK = 1.0


@dataclass
class Team:
    """Plays the workers and the people of one pipeline, all by one thread; `dice` decide, so that a seed repeats it.

    What is done in git is done in Concourse too, in the order in which a pool resource does it: the output is recorded
    after the push, and a build that the push comes too late for has ended already.
    """

    team_pipeline: TeamPipeline
    client: LockClient
    ledger: Ledger
    dice: random.Random
    traffic: Traffic
    well_behaved: bool = False
    _claims: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.atc, self.name, self.pool = self.team_pipeline.atc, self.team_pipeline.team, self.team_pipeline.pool

    def play(self) -> None:
        """Claim and hand off until the ledger has enough claims, then finish all builds."""
        while self.ledger.another_claim():
            if self.dice.random() < 0.05:
                self._person_claims()
            else:
                self._claim()
            if self.dice.random() < 0.4:
                continue  # the builds that have started have to wait
            self._play_builds()
            self._people_press_buttons()
            self._play_builds()
        self._finish()

    def _finish(self) -> None:
        """Run the whole pipeline once with success, so that nothing is left waiting."""
        self.well_behaved = True
        until = time.monotonic() + TIMEOUT
        self.finish_builds()
        while not self._claim():
            assert time.monotonic() < until, f"{self.name} finds no free lock in {self.pool}"
        self.finish_builds()
        if GATE in self.team_pipeline.jobs:
            self.team_pipeline.start(GATE)
            self.finish_builds()

    def finish_builds(self) -> None:
        """Run builds until Concourse starts no more."""
        while True:
            self.atc.schedule()
            if not self.team_pipeline.unplayed():
                return
            self._play_builds()

    def _person_claims(self) -> None:
        """Claim by hand, work a while, and release the lock."""
        self.traffic.wait()
        claimed = self.client.claim(self.pool, lambda lock: f"manually claim {lock} [{self.name}]", self.dice)
        if claimed is None:
            self.ledger.no_claim_after_all()
            return
        lock, commit = claimed
        self.ledger.claimed(ClaimNote(commit, self.pool, lock, None, ""))
        self._work(10)
        self.traffic.wait()
        released = self.client.release(self.pool, lock, f"manually unclaim {lock}")
        if released is None:
            self.ledger.missed(commit, 0)
        else:
            self.ledger.released(released, commit)

    def _claim(self) -> bool:
        """Start a build of the claiming job; return whether it claimed."""
        build = self.team_pipeline.start(CLAIM)
        ending = "succeeded" if self.well_behaved else how_it_ends(self.dice)
        if ending == "zombie":
            return self._zombie(build)
        claimed = self._claim_for(build)
        if claimed is None:
            self.atc.finish(build.id, "failed")
            self.ledger.no_claim_after_all()
            return False
        lock, commit = claimed
        self._work()
        if ending == "lost":  # the worker is gone before Concourse hears of the put
            self.atc.finish(build.id, "errored")
            return True
        self.team_pipeline.record_claim(build, lock, commit)
        self._claims[build.id] = (lock, commit)
        self._work(20)
        self._work_for_long()
        if ending == "succeeded" and len(self.team_pipeline.jobs) == 1:
            self._give_back(build, lock, commit)
        self.atc.finish(build.id, ending)
        return True

    def _zombie(self, build: Build) -> bool:
        """The build is aborted, but its put still claims a lock (pool-resource issue 70)."""
        self.atc.finish(build.id, "aborted")
        self._work()
        claimed = self._claim_for(build)
        if claimed is None:
            self.ledger.no_claim_after_all()
        return claimed is not None

    def _claim_for(self, build: Build) -> tuple[str, str] | None:
        message = self.team_pipeline.claim_message(build, old_format=self.dice.random() < 0.2)
        self.traffic.wait()
        until = time.monotonic() + WAITS_FOR_A_LOCK
        while (claimed := self.client.claim(self.pool, message, self.dice)) is None and time.monotonic() < until:
            self._work()
        if claimed is not None:
            self.ledger.claimed(ClaimNote(claimed[1], self.pool, claimed[0], build.id, self.team_pipeline.path(build)))
        return claimed

    def _play_builds(self) -> None:
        """Run every started build of the later jobs, until there are no more."""
        while waiting := self.team_pipeline.unplayed():
            for build in waiting:
                if build.status == "started":
                    self.team_pipeline.played.add(build.id)
                    self._play(build)
            time.sleep(0.005)

    def _play(self, build: Build) -> None:
        job = self.team_pipeline.job_of(build)
        held = self._held_by(build)
        ending = "succeeded" if self.well_behaved else how_it_ends(self.dice, mostly=0.85)
        self._work(20)
        self._work_for_long()
        if job == GIVE_BACK and ending == "succeeded" and held:
            commit = self._give_back(build, *held)
            ending = ending if commit else "errored"
        self.atc.finish(build.id, "failed" if ending in ("lost", "zombie") else ending)
        if (
            ending != "succeeded"
            and not self.well_behaved
            and self.team_pipeline.may_rerun
            and self.dice.random() < 0.4
        ):
            self._work(2)
            self.ledger.reruns[int(self.atc.rerun(build.id)["id"])] = time.time()
            self.ledger.count("re-runs")

    def _held_by(self, build: Build) -> tuple[str, str] | None:
        """Return the lock of a build and its claim commit."""
        digests = {item.digest for item in build.inputs}
        for lock, commit in self._claims.values():
            if any(commit in digest for digest in digests):
                return lock, commit
        return None

    def _give_back(self, build: Build, lock: str, claim: str) -> str | None:
        """Release the lock by a put, unless another claim holds it now: then it was stolen."""
        url = f"{self.atc.url}/builds/{build.id}"
        self.traffic.wait()
        commit = self.client.release(self.pool, lock, f"unclaiming: {lock}\nBuild URL: {url}")
        if commit is None:
            self.ledger.missed(claim, build.id)
            return None
        self.ledger.released(commit, claim)
        self.atc.put(build.id, "env", {"ref": commit})
        return commit

    def _people_press_buttons(self) -> None:
        if GATE in self.team_pipeline.jobs and self.dice.random() < 0.7:
            self._work_for_long()  # nobody looks at the pipeline for a while
            self.team_pipeline.start(GATE)

    def _work(self, times: int = 1) -> None:
        """Wait a moment."""
        time.sleep(self.dice.random() * STEP * times)

    def _work_for_long(self) -> None:
        """Now and then wait until cleaners have run."""
        if self.dice.random() < 0.3 and not self.well_behaved:
            self.traffic.wait_for_cleaners()

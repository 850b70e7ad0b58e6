# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One team: its pipeline, its builds, its people, and the dice that decide how each of them ends."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.atc.entities import Build
from ansible_collections.poolboy.concourse.tests.functional.clean.actors.hands import Hands
from ansible_collections.poolboy.concourse.tests.functional.clean.actors.ledger import ClaimNote, Ledger
from ansible_collections.poolboy.concourse.tests.functional.clean.actors.pipelines import (
    CLAIM,
    GATE,
    GIVE_BACK,
    Config,
    pipeline,
)
from ansible_collections.poolboy.concourse.tests.functional.clean.actors.traffic import Traffic

STEP = 0.03  # seconds that a step of a build takes at most
LONG_STEP = 4.0
PATIENCE = 30.0
WAITS_FOR_A_LOCK = 1.0


@dataclass
class Team:
    """Plays the workers and the people of one pipeline, all by one thread; `dice` decide, so that a seed repeats it.

    What is done in git is done in Concourse too, in the order in which a pool resource does it: the output is recorded
    after the push, and a build that the push comes too late for has ended already.
    """

    name: str
    pool: str
    shape: Sequence[Config]
    atc: Emulator
    hands: Hands
    ledger: Ledger
    dice: random.Random
    traffic: Traffic
    well_behaved: bool = False
    _claims: dict[int, tuple[str, str]] = field(default_factory=dict)
    _played: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.atc.set_pipeline(self._pipeline, pipeline(list(self.shape), self.pool))

    def play(self) -> None:
        """Claim and hand on until the ledger has enough claims, then finish what was begun."""
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

    @property
    def _pipeline(self) -> str:
        return f"main/{self.name}"

    @property
    def _jobs(self) -> list[str]:
        return [str(job["name"]) for job in self.shape]

    def _finish(self) -> None:
        """Go once through the whole pipeline and let all succeed, so that nothing waits for anything any more."""
        self.well_behaved = True
        until = time.monotonic() + PATIENCE
        self._play_all()
        while not self._claim():
            assert time.monotonic() < until, f"{self.name} finds no free lock in {self.pool}"
        self._play_all()
        if GATE in self._jobs:
            self._start_job(GATE)
            self._play_all()

    def _play_all(self) -> None:
        """Play builds until Concourse has no more to start."""
        while True:
            self.atc.schedule()
            if not self._unplayed():
                return
            self._play_builds()

    def _person_claims(self) -> None:
        """Claim by hand, work a while, and give it back."""
        self.traffic.wait()
        claimed = self.hands.claim(self.pool, lambda lock: f"manually claim {lock} [{self.name}]", self.dice)
        if claimed is None:
            self.ledger.no_claim_after_all()
            return
        lock, commit = claimed
        self.ledger.claimed(ClaimNote(commit, self.pool, lock, None, ""))
        self._work(10)
        self.traffic.wait()
        released = self.hands.release(self.pool, lock, f"manually unclaim {lock}")
        if released is None:
            self.ledger.missed(commit, 0)
        else:
            self.ledger.released(released, commit)

    def _claim(self) -> bool:
        """Start a build of the claiming job; whether it claimed."""
        build = self._start_job(CLAIM)
        ending = "succeeded" if self.well_behaved else self._how_it_ends()
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
        self._record(build, lock, commit)
        self._claims[build.id] = (lock, commit)
        self._work(60)
        if ending == "succeeded" and len(self._jobs) == 1:
            self._give_back(build, lock, commit)
        self.atc.finish(build.id, ending)
        return True

    def _zombie(self, build: Build) -> bool:
        """The build is aborted, and its put goes on to claim a lock (pool-resource issue 70)."""
        self.atc.finish(build.id, "aborted")
        self._work()
        claimed = self._claim_for(build)
        if claimed is None:
            self.ledger.no_claim_after_all()
        return claimed is not None

    def _claim_for(self, build: Build) -> tuple[str, str] | None:
        where = f"teams/main/pipelines/{self.name}/jobs/{CLAIM}/builds/{build.name}"
        old_format = self.dice.random() < 0.2

        def message(lock: str) -> str:
            if old_format:
                return f"main/{self.name}/{CLAIM} build {build.name} claiming: {lock}"
            return f"claiming: {lock}\nBuild URL: {self.atc.url}/{where}"

        self.traffic.wait()
        until = time.monotonic() + WAITS_FOR_A_LOCK
        while (claimed := self.hands.claim(self.pool, message, self.dice)) is None and time.monotonic() < until:
            self._work()
        if claimed is not None:
            self.ledger.claimed(ClaimNote(claimed[1], self.pool, claimed[0], build.id, f"/api/v1/{where}"))
        return claimed

    def _record(self, build: Build, lock: str, commit: str) -> None:
        self.atc.put(build.id, "env", {"ref": commit}, metadata={"lock_name": lock, "pool_name": self.pool})
        if any(step.get("put") == "bits" for step in self.shape[0]["plan"]):
            self.atc.put(build.id, "bits", {"ref": f"bits of {commit}"})

    def _play_builds(self) -> None:
        """Play every build of the later jobs that has started, until no more come."""
        while waiting := self._unplayed():
            for build in waiting:
                if build.status == "started":
                    self._played.add(build.id)
                    self._play(build)
            time.sleep(0.005)

    def _unplayed(self) -> list[Build]:
        with self.atc.world.lock:
            mine = self.atc.pipeline(self._pipeline)
            jobs = {job.id for job in self.atc.world.jobs_of(mine) if job.name != CLAIM}
            return [
                build
                for build in self.atc.world.builds.values()
                if build.job_id in jobs and build.status in ("pending", "started") and build.id not in self._played
            ]

    def _play(self, build: Build) -> None:
        job = self.atc.world.jobs[build.job_id or 0].name
        held = self._held_by(build)
        ending = "succeeded" if self.well_behaved else self._how_it_ends(mostly=0.85)
        self._work(40)
        if job == GIVE_BACK and ending == "succeeded" and held:
            commit = self._give_back(build, *held)
            ending = ending if commit else "errored"
        self.atc.finish(build.id, "failed" if ending in ("lost", "zombie") else ending)
        if ending != "succeeded" and not self.well_behaved and self.dice.random() < 0.4:
            self._work(2)
            self.ledger.reruns[int(self.atc.rerun(build.id)["id"])] = time.time()
            self.ledger.count("re-runs")

    def _held_by(self, build: Build) -> tuple[str, str] | None:
        """The lock, and the commit of its claim, that a build works with."""
        digests = {item.digest for item in build.inputs}
        for lock, commit in self._claims.values():
            if any(commit in digest for digest in digests):
                return lock, commit
        return None

    def _give_back(self, build: Build, lock: str, claim: str) -> str | None:
        """Release the lock by a put, unless it is another claim's by now: then somebody has taken it away."""
        url = f"{self.atc.url}/builds/{build.id}"
        self.traffic.wait()
        commit = self.hands.release(self.pool, lock, f"unclaiming: {lock}\nBuild URL: {url}")
        if commit is None:
            self.ledger.missed(claim, build.id)
            return None
        self.ledger.released(commit, claim)
        self.atc.put(build.id, "env", {"ref": commit})
        return commit

    def _people_press_buttons(self) -> None:
        if GATE in self._jobs and self.dice.random() < 0.7:
            time.sleep(self.dice.random() * LONG_STEP)  # nobody looks at the pipeline for a while
            self._start_job(GATE)

    def _start_job(self, job: str) -> Build:
        """Trigger a job; of the claiming one, wait until it has started. One without inputs stays pending."""
        number = int(self.atc.trigger(self._pipeline, job)["id"])
        build = self.atc.build(number)
        until = time.monotonic() + PATIENCE
        while job == CLAIM and build.status == "pending":
            assert time.monotonic() < until, f"build {number} never started"
            time.sleep(0.003)
        if job == GATE:
            self._settle_gate(build)
        return build

    def _settle_gate(self, build: Build) -> None:
        """A gate that has nothing to take would wait for ever: abort it."""
        until = time.monotonic() + 0.3
        while build.status == "pending" and time.monotonic() < until:
            time.sleep(0.01)
        with self.atc.world.lock:
            if build.status == "pending":
                self.atc.abort(build.id)

    def _how_it_ends(self, mostly: float = 0.7) -> str:
        if self.dice.random() < mostly:
            return "succeeded"
        return self.dice.choice(["failed", "errored", "aborted", "lost", "zombie"])

    def _work(self, times: int = 1) -> None:
        """Let a moment pass; now and then a long one, in which cleaners come by."""
        long = self.dice.random() < 0.06 and not self.well_behaved
        time.sleep(self.dice.random() * (LONG_STEP if long else STEP * times))

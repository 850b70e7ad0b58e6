# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline of one team in Concourse: its builds, and what its workers do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ....atc import Emulator
from ....atc.world.entities import Build
from .pipelines import CLAIM, GATE, Config, pipeline, takes_every_version

TIMEOUT = 60.0
LONGEST_AT_THE_GATE = 1.5  # seconds; by then Concourse has started what can be started


@dataclass
class TeamPipeline:
    """The pipeline of a team. `played` are the builds that a worker has run."""

    atc: Emulator
    team: str
    pool: str
    shape: Sequence[Config]
    played: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.atc.set_pipeline(self._pipeline, pipeline(list(self.shape), self.pool))

    @property
    def jobs(self) -> list[str]:
        return [str(job["name"]) for job in self.shape]

    @property
    def may_rerun(self) -> bool:
        return not any(takes_every_version(job) for job in self.shape)

    @property
    def _pipeline(self) -> str:
        return f"main/{self.team}"

    def start(self, job: str) -> Build:
        """Start a build; wait until a claiming one has started. One without inputs stays pending."""
        number = int(self.atc.trigger(self._pipeline, job)["id"])
        build = self.atc.build(number)
        until = time.monotonic() + TIMEOUT
        while job == CLAIM and build.status == "pending":
            assert time.monotonic() < until, f"build {number} never started"
            time.sleep(0.003)
        if job == GATE:
            self._settle_gate(build)
        return build

    def unplayed(self) -> list[Build]:
        """Return the builds of the later jobs that are pending or wait for a worker."""
        with self.atc.world.lock:
            mine = self.atc.pipeline(self._pipeline)
            jobs = {job.id for job in self.atc.world.jobs_of(mine) if job.name != CLAIM}
            return [
                build
                for build in self.atc.world.builds.values()
                if build.job_id in jobs and build.status in ("pending", "started") and build.id not in self.played
            ]

    def job_of(self, build: Build) -> str:
        return self.atc.world.jobs[build.job_id or 0].name

    def path(self, build: Build) -> str:
        """Return the API path of a claiming build by its name."""
        return f"/api/v1/teams/main/pipelines/{self.team}/jobs/{CLAIM}/builds/{build.name}"

    def claim_message(self, build: Build, *, old_format: bool) -> Callable[[str], str]:
        """Return the message of a pool resource for a claim; the old format names no Concourse."""
        if old_format:
            return lambda lock: f"main/{self.team}/{CLAIM} build {build.name} claiming: {lock}"
        page = f"{self.atc.url}{self.path(build).removeprefix('/api/v1')}"
        return lambda lock: f"claiming: {lock}\nBuild URL: {page}"

    def record_claim(self, build: Build, lock: str, commit: str) -> None:
        """Save the outputs of the put steps of a claiming build."""
        self.atc.put(build.id, "env", {"ref": commit}, metadata={"lock_name": lock, "pool_name": self.pool})
        if any(step.get("put") == "bits" for step in self.shape[0]["plan"]):
            self.atc.put(build.id, "bits", {"ref": f"bits of {commit}"})

    def _settle_gate(self, build: Build) -> None:
        """Abort a gate build without inputs, which would wait for ever."""
        until = time.monotonic() + LONGEST_AT_THE_GATE
        while build.status == "pending" and time.monotonic() < until:
            time.sleep(0.01)
        with self.atc.world.lock:
            if build.status == "pending":
                self.atc.abort(build.id)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline of one team in Concourse: its builds, and what its workers do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .....atc import Emulator
from .....atc.world.entities import Build, Job, Pipeline
from .pipelines import CLAIM, GATE, Config, claiming_steps, pipeline, takes_every_version

TIMEOUT = 60.0
LONGEST_AT_THE_GATE = 1.5  # seconds; by then Concourse has started what can be started
AN_HOUR = 3600


@dataclass
class TeamPipeline:
    """The pipeline of a team, whatever its name and the names of its jobs are by now.

    A job keeps its part in the team's work, such as CLAIM, for which `jobs` are known here. `played` are the builds
    that a worker has run, `presses` the times at which people started builds of the gate.
    """

    atc: Emulator
    team: str
    pool: str
    shape: Sequence[Config]
    name: str = ""
    presses: dict[int, float] = field(default_factory=dict)
    played: set[int] = field(default_factory=set)
    _parts: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.make_anew(self.team)

    def make_anew(self, name: str) -> None:
        """Work with a new pipeline; the builds of the one so far are not played any more."""
        self.name = name
        self.configure(pipeline(list(self.shape), self.pool))
        self.let_an_hour_pass()

    def configure(self, config: Config) -> None:
        """Set the pipeline; a new job has the part of its name, or claims instead of the former one."""
        with self.atc.world.lock:
            self.atc.set_pipeline(self.reference, config)
            for job in self._active_jobs():
                self._parts.setdefault(job.id, job.name if job.name in self.jobs else CLAIM)

    def let_an_hour_pass(self) -> None:
        """Let the last change of the configuration be an hour ago, and all that comes of it have happened."""
        with self.atc.world.lock:
            self.atc.schedule()
            self.found.last_updated = min(self.found.last_updated, self.atc.world.clock.now() - AN_HOUR)

    @property
    def jobs(self) -> list[str]:
        return [str(job["name"]) for job in self.shape]

    @property
    def claiming_steps(self) -> list[str]:
        """The put steps that claim a lock."""
        return claiming_steps(self.shape[0])

    @property
    def has_queue(self) -> bool:
        """Whether a job takes every version in turn."""
        return any(takes_every_version(job) for job in self.shape)

    @property
    def may_rerun(self) -> bool:
        return not self.has_queue

    @property
    def reference(self) -> str:
        return f"main/{self.name}"

    @property
    def found(self) -> Pipeline:
        return self.atc.pipeline(self.reference)

    @property
    def has_stopped(self) -> bool:
        """Whether a job with `version: every` is offered a version again that it had, and so starts no more builds.

        It happens if a later build claims first: the job continues from the newest version that it had
        (atc/db/versions_db.go: LatestBuildUsingLatestVersion).
        """
        with self.atc.world.lock:
            self.atc.schedule()
            return any(job.schedule_requested and not job.has_new_inputs for job in self._active_jobs())

    def job(self, part: str) -> Job:
        """Return the job that has a part now."""
        return next(job for job in self._active_jobs() if self._parts[job.id] == part)

    def start(self, part: str) -> Build:
        """Start a build; wait until a claiming one has started. One without inputs stays pending."""
        with self.atc.world.lock:
            number = int(self.atc.trigger(self.reference, self.job(part).name)["id"])
            build = self.atc.build(number)
            if part == GATE:
                self.presses[number] = time.time()
        until = time.monotonic() + TIMEOUT
        while part == CLAIM and build.status == "pending":
            assert time.monotonic() < until, f"build {number} never started"
            time.sleep(0.003)
        if part == GATE:
            self._settle_gate(build)
        return build

    def unplayed(self) -> list[Build]:
        """Return the builds of the later jobs that wait for a worker, or are pending and can start."""
        with self.atc.world.lock:
            jobs = {job.id: job for job in self._active_jobs() if self._parts[job.id] != CLAIM}
            builds = [build for build in self.atc.world.builds.values() if build.job_id in jobs]
            return [
                build for build in builds if build.id not in self.played and _goes_on(build, jobs[build.job_id or 0])
            ]

    def part_of(self, build: Build) -> str:
        return self._parts[build.job_id or 0]

    def path(self, build: Build) -> str:
        """Return the API path of a claiming build by its name."""
        job = self.atc.world.jobs[build.job_id or 0]
        return f"/api/v1/teams/main/pipelines/{self.name}/jobs/{job.name}/builds/{build.name}"

    def claim_message(self, build: Build, form: str) -> Callable[[str], str]:
        """Return the message of a pool resource for a claim; the `old` form names no Concourse, `unnamed` no build."""
        _api, _version, _teams, _team, _pipelines, name, _jobs, job, _builds, number = self.path(build).split("/")[1:]
        if form == "old":
            return lambda lock: f"main/{name}/{job} build {number} claiming: {lock}"
        page = "" if form == "unnamed" else f"{self.atc.url}{self.path(build).removeprefix('/api/v1')}"
        return lambda lock: f"claiming: {lock}\nBuild URL: {page}"

    def record_claim(self, build: Build, step: str, lock: str, commit: str) -> None:
        """Save the output of the put step of a claiming build, and of the one beside it."""
        self.atc.put(build.id, step, {"ref": commit}, metadata={"lock_name": lock, "pool_name": self.pool})
        if any(step.get("put") == "bits" for step in self.shape[0]["plan"]):
            self.atc.put(build.id, "bits", {"ref": f"bits of {commit}"})

    def _active_jobs(self) -> list[Job]:
        return self.atc.world.jobs_of(self.found)

    def _settle_gate(self, build: Build) -> None:
        """Abort a gate build without inputs, which would wait forever."""
        until = time.monotonic() + LONGEST_AT_THE_GATE
        while build.status == "pending" and time.monotonic() < until:
            time.sleep(0.01)
        with self.atc.world.lock:
            self.atc.schedule()
            if build.status == "pending":
                self.atc.abort(build.id)


def _goes_on(build: Build, job: Job) -> bool:
    """Return whether a build runs or will run; without inputs, as after a change, it waits for the next claim."""
    if build.status == "pending":
        return job.inputs_determined or build.rerun_of is not None
    return build.status == "started"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories on the emulator: builds claim locks, others continue with them, and people change names."""

from __future__ import annotations

import contextlib
from random import Random
from typing import Any

from ....plugins.module_utils._core.claim.claim import Claim
from ...atc import Emulator
from .in_process import ADDRESS

ENDED = ["succeeded", "succeeded", "succeeded", "succeeded", "failed", "errored", "aborted"]


class History:
    """Two pipelines, and what their builds do."""

    def __init__(self, random: Random, atc: Emulator) -> None:
        self.random = random
        self.atc = atc
        self.claims: dict[str, Claim] = {}
        self.sources = 0
        self._configs: dict[str, dict[str, Any]] = {}

    def configure(self) -> None:
        """Set two pipelines with jobs of the same names, of a random shape."""
        for pipeline in ("main/flow", "main/other"):
            self._configs[pipeline] = random_config(self.random)
            self.atc.set_pipeline(pipeline, self._configs[pipeline])

    def claim(self) -> None:
        """Let a build claim a lock, or two; it succeeds, fails or continues."""
        self._new_source()
        pipeline = "main/flow" if self.random.random() < 0.8 else "main/other"
        status = self.random.choice([*ENDED, "succeeded", "succeeded", "started"])
        commits = [f"{len(self.claims) + number:040x}" for number in range(1, 2 + (self.random.random() < 0.2))]
        steps = [step["put"] for step in self._plan(pipeline, "claim") if "put" in step]
        self._wait(60)
        is_listed = status in ("succeeded", "started") or self.random.random() < 0.5
        with contextlib.suppress(ValueError):
            build = self.atc.record_build(pipeline, "claim", status="started")
            claimed_at = int(self.atc.advance_time(10))
            for commit, step in zip(commits, steps, strict=False):
                if is_listed:
                    self.atc.put(build["id"], step, {"ref": commit})
                url = f"{ADDRESS}/teams/main/pipelines/{pipeline.partition('/')[2]}/jobs/claim/builds/{build['name']}"
                name = f"env-{len(self.claims) + 1}"
                self.claims[name] = Claim(commit, claimed_at, "CI Pool Resource", f"claiming: {name}\nBuild URL: {url}")
            self._wait(60)
            if status != "started":
                self.atc.finish(build["id"], status)

    def go_on(self) -> None:
        """Let a job after the claim start, end or be repeated; or pause one."""
        self._wait(30)
        pipeline = "main/flow" if self.random.random() < 0.8 else "main/other"
        jobs = [job["name"] for job in self._configs[pipeline]["jobs"] if job["name"] != "claim"]
        builds = self.atc.list_builds(pipeline=pipeline)
        match self.random.randrange(10):
            case 0 | 1 | 2 | 3:
                with contextlib.suppress(ValueError):
                    self.atc.trigger(pipeline, self.random.choice(jobs))
            case 4 | 5 | 6 | 7:
                active = [one for one in builds if one["status"] == "started" and one["job_name"] != "claim"]
                if active:
                    self._end(self.random.choice(active), pipeline)
            case 8:
                ended = [one for one in builds if one["status"] in ENDED]
                if ended:
                    with contextlib.suppress(ValueError):
                        self.atc.rerun(self.random.choice(ended)["id"])
            case 9:
                self.atc.pause_job(pipeline, self.random.choice(jobs))

    def change_names(self) -> None:
        """Rename the pipeline or the claiming job, or take the job out."""
        match self.random.randrange(3):
            case 0:
                self.atc.rename_pipeline("main/flow", "renamed")
            case 1:
                self.atc.rename_job("main/flow", "claim", "take")
            case 2:
                self.atc.remove_job("main/flow", "claim")

    @property
    def config(self) -> dict[str, Any]:
        return self._configs["main/flow"]

    def end_all(self) -> None:
        """End all builds, and those that start when others end."""
        while active := self._active_builds():
            for build in active:
                self.atc.finish(build["id"], "failed" if build["status"] == "started" else "aborted")

    def _active_builds(self) -> list[dict[str, Any]]:
        builds = [build for pipeline in self._configs for build in self.atc.list_builds(pipeline=pipeline)]
        return [build for build in builds if build["status"] in ("pending", "started")]

    def _end(self, build: dict[str, Any], pipeline: str) -> None:
        for step in self._plan(pipeline, build["job_name"]):
            if "put" in step and self.random.random() < 0.7:
                self.sources += 1
                self.atc.put(build["id"], step["put"], {"ref": f"{10_000 + self.sources:040x}"})
        self.atc.finish(build["id"], self.random.choice(ENDED))

    def _new_source(self) -> None:
        self.sources += 1
        for pipeline in ("main/flow", "main/other"):
            self.atc.save_version(pipeline, "src", {"ref": f"{20_000 + self.sources:040x}"})

    def _wait(self, seconds: int) -> float:
        return self.atc.advance_time(self.random.randint(seconds // 2, seconds))

    def _plan(self, pipeline: str, job: str) -> list[dict[str, Any]]:
        return next(one["plan"] for one in self._configs[pipeline]["jobs"] if one["name"] == job)


def random_config(random: Random) -> dict[str, Any]:
    """Return a chain of jobs: each depends on one before it by the lock or by `src`, and the last releases it."""
    names = ["claim", *random.sample(["gate", "use", "test"], random.randint(0, 3)), "release"]
    step = random.choice(["envs", "taken"])
    claim = [{"get": "src", "trigger": random.random() < 0.3}, {"put": step, "resource": "envs"}]
    if random.random() < 0.3:
        claim.append({"put": "second", "resource": "envs"})
    jobs: list[dict[str, Any]] = [{"name": "claim", "plan": claim}]
    for place, name in enumerate(names[1:], start=1):
        plan: list[dict[str, Any]] = []
        before = [names[place - 1] if random.random() < 0.8 else random.choice(names[:place])]
        trigger = random.random() < 0.5
        by_lock = random.random() < 0.6
        if by_lock or random.random() < 0.4:
            held = {"get": random.choice(["envs", "held"]), "resource": "envs", "trigger": trigger}
            plan.append(held | ({"passed": before} if by_lock else {}))
        if not by_lock or random.random() < 0.3:
            plan.append({"get": "src", "passed": before, "trigger": trigger})
        if name == "release":
            plan.append({"put": "envs"})
        jobs.append({"name": name, "plan": plan})
    resources = [
        {"name": "envs", "type": "pool", "source": {"uri": "git@host:locks.git"}},
        {"name": "src", "type": "git", "source": {"uri": "git@host:src.git"}},
    ]
    return {"resources": resources, "jobs": jobs}

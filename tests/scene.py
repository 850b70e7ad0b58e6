# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse and its lock repository for the demo and the tests; a build's actions change both."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from .atc import Emulator
from .lockrepo import LockRepository


class Scene:
    """`with Scene(folder) as scene:` starts an emulator at `scene.atc` and an empty lock repository at `scene.locks`.

    `now` is the time of the scene in seconds since 1970, UTC; it is the emulator's time and the time of all commits.
    """

    def __init__(self, folder: Path, *, now: int) -> None:
        self.atc = Emulator()
        self.locks = LockRepository(folder / "locks.git")
        self.now = now

    def __enter__(self) -> Self:
        self.atc.__enter__()
        self.atc.set_time(self.now)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.atc.__exit__(kind, error, trace)

    @property
    def repo(self) -> str:
        """The address of the lock repository."""
        return f"file://{self.locks.path}"

    def wait(self, seconds: int) -> None:
        """Advance the time."""
        self.now += seconds
        self.atc.set_time(self.now)
        self.atc.schedule()

    def start(self, pipeline: str, job: str) -> int:
        """Start a build of `team/pipeline` and return its id."""
        build = int(self.atc.trigger(pipeline, job)["id"])
        self.atc.schedule()
        return build

    def running(self, job: str) -> int:
        """Return the id of the only running build of a job."""
        (build,) = self.atc.list_builds(job=job, status="started")
        return int(build["id"])

    def claim(self, build: int, step: str, lock: str) -> str:
        """Claim `pool/lock` by a build's put step, as the pool resource 1.8 does; return the commit."""
        pool, _separator, name = lock.rpartition("/")
        message = f"claiming: {name}\nBuild URL: {self.page(build)} "
        commit = self.locks.claim(pool, name, message=message, at=self.now)
        self.atc.put(build, step, {"ref": commit}, metadata={"lock_name": name, "pool_name": pool})
        return commit

    def release(self, build: int, step: str, lock: str) -> str:
        """Release `pool/lock` by a build's put step; return the commit."""
        pool, _separator, name = lock.rpartition("/")
        message = f"unclaiming: {name}\nBuild URL: {self.page(build)} "
        commit = self.locks.release(pool, name, message=message, at=self.now)
        self.atc.put(build, step, {"ref": commit}, metadata={"lock_name": name, "pool_name": pool})
        return commit

    def finish(self, build: int, status: str) -> None:
        """Finish a build; waiting builds may start."""
        self.atc.finish(build, status)
        self.atc.schedule()

    def page(self, build: int) -> str:
        """Return the address of a build's page, as Concourse passes it to the build's resources."""
        one = next(found for found in self.atc.list_builds() if found["id"] == build)
        names = f"teams/{one['team_name']}/pipelines/{one['pipeline_name']}/jobs/{one['job_name']}"
        return f"{self.atc.url}/{names}/builds/{one['name']}"

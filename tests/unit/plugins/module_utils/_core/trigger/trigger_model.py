# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse and a lock repository in memory, in which others act between any two requests of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildResources,
    BuildStatus,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    JobReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State, lock_path
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.move import Move
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.api import (
    JobState,
    PipelineState,
    Preparation,
    ResponseLost,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.job.builds import PAGE
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import TriggerPool
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import TriggerRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.reconcile import Reconcile
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerRun

NOW = 1_795_000_000
BASE = "https://ci.example.com"
PIPELINE = PipelineReference("main", "ci")
Response = TypeVar("Response")


class Killed(BaseException):
    """The process of the run is killed."""


@dataclass
class World:
    """Pools with their locks, and jobs with their builds; job `from-POOL` claims from POOL.

    `interrupt` is called with the name of each request, before and after it. `surplus` has, for each started build, how
    many builds too many there were at that time. `taken` counts the free locks that others took. `pipeline` is that of
    all jobs; `paused` is true if the jobs are.
    """

    now: int = NOW
    locks: dict[tuple[str, str], State] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    history: list[Move] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)
    interrupt: Callable[[str], None] = lambda _request: None
    taken: int = 0
    surplus: list[int] = field(default_factory=list)
    paused: bool = False
    pipeline: PipelineState = field(default_factory=PipelineState)

    def free(self, pool: str) -> list[str]:
        return sorted(name for (where, name), state in self.locks.items() if (where, state) == (pool, State.UNCLAIMED))

    def without_lock(self, pool: str) -> list[Build]:
        """The builds of the pool's job that can still claim."""
        return [one for one in self.of_job(f"from-{pool}") if one.is_active and one.id not in self.claimed]

    def of_job(self, job: str) -> list[Build]:
        return [build for build in self.builds if build.job == job]

    def move(self, pool: str, name: str, now: State | None, message: str = "by hand") -> None:
        """Make a commit that brings a lock into a state, None to remove it."""
        was = self.locks.pop((pool, name), None)
        commit = f"{len(self.history):040x}"
        moved = Move(commit, datetime.fromtimestamp(self.now, UTC), pool, name, was, now, "A <a@b>", message)
        self.history.append(moved)
        self.claims.pop((pool, name), None)
        if now is not None:
            self.locks[(pool, name)] = now
        if now is State.CLAIMED:
            self.claims[(pool, name)] = moved.claim

    def make_build(self, job: str) -> Build:
        number = len(self.of_job(job)) + 1
        build = Build(
            len(self.builds) + 1, str(number), BuildStatus.PENDING, "main", PIPELINE, job, created_by="pool-boy"
        )
        self.builds.append(build)
        return build

    def change(self, build: Build, status: BuildStatus) -> None:
        changed = replace(build, status=status)
        starts = status is BuildStatus.STARTED
        self.builds[build.id - 1] = (
            replace(changed, start_time=self.now) if starts else replace(changed, end_time=self.now)
        )

    def claim(self, build: Build, pool: str, name: str) -> None:
        url = f"{BASE}/teams/main/pipelines/ci/jobs/{build.job}/builds/{build.name}"
        self.move(pool, name, State.CLAIMED, f"claiming: {name}\nBuild URL: {url}")
        self.claimed.add(build.id)


@dataclass
class ModelJobApi:
    """JobApi and MoveHistory over a world. `lose` returns the fate of a POST: nothing, lost, or not carried out."""

    world: World
    lose: Callable[[], str] = lambda: "nothing"
    tip: int = 0

    def job(self, job: JobReference) -> JobState:
        def answer() -> JobState:
            active = [build.id for build in self.world.of_job(job.name) if build.is_active]
            return JobState(is_paused=self.world.paused, next_build=min(active, default=None))

        return self._respond("job", answer)

    def pipeline(self, job: JobReference) -> PipelineState:
        assert job.pipeline == PIPELINE
        return self._respond("pipeline", lambda: self.world.pipeline)

    def newest_builds(self, job: JobReference, limit: int) -> tuple[Build, ...]:
        assert limit >= PAGE
        return self._respond("builds", lambda: tuple(self.world.of_job(job.name)[::-1][:limit]))

    def builds_since(self, job: JobReference, build_id: int) -> tuple[Build, ...]:
        return self._respond("builds", lambda: tuple(one for one in self.world.of_job(job.name) if one.id >= build_id))

    def preparation(self, build: Build) -> Preparation:
        return self._respond("preparation", Preparation)

    def resources(self, build: Build) -> BuildResources:
        raise AssertionError("every claim here names its build")

    def names_this_concourse(self, base: str) -> bool:
        return base == BASE

    def is_ours(self, build: Build) -> bool:
        return build.created_by == "pool-boy"

    def check(self, job: JobReference, resource: str) -> None:
        raise AssertionError("no check was asked for")

    def page(self, job: JobReference, build: Build) -> str:
        return f"{BASE}/{quote(job.name)}/{build.name}"

    def job_page(self, job: JobReference) -> str:
        return f"{job}"

    def start(self, job: JobReference) -> Build:
        what = self.lose()

        def answer() -> Build | None:
            if what == "not carried out":
                return None
            build = self.world.make_build(job.name)
            pool = job.name.removeprefix("from-")
            self.world.surplus.append(
                len(self.world.without_lock(pool)) - len(self.world.free(pool)) - self.world.taken
            )
            return build

        build = self._respond("start", answer)
        if build is None or what == "lost":
            raise ResponseLost("the connection was cut")
        return build

    def snapshot(self) -> Snapshot:
        def answer() -> Snapshot:
            world = self.world
            self.tip = len(world.history)
            locks = tuple(Lock(pool, name, state) for (pool, name), state in sorted(world.locks.items()))
            claims = {lock_path(pool, State.CLAIMED, name): claim for (pool, name), claim in world.claims.items()}
            pools = tuple(sorted({move.pool for move in world.history}))
            return Snapshot(f"{self.tip:040x}", "main", pools, locks, claims)

        return self._respond("snapshot", answer)

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        known = self.world.history[: self.tip]
        return tuple(move for move in known if move.time >= since and move.pool in pools)

    def _respond(self, request: str, answer: Callable[[], Response]) -> Response:
        self.world.interrupt(request)
        response = answer()
        self.world.interrupt(request)
        return response


def run_of(job_api: ModelJobApi, *pools: str, max_triggers: int = 100, dry_run: bool = False) -> TriggerRun:
    """Return a run for some pools, each with its job."""
    chosen = [TriggerPool(pool, JobReference(PIPELINE, f"from-{pool}")) for pool in pools]
    rules = TriggerRules(max_triggers=max_triggers)
    return TriggerRun(job_api, job_api, chosen, rules, Reconcile(), "main", lambda: job_api.world.now, print, dry_run)


def run_to_end(job_api: ModelJobApi, *pools: str, **options: Any) -> TriggerRun:
    """Return a run that has fetched and started everything."""
    run = run_of(job_api, *pools, **options)
    run.fetch()
    run.start_builds()
    return run

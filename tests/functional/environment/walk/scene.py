# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene of the guides: the lock repository, the Concourse and the files that their examples name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.demo.story import HOUR, LENGTH, simulate_day
from ansible_collections.poolboy.concourse.tests.lockrepo.git_command import git
from ansible_collections.poolboy.concourse.tests.scene import Scene

_DAY = 24 * HOUR
_PIPELINE = """
resources:
  - {{name: pool, type: pool, source: {{uri: "file:///locks.git", branch: main, pool: {pool}}}}}
jobs:
"""
_JOB = "  - {{name: {job}, plan: [{{put: pool, params: {{acquire: true}}}}]}}\n"
# The pipelines that the examples name, with their jobs.
_PIPELINES = {
    "deploy": ("aws", ["claim-aws", "claim-gcp"]),
    "environments": ("gcp", ["claim-aws", "claim-fresh", "rebuild"]),
}
_WITH_ADDRESS = ("env-4", "env-5", "precious-1")


@contextmanager
def guide_scene(folder: Path, now: int) -> Iterator[Scene]:
    """Yield the scene; it ends at `now`, in seconds since 1970, UTC. To the pools of the demo it adds these:

    | pool      | locks                                                                       |
    | gcp       | vm-1 failed, vm-2 errored, both two days ago; vm-3 is free                  |
    | azure     | az-1 claimed two days ago, az-2 now, both by builds                         |
    | cf/broken | none; cf/destroy neither                                                    |
    | aws       | precious-1 is free, and so are env-4 and env-5; these three have an address     |
    """
    with Scene(folder, now=now - LENGTH - 2 * _DAY) as scene:
        scene.atc.set_team("main", {})
        for name, (pool, jobs) in _PIPELINES.items():
            text = _PIPELINE.format(pool=pool) + "".join(_JOB.format(job=job) for job in jobs)
            scene.atc.set_pipeline(f"main/{name}", text)
            scene.atc.set_pipeline(f"main/{name}", text, instance_vars={"cloud": "aws"})
        for lock in ("gcp/vm-1", "gcp/vm-2", "gcp/vm-3", "azure/az-1", "azure/az-2"):
            pool, _slash, lock_name = lock.partition("/")
            scene.locks.add(pool, lock_name, at=scene.now)
        for pool in ("cf/broken", "cf/destroy"):
            scene.locks.add_pool(pool, at=scene.now)
        for lock, status in (("gcp/vm-1", "failed"), ("gcp/vm-2", "errored"), ("azure/az-1", "succeeded")):
            _claim_and_finish(scene, lock, status)
        scene.wait(2 * _DAY - 3 * 60)
        simulate_day(scene)
        _claim_and_finish(scene, "azure/az-2", "succeeded")
        scene.locks.commit(
            {f"aws/unclaimed/{lock}": f"url: https://{lock}.example.com\n" for lock in _WITH_ADDRESS},
            message="addresses",
        )
        scene.atc.follow_wall_clock()
        yield scene
        assert scene.atc.server.errors == []


def claim_of(scene: Scene, lock: str) -> str:
    """Return the first digits of the commit that claims `pool/lock`."""
    pool, _slash, name = lock.rpartition("/")
    commit = git("log", "-1", "--format=%H", "--", f"{pool}/claimed/{name}", folder=scene.locks.path)
    return commit.decode().strip()[:8]


def _claim_and_finish(scene: Scene, lock: str, status: str) -> None:
    build = scene.start("main/environments", "claim-aws")
    scene.claim(build, "pool", lock)
    scene.wait(60)
    scene.finish(build, status)

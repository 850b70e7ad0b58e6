# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(c) Many claims by different builds and a slow Concourse: parallel requests against serial ones."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import CONNECTIONS, ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import ParallelMap, judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName

from ...servers.processes import start, stop
from ..finding import Finding
from ..pairs import alternate, timed
from ..workshop import Workshop

GOAL = 1 / 8
POOL = "aws"
PASSWORD = "bench"
CONFIG = {
    "resources": [{"name": "lock", "type": "pool", "source": {"uri": "file:///locks.git"}}],
    "jobs": [{"name": "claim", "plan": [{"put": "lock"}]}],
}


def measure(workshop: Workshop) -> Iterator[Finding]:
    sizes = workshop.sizes
    with _concourse(workshop.fresh_path("concourse"), builds=sizes.builds, latency=sizes.latency) as url:
        snapshot = _claimed(sizes.builds, url)
        pairs = alternate(
            partial(timed, _judge_at_once, snapshot, url),
            partial(timed, _judge_one_by_one, snapshot, url),
            pairs=sizes.build_pairs,
            warm_up=0,  # the second of each pair takes half a minute
        )
    yield Finding(
        bench="c",
        what=f"{sizes.builds} builds at {sizes.latency * 1000:g} ms, against serial requests",
        values=pairs.ratios,
        goal=GOAL,
        ours=pairs.ours,
        theirs=pairs.theirs,
    )


@contextmanager
def _concourse(folder: Path, *, builds: int, latency: float) -> Iterator[str]:
    """Yield the URL of an emulator in a separate process, so that it does not share the measured interpreter."""
    folder.mkdir()
    since = time.time() - 60
    world = {
        "users": {"pool-boy": PASSWORD},
        "teams": {"main": {"viewer": ["local:pool-boy"]}},
        "pipelines": [{"pipeline": "main/flow", "config": CONFIG}],
        "builds": [{"pipeline": "main/flow", "job": "claim", "status": "started", "started": since}] * builds,
        "story": [{"change_settings": {"latency": latency}}],
    }
    (folder / "world.json").write_text(json.dumps(world))
    package = __package__.rsplit(".", 2)[0]
    command = [sys.executable, "-m", f"{package}.atc", "--world", str(folder / "world.json")]
    log = folder / "log"
    process = start(command, log_file=log, ready_line="http://")
    try:
        yield log.read_text().strip()
    finally:
        stop(process)


def _claimed(count: int, url: str) -> Snapshot:
    """Return a snapshot of locks, each claimed by a different build."""
    now = int(time.time())
    locks = tuple(Lock(POOL, f"env-{number}", State.CLAIMED) for number in range(1, count + 1))
    page = f"{url}/teams/main/pipelines/flow/jobs/claim/builds"
    claims = {
        lock.path: Claim(
            f"{number:040x}", now, "git <git@localhost>", f"claiming: {lock.name}\nBuild URL: {page}/{number} "
        )
        for number, lock in enumerate(locks, start=1)
    }
    return Snapshot("f" * 40, "main", (POOL,), locks, claims)


def _judge_at_once(snapshot: Snapshot, url: str) -> None:
    with _client(url) as concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
        _judge(snapshot, concourse, threads.map)


def _judge_one_by_one(snapshot: Snapshot, url: str) -> None:
    with _client(url) as concourse:
        _judge(snapshot, concourse, map)


def _judge(snapshot: Snapshot, concourse: ConcourseClient, each: ParallelMap) -> None:
    """Judge all locks and check that each is in use."""
    judged = judge_locks(
        snapshot.locks, snapshot, [PoolOption(POOL, PoolPolicy())], concourse.queries(), now=int(time.time()), each=each
    )
    wrong = [lock.verdict for lock in judged if lock.verdict.name is not VerdictName.RUNNING]
    if wrong:
        raise RuntimeError(f"a lock of a running build was judged {wrong[0].name}: {wrong[0].reason}")


def _client(url: str) -> ConcourseClient:
    return ConcourseClient(ConcourseOptions(url=url, username="pool-boy", password=PASSWORD))

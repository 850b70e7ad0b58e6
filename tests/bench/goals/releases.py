# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(h) Releasing 200 of 2,000 locks, against two cleans without releases and one plain `git push` of the same commits.

Without a Concourse, whose requests are measured in (c). `force` names the locks; all others are kept.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import CleanRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock, judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import DEFAULT_POLICIES as DEFAULTS
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    Policy,
    PoolPolicy,
    read_policies,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.writer import RepositoryWriter
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.lock_commits import RELEASES

from ...lockrepo.git_command import git, git_environment
from ..finding import Finding
from ..look_process import COLLECTIONS
from ..pairs import alternate, timed
from ..repositories import Generated
from ..workshop import Transport, Workshop

GOAL = 1.0
RELEASED = 200
MODULE = "ansible_collections.poolboy.concourse.plugins.modules.concourse_pool_clean"
KEEP_ALL = {name.value: Policy.KEEP.value for name in DEFAULTS}

Clean = Callable[[Path, Sequence[str]], None]


@dataclass(frozen=True)
class _ReleaseTarget:
    """A repository that is reset after each release; `warm` is a filled cache, `last` the pushed commit."""

    workshop: Workshop
    repository: Generated
    transport: Transport
    warm: Path

    def cache(self) -> Path:
        path = self.workshop.fresh_path("cache")
        shutil.copytree(self.warm, path)
        return path

    def put_back(self) -> None:
        git("update-ref", "refs/heads/main", self.repository.head, folder=self.repository.path)

    def tip(self) -> str:
        return git("rev-parse", "refs/heads/main", folder=self.repository.path).decode().strip()


def measure(workshop: Workshop) -> Iterator[Finding]:
    repository = workshop.repository(workshop.sizes.long_history)
    paths = sorted(repository.claims)[: min(RELEASED, len(repository.claims) // 2)]
    for transport in workshop.transports():
        warm = workshop.fresh_path("warm")
        target = _ReleaseTarget(workshop, repository, transport, warm)
        ways = (
            ("in process", GOAL, partial(_in_process, target), workshop.sizes.short_pairs),
            ("whole process", None, partial(_whole_process, target), workshop.sizes.short_pairs),
        )
        _in_process(target, warm, ())
        for how, goal, clean, count in ways:
            yield _compare(target, how, goal, clean, paths, count)


def _compare(
    target: _ReleaseTarget, how: str, goal: float | None, clean: Clean, paths: Sequence[str], count: int
) -> Finding:
    nothing: list[float] = []
    pushed: list[float] = []

    def release() -> float:
        cache = target.cache()
        seconds = timed(clean, cache, paths)
        if (made := _commits(target)) < len(paths):
            raise RuntimeError(f"{made} commits were pushed to release {len(paths)} locks")
        # Push the commits of the run again with plain git.
        (mirror,) = cache.glob("*/mirror.git")
        last = target.tip()
        target.put_back()
        pushed.append(timed(_push, target, mirror, last))
        target.put_back()
        return seconds

    def find_nothing() -> float:
        nothing.append(timed(clean, target.warm, ()))
        return 2 * nothing[-1] + pushed[-1]

    pairs = alternate(release, find_nothing, pairs=count, warm_up=1)
    return Finding(
        bench="h",
        what=f"releasing {len(paths)} locks, {target.transport.name}, {how}, against 2 idle cleans + 1 push",
        values=pairs.ratios,
        goal=goal,
        ours=pairs.ours,
        theirs=pairs.theirs,
        details={"idle_clean_seconds": _median(nothing), "push_seconds": _median(pushed)},
    )


def _in_process(target: _ReleaseTarget, cache: Path, paths: Sequence[str]) -> None:
    """Run the module's code without the start of Python and Ansible's wrapper."""
    options = {"repo": target.transport.url(target.repository), "cache_dir": str(cache), **target.transport.options}
    policy = PoolPolicy(read_policies(KEEP_ALL, DEFAULTS))
    with LockRepository(RepositoryOptions(**options)) as opened:
        snapshot = opened.snapshot()
        pools = [PoolOption(name, policy) for name in snapshot.pools]
        rules = CleanRules(force=_force(target.repository, paths), max_releases=RELEASED)
        clocks = (lambda: int(time.time()), time.monotonic)
        cleaning = CleanRun(snapshot, pools, rules, _judge, *clocks, run_id=secrets.token_hex(4))
        cleaning.decide()
        cleaning.push_releases(RepositoryWriter(opened, parse_author(DEFAULT_AUTHOR), RELEASES), PushRetry)
    if len(cleaning.released) != len(paths):
        raise RuntimeError(f"{len(cleaning.released)} locks were released instead of {len(paths)}")


def _judge(
    locks: Sequence[Lock], snapshot: Snapshot, pools: Sequence[PoolOption], **_limit: float | None
) -> tuple[JudgedLock, ...]:
    return judge_locks(locks, snapshot, pools, None, now=int(time.time()))


def _whole_process(target: _ReleaseTarget, cache: Path, paths: Sequence[str]) -> None:
    """Run the module as Ansible starts it."""
    options: dict[str, Any] = {
        "repo": target.transport.url(target.repository),
        "cache_dir": str(cache),
        "pools": sorted({path.split("/claimed/")[0] for path in target.repository.claims}),
        "policy": KEEP_ALL,
        "max_releases": RELEASED,
        "force": [{"lock": lock, "commit": at} for lock, at in _force(target.repository, paths).items()],
        **target.transport.options,
    }
    environment = {**git_environment(), "PYTHONPATH": str(COLLECTIONS)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    given = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    done = subprocess.run(
        [sys.executable, "-m", MODULE], input=given, capture_output=True, text=True, check=False, env=environment
    )
    result = json.loads(done.stdout)
    if result.get("failed") or len(result["released"]) != len(paths):
        raise RuntimeError(f"the module did not release {len(paths)} locks: {result.get('msg')}")


def _force(repository: Generated, paths: Sequence[str]) -> dict[str, str]:
    return {path.replace("/claimed/", "/"): repository.claims[path] for path in paths}


def _push(target: _ReleaseTarget, mirror: Path, commit: str) -> None:
    what = (target.transport.url(target.repository), f"{commit}:refs/heads/main")
    subprocess.run(["git", "push", "--quiet", *what], cwd=mirror, check=True, env=target.transport.environment)


def _commits(target: _ReleaseTarget) -> int:
    since = f"{target.repository.head}..refs/heads/main"
    return int(git("rev-list", "--count", since, folder=target.repository.path))


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]

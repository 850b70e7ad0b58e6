# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(j) A claim: warm, against `git ls-remote` and `git push`; cold, against a script that clones, moves and pushes."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.claim import plan_claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    LockRequest,
    WantedState,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import ChangePlan
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.run import LockRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot, WantedPools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.lock_store import GitLockStore
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository

from ...lockrepo.git_command import git, git_text
from ..finding import Finding
from ..pairs import alternate, timed
from ..repositories import Generated
from ..sizes import Shape
from ..workshop import Transport, Workshop

RUN_ID = "0badcafe"


@dataclass(frozen=True)
class _ClaimTarget:
    """A repository that is reset after each claim; `pool` is the one with the most claims."""

    workshop: Workshop
    repository: Generated
    transport: Transport
    pool: str

    @property
    def url(self) -> str:
        return self.transport.url(self.repository)

    def cache(self, warm: Path | None) -> Path:
        path = self.workshop.fresh_path("cache")
        if warm is not None:
            shutil.copytree(warm, path)
        return path

    def put_back(self) -> str:
        """Reset the branch; return the commit that it was at."""
        tip = git_text("rev-parse", "refs/heads/main", folder=self.repository.path)
        git("update-ref", "refs/heads/main", self.repository.head, folder=self.repository.path)
        return tip


def measure(workshop: Workshop) -> Iterator[Finding]:
    for transport in workshop.transports():
        for shape in (workshop.sizes.short_history, workshop.sizes.long_history):
            yield _warm(_target(workshop, transport, shape), shape)
        yield _cold(_target(workshop, transport, workshop.sizes.long_history))


def _target(workshop: Workshop, transport: Transport, shape: Shape) -> _ClaimTarget:
    repository = workshop.repository(shape)
    pools = [pool for pool, _lock in repository.claimed]
    return _ClaimTarget(workshop, repository, transport, max(sorted(set(pools)), key=pools.count))


def _warm(target: _ClaimTarget, shape: Shape) -> Finding:
    warm = target.workshop.fresh_path("warm")
    _claim(target, warm)
    target.put_back()
    _look(target, warm)
    pushed: list[str] = []

    def ours() -> float:
        cache = target.cache(warm)
        seconds = timed(_claim, target, cache)
        pushed[:] = [str(next(cache.glob("*/mirror.git"))), target.put_back()]
        return seconds

    def theirs() -> float:
        seconds = timed(_ask_and_push, target, Path(pushed[0]), pushed[1])
        target.put_back()
        return seconds

    pairs = alternate(ours, theirs, pairs=target.workshop.sizes.short_pairs, warm_up=1)
    what = f"warm claim, {target.transport.name}, {shape.commits:,} commits, in process, against ls-remote + push"
    return Finding(bench="j", what=what, values=pairs.ratios, goal=None, ours=pairs.ours, theirs=pairs.theirs)


def _cold(target: _ClaimTarget) -> Finding:
    def ours() -> float:
        seconds = timed(_claim, target, target.cache(None))
        target.put_back()
        return seconds

    def theirs() -> float:
        seconds = timed(_clone_and_push, target, target.workshop.fresh_path("clone"))
        target.put_back()
        return seconds

    pairs = alternate(ours, theirs, pairs=target.workshop.sizes.pairs, warm_up=0)
    what = f"cold claim, {target.transport.name}, in process, against clone, git mv and push"
    return Finding(bench="j", what=what, values=pairs.ratios, goal=None, ours=pairs.ours, theirs=pairs.theirs)


def _claim(target: _ClaimTarget, cache: Path) -> None:
    """Run the module's code without the start of Python and Ansible's wrapper."""
    request = LockRequest(WantedState.CLAIMED, target.pool, owner="bench", until=Until(span=3600))
    with _open(target, cache) as opened:
        store = GitLockStore(opened, parse_author(DEFAULT_AUTHOR))

        def plan(snapshot: Snapshot, now: int) -> ChangePlan:
            return plan_claim(request, snapshot, now, RUN_ID, store.oldest_free)

        LockRun(store, plan, lambda: int(time.time())).carry_out(PushRetry, 0)
    if git_text("rev-parse", "refs/heads/main~1", folder=target.repository.path) != target.repository.head:
        raise RuntimeError(f"the claim did not add one commit to {target.repository.path.name}")


def _look(target: _ClaimTarget, cache: Path) -> None:
    with _open(target, cache) as opened:
        opened.snapshot()


def _open(target: _ClaimTarget, cache: Path) -> LockRepository:
    options = {"repo": target.url, "cache_dir": str(cache), **target.transport.options}
    return LockRepository(RepositoryOptions(**options), WantedPools(frozenset({target.pool})))


def _ask_and_push(target: _ClaimTarget, mirror: Path, commit: str) -> None:
    ask = ["git", "ls-remote", "--", target.url, "HEAD", "refs/heads/main"]
    subprocess.run(ask, check=True, stdout=subprocess.PIPE, env=target.transport.environment)
    push = ["git", "push", "--quiet", target.url, f"{commit}:refs/heads/main"]
    subprocess.run(push, cwd=mirror, check=True, env=target.transport.environment)


def _clone_and_push(target: _ClaimTarget, clone: Path) -> None:
    """Do what scripts do that people write by hand."""
    environment = target.transport.environment
    git("clone", "--quiet", "--", target.url, str(clone), environment=environment)
    folder = clone / target.pool
    lock = next(path.name for path in sorted((folder / "unclaimed").iterdir()) if not path.name.startswith("."))
    git("mv", f"{target.pool}/unclaimed/{lock}", f"{target.pool}/claimed/{lock}", folder=clone)
    author = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    git(*author, "commit", "--quiet", "-m", f"claiming: {lock}", folder=clone)
    git("push", "--quiet", "origin", "HEAD:refs/heads/main", folder=clone, environment=environment)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs release the same locks in the same second: only the one whose push was accepted reports them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.result import clean_result
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.run import CleanRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import RepositoryChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import PoolOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import Verdict, VerdictName
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.writer import RepositoryWriter
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import commits_since, open_repository
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository

RUNS = 3
NOW = 2_000_000_000
ERRORED = Verdict(VerdictName.ERRORED, "ci/work 6 errored and left it claimed", 1)
POOLS = [PoolOption("aws", PoolPolicy())]
HOLDER = Holder(HolderKind.BUILD, "ci/work 6", ())

Begin = Callable[[], tuple[CleanRun, RepositoryWriter[RepositoryChange]]]


@pytest.fixture
def locks(tmp_path: Path) -> LockRepository:
    """Pool `aws` with four claimed locks."""
    repository = LockRepository(tmp_path / "locks.git")
    for number in range(4):
        repository.add("aws", f"env-{number}")
        repository.claim("aws", f"env-{number}")
    return repository


@pytest.fixture
def begin(locks: LockRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begin a run on a machine of its own, which releases all locks. It is always the same second."""
    monkeypatch.setattr("time.time", lambda: float(NOW))
    with ExitStack() as stack:

        def begin_run() -> tuple[CleanRun, RepositoryWriter[RepositoryChange]]:
            cache = tmp_path / f"cache-{secrets.token_hex(4)}"
            store = stack.enter_context(open_repository(locks.path, cache))
            clocks = (lambda: NOW, time.monotonic)
            run = CleanRun(store.snapshot(), POOLS, CleanRules(), judge, *clocks, run_id=secrets.token_hex(4))
            run.decide()
            assert len(run.releases()) == 4
            return run, store

        yield begin_run


def judge(
    some: Sequence[Lock], seen: Snapshot, _pools: Sequence[PoolOption], **_limit: float | None
) -> tuple[JudgedLock, ...]:
    return tuple(JudgedLock(lock, seen.claim(lock), HOLDER, ERRORED, PoolPolicy()) for lock in some if lock.is_claimed)


def test_only_the_run_whose_push_was_accepted_reports_the_releases(locks: LockRepository, begin: Begin) -> None:
    base = locks.tip() or ""
    runs = [begin() for _number in range(RUNS)]
    for run, store in runs:
        run.push_releases(store, PushRetry)
    assert [len(run.released) for run, _store in runs] == [4, 0, 0]
    results = [clean_result(run.plan, run.snapshot, ["aws"], NOW, released=run.released) for run, _store in runs]
    assert [len(result["released"]) for result in results] == [4, 0, 0]
    for run, _store in runs[1:]:
        assert {step.reason.cause for step in run.plan} == {Cause.CHANGED_HANDS}
    assert len(commits_since(locks, base)) == 4


def test_the_commits_of_two_runs_differ_although_all_else_is_the_same(begin: Begin) -> None:
    commits = {store.write(run.snapshot, run.changes()) for run, store in (begin(), begin())}
    assert len(commits) == 2

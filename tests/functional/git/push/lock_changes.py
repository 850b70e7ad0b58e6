# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claim, extend, add, update, move and remove locks on a real repository, without Ansible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import (
    LockRequest,
    WantedState,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.planner import LockPlanner
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.run import LockRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import ALL_POOLS, WantedPools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.retry import PushRetry
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.lock_store import GitLockStore
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository


@contextmanager
def open_store(repo: object, cache_dir: Path, pools: WantedPools = ALL_POOLS) -> Iterator[GitLockStore]:
    """Open a repository as concourse_pool_lock does."""
    options = RepositoryOptions(repo=str(repo), cache_dir=str(cache_dir), git_timeout=30)
    with LockRepository(options, pools) as repository:
        yield GitLockStore(repository, parse_author(DEFAULT_AUTHOR))


def carry_out(store: GitLockStore, state: str, name: str | None = None, **options: Any) -> LockRun:
    """Carry out a request of ada for pool aws; a claim ends in four hours."""
    given = {"pool": "aws", "owner": "ada", "until": Until(span=4 * 3600), **options}
    planner = LockPlanner(LockRequest(WantedState(state), name=name, **given), store, "5f0c9a1e")
    run = LockRun(store, planner.plan, lambda: int(time.time()))
    run.carry_out(PushRetry, 0)
    return run

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""concourse_pool_trigger without a process and without Ansible: the rules and both adapters."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.open_job_api import open_job_api
from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.repository_options import DEFAULT_AUTHOR
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import PoolboyError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.tally.strategy import TallyStrategy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import read_trigger_pools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.plan import TriggerRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.reconcile import Reconcile
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.result import (
    failure_result,
    trigger_result,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.run import TriggerRun
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import read_pools
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import parse_author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.tally_store import GitTallyStore
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository_history import RepositoryHistory
from ansible_collections.poolboy.concourse.tests.functional.running import ModuleRun


@dataclass
class Triggerer:
    """Runs the trigger, each time with a login and a repository of its own.

    `clock` gives seconds since 1970, UTC; `warnings` are those of all runs.
    """

    repo: str
    url: str
    cache: Path
    clock: Callable[[], int] = lambda: int(time.time())
    username: str | None = "pool-boy"
    password: str | None = "pa55word"
    timeout: int = 10
    strategy: str = "reconcile"
    warnings: list[str] = field(default_factory=list)

    def run(self, pools: Sequence[object], *, check_mode: bool = False, **rules: Any) -> ModuleRun:
        """Return the result of one run, as the module returns it."""
        with self.at_work(pools, check_mode=check_mode, **rules) as trigger:
            try:
                return ModuleRun(0, "", "", trigger())
            except Failed as failed:
                return ModuleRun(1, "", "", failed.values)

    @contextmanager
    def at_work(
        self, pools: Sequence[object], *, check_mode: bool = False, **rules: Any
    ) -> Iterator[Callable[[], dict[str, Any]]]:
        """Yield a function that runs the trigger over the same connections and raises Failed."""
        chosen = read_trigger_pools(read_pools(pools, PoolPolicy()))
        concourse = ConcourseClient(
            ConcourseOptions(url=self.url, username=self.username, password=self.password, timeout=self.timeout)
        )
        repository = LockRepository(RepositoryOptions(repo=self.repo, cache_dir=str(self.cache)))
        tallies = GitTallyStore(repository, parse_author(DEFAULT_AUTHOR))
        is_tally = self.strategy == "tally"
        history = RepositoryHistory(repository)

        def run() -> dict[str, Any]:
            one = TriggerRun(
                open_job_api(concourse),
                history,
                chosen,
                TriggerRules(**rules),
                TallyStrategy(tallies) if is_tally else Reconcile(),
                concourse.team,
                self.clock,
                self.warnings.append,
                check_mode,
            )
            try:
                one.fetch()
                one.start_builds()
            except PoolboyError as error:
                raise Failed({"failed": True, "msg": str(error), **failure_result(one)}) from None
            return {**trigger_result(one), "changed": one.changed}

        with concourse, repository:
            concourse.connect()
            yield run


class Failed(Exception):
    """A failed run; `values` is the result of the module."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values["msg"])
        self.values = values


if __name__ == "__main__":
    given: dict[str, Any] = json.loads(sys.argv[1])
    Triggerer(given["repo"], given["url"], Path(given["cache"]), strategy=given["strategy"]).run(given["pools"])

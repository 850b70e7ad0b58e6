# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round without Ansible: clean, trigger and status, with the results that the modules return."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .._core.report.status_result import status_result
from .._core.shared.errors import PoolboyError
from .._core.trigger.options import read_trigger_pools
from .._core.trigger.result import failure_result, trigger_result
from .._core.verdict.judge import JudgeLocks, locks_of
from .._core.verdict.pool_options import PoolOption, choose_pools
from .._git.access.author import parse_author
from .._git.repository import LockRepository
from .cleaning import Cleaning, cleaning_rules
from .judging import Judging
from .options import Options, concourse_options, default_policy, wanted_pools
from .run_clock import RunClock
from .triggering import trigger_rules, triggering

Result = dict[str, t.Any]
Pools = tuple[PoolOption, ...]


@dataclass
class Round:
    """A round on an open repository. With `dry_run` it changes nothing and returns the same values.

    It remembers no claims: where a round runs in a new container each time, nothing would be left of them.
    `latest_builds` are the highest ids of the builds of the jobs, by pool, once builds were counted.
    """

    options: Options
    repository: LockRepository
    warn: Callable[[str], None]
    dry_run: bool
    clock: RunClock = field(default_factory=RunClock)
    latest_builds: dict[str, int] = field(default_factory=dict)

    def results(self, *, clean: bool, trigger: bool) -> dict[str, Result]:
        """Return the result of each step that runs: status, if no other one shows the pools as they are then.

        A step that fails has `failed` and `msg`; the others still run. Raises BadOption for wrong options.
        """
        wanted = wanted_pools(self.options)
        with_job = tuple(pool for pool in wanted if pool.job is not None)
        self._check(wanted if clean else None, with_job if trigger else None)
        results: dict[str, Result] = {}
        with Judging(concourse_options(self.options), self.clock, self.warn, lambda: None).open() as judge:
            if clean:
                results["clean"] = self._clean(judge, wanted)
            if trigger:
                results["trigger"] = self._trigger(with_job)
            if not clean or any(_is_news(result) for result in results.values()):
                results["status"] = self._status(judge, wanted)
        return results

    def _check(self, to_clean: Pools | None, to_trigger: Pools | None) -> None:
        """Raise BadOption for options that cannot work, before any step does anything."""
        parse_author(self.options["git_author"])
        if to_clean is not None:
            cleaning_rules(self.options, to_clean)
        if to_trigger is not None:
            read_trigger_pools(to_trigger)
            trigger_rules(self.options)

    def _clean(self, judge: JudgeLocks, wanted: Pools) -> Result:
        author = parse_author(self.options["git_author"])
        cleaning = Cleaning(self.options, wanted, judge, self.repository, author, self.clock, self.warn, self.dry_run)
        try:
            cleaning.carry_out()
        except PoolboyError as error:
            return {**cleaning.failure(), "failed": True, "msg": str(error)}
        return {**cleaning.result(), "changed": bool(cleaning.released)}

    def _trigger(self, wanted: Pools) -> Result:
        author = parse_author(self.options["git_author"])
        so_far: Result = {"triggered": []}
        try:
            with triggering(self.options, wanted, self.repository, author, self.warn, dry_run=self.dry_run) as run:
                try:
                    run.fetch()
                    run.start_builds()
                finally:
                    so_far = failure_result(run)
                    self.latest_builds = {one.pool.name: one.job_builds.highest_id for one in run.triggers}
                return {**trigger_result(run), "changed": run.changed}
        except PoolboyError as error:
            return {**so_far, "failed": True, "msg": str(error)}

    def _status(self, judge: JudgeLocks, wanted: Pools) -> Result:
        try:
            snapshot = self.repository.snapshot()
            pools = choose_pools(wanted, snapshot.pools, default_policy(self.options))
            judged = judge(locks_of(snapshot, pools), snapshot, pools)
        except PoolboyError as error:
            return {"failed": True, "msg": str(error)}
        return {**status_result(snapshot, pools, judged, self.clock.start()), "changed": False}


def _is_news(result: Mapping[str, t.Any]) -> bool:
    """Return whether clean no longer shows the pools as they are."""
    return bool(result.get("changed") or result.get("failed"))

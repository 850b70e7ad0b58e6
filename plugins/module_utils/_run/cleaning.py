# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that releases locks, as the options ask for it."""

from __future__ import annotations

import secrets
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field

from .._core.clean.forced_locks import read_force
from .._core.clean.options import CleanRules, read_exclusions
from .._core.clean.plan import LockPlan
from .._core.clean.result import clean_diff, clean_result, clean_warnings, failure_result, slow_warnings
from .._core.clean.run import CleanRun
from .._core.push.retry import PushRetry
from .._core.shared.errors import BadOption
from .._core.verdict.pool_options import PoolOption, choose_pools, read_target
from .options import Options, default_policy
from .run_clock import RunClock, monotonic_seconds

if t.TYPE_CHECKING:
    from .._core.pool.change import RepositoryChange
    from .._core.push.store import CommitStore
    from .._core.verdict.judge import JudgeLocks
    from .._git.access.author import Author
    from .._git.repository import LockRepository


@dataclass
class Cleaning:
    """A run for the wanted pools of an open repository.

    With `dry_run` it releases nothing and returns the same values.
    """

    options: Options
    wanted: tuple[PoolOption, ...]
    judge: JudgeLocks
    repository: LockRepository
    author: Author
    clock: RunClock
    warn: Callable[[str], None]
    dry_run: bool
    _run: CleanRun | None = field(default=None, init=False)

    def carry_out(self) -> None:
        """Judge the locks and release what the policies release. Raises PoolboyError."""
        rules = cleaning_rules(self.options, self.wanted)
        snapshot = self.repository.snapshot()
        pools = choose_pools(self.wanted, snapshot.pools, default_policy(self.options))
        run_id = secrets.token_hex(4)
        self._run = run = CleanRun(snapshot, pools, rules, self.judge, self.clock.now, monotonic_seconds, run_id)
        self._seen = snapshot
        self._names = [pool.name for pool in pools]
        run.decide()
        for warning in clean_warnings(run.plan, rules.exclude):
            self.warn(warning)
        if run.releases() and not self.dry_run:
            run.push_releases(_release_store(self.repository, self.author), PushRetry)
            for warning in slow_warnings(run.plan):
                self.warn(warning)

    @property
    def released(self) -> t.Sequence[LockPlan]:
        """What was released, or would have been."""
        if self._run is None:
            return ()
        return self._run.releases() if self.dry_run else self._run.released

    def result(self) -> dict[str, t.Any]:
        """Return the result of a run that succeeded."""
        plan = () if self._run is None else self._run.plan
        return clean_result(plan, self._seen, self._names, self.clock.start(), released=self.released)

    def failure(self) -> dict[str, t.Any]:
        """Return the result of a run that failed, with what it has released before."""
        return {} if self._run is None else failure_result(self._run, self._seen, self._names, self.clock.start())

    def diff(self) -> dict[str, str]:
        """Return the paths of the released locks before and after."""
        return clean_diff(self.released)


def _release_store(repository: LockRepository, author: Author) -> CommitStore[RepositoryChange]:
    """Return the store that writes and pushes releases."""
    # Imported late: most runs release nothing.
    from .._git.push.writer import RepositoryWriter
    from .._git.write.lock_commits import RELEASES

    return RepositoryWriter(repository, author, RELEASES)


def cleaning_rules(options: Options, wanted: tuple[PoolOption, ...]) -> CleanRules:
    """Return what the options allow beyond the policies. Raises BadOption."""
    if options["max_releases"] < 1:
        raise BadOption(f"max_releases is {options['max_releases']}: allow at least 1 release, or use check mode.")
    if not wanted:
        # Never all of them by a variable that happens to be empty.
        raise BadOption("pools names no pool: name each pool whose locks may be released.")
    target = None if options["release_to"] is None else read_target(options["release_to"])
    targets = {pool.name: pool.release_to or target for pool in wanted}
    return CleanRules(
        release_to={pool: target for pool, target in targets.items() if target},
        exclude=read_exclusions(options["exclude"]),
        force=read_force(options["force"]),
        max_releases=options["max_releases"],
        accept_gone=options["accept_gone"] or (),
        unreachable_ok=options["unreachable_ok"],
    )

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the module concourse_pool_lock that the other modules do not load."""

from __future__ import annotations

import secrets
import time
import typing as t

from .._core.lock.options.content import content_bytes
from .._core.lock.options.request import Choice, LockRequest, WantedState, check_request
from .._core.lock.options.until import read_until
from .._core.lock.plan import NotAvailable
from .._core.lock.planner import LockPlanner
from .._core.lock.run import LockRun
from .._core.lock.unused import unused_text
from .._core.pool.snapshot import Snapshot
from .._core.shared.errors import BadOption, PoolboyError
from .._core.shared.names import pool_name
from .._core.verdict.policy import PoolPolicy
from .._core.verdict.pool_options import PoolOption
from .._git.push.lock_store import GitLockStore
from .._run.options import concourse_options
from .committing_module import CommittingModule

if t.TYPE_CHECKING:
    from .._git.repository import LockRepository


class LockModule(CommittingModule):
    """The module concourse_pool_lock."""

    def request(self) -> LockRequest:
        """Return what the options ask for. Raises BadOption."""
        options = self._options
        if options["wait"] < 0:
            raise BadOption(f"wait is {options['wait']}: give the seconds to wait for a free lock, 0 or more.")
        until, release_to = options["until"], options["release_to"]
        return check_request(
            LockRequest(
                state=WantedState(options["state"]),
                pool=pool_name(options["pool"]),
                name=options["name"],
                owner=options["owner"],
                reason=" ".join(options["reason"].split()),
                until=None if until is None else read_until(until, self.now),
                count=options["count"],
                choose=Choice(options["choose"]),
                claim_commit=options["claim_commit"],
                release_to=None if release_to is None else pool_name(release_to),
                content=content_bytes(options["content"]),
                content_is_data=not isinstance(options["content"], str),
                claimed=options["claimed"],
                create_pool=options["create_pool"],
            )
        )

    def wanted_pools(self) -> tuple[PoolOption, ...]:
        """Return the one pool that the module works on."""
        return (PoolOption(pool_name(self._options["pool"]), PoolPolicy()),)

    def lock_run(self, repository: LockRepository, request: LockRequest) -> LockRun:
        """Return the run for a request."""
        store = GitLockStore(repository, self._author)
        planner = LockPlanner(request, store, secrets.token_hex(4))
        return LockRun(store, planner.plan, lambda: int(time.time()))

    def run(self, run: LockRun) -> None:
        """Carry out a run, or only plan it in check mode. Raises PoolboyError."""
        try:
            if self.check_mode:
                run.decide()
            else:
                # Imported late: the retries of a push.
                from .._core.push.retry import PushRetry

                run.carry_out(PushRetry, self._options["wait"])
        except NotAvailable as error:
            self.so_far = lambda: {"not_available": True}
            hint = "" if self._options["wait"] else " To wait for a free lock, set wait to a number of seconds."
            raise PoolboyError(f"{error}{self._unused(error, run.snapshot)}{hint}") from None

    def _unused(self, error: NotAvailable, snapshot: Snapshot) -> str:
        """Return a sentence about the locks that nobody holds any more; empty without a Concourse."""
        if concourse_options(self._options).is_empty or not error.locks:
            return ""
        try:
            with self.judge() as judge:
                return unused_text(judge(error.locks, snapshot, [PoolOption(error.locks[0].pool, PoolPolicy())]))
        except PoolboyError as failed:
            return f" Concourse could not be asked which of these locks are unused: {failed}"

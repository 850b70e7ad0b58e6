# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the modules: reads options, returns results and reports errors."""

from __future__ import annotations

import os
import time
import typing as t
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from .._concourse.config.options import ConcourseOptions
from .._core.options.groups import overruled
from .._core.options.logins import check_logins, login_hint
from .._core.options.repository_options import OptionGroup
from .._core.options.texts import check_texts
from .._core.pool.lock import Lock
from .._core.pool.snapshot import Snapshot, WantedPools
from .._core.shared.errors import ConcourseError, PoolboyError, RepositoryError
from .._core.shared.names import canonical_name
from .._core.shared.text import valid_unicode
from .._core.verdict.judge import JudgedLock, JudgeLocks, ParallelMap, judge_locks
from .._core.verdict.policy import (
    DEFAULT_POLICIES,
    POOL_BOY_POLICIES,
    Policy,
    PoolPolicy,
    named_verdicts,
    read_no_concourse,
    read_policies,
)
from .._core.verdict.pool_options import PoolOption, choose_pools, pool_entries, read_minutes, read_pools
from .._git.access.options import RepositoryOptions
from .._git.cache.claim_memory_file import remembered_claims
from .._git.repository import LockRepository
from .argument_module import ArgumentModule
from .concourse_warnings import concourse_warnings
from .timed_map import map_for

if t.TYPE_CHECKING:
    from .._concourse.api.queries import ConcourseQueries
    from .._concourse.client import ConcourseClient
    from .._git.cache.folder import CacheFolder

# Seconds after the end of a look at which its last requests end, so that they occupy no connection of the next one.
_MARGIN = 0.5


class PoolModule:
    """An Ansible module made of option groups. `now` is the time of the run in seconds since 1970, UTC."""

    def __init__(self, *groups: OptionGroup) -> None:
        spec = {name: option for group in groups for name, option in group.spec.items()}
        self._module = ArgumentModule(spec)
        self._options: dict[str, t.Any] = self._module.params
        self._options.update(dict.fromkeys(overruled(self._options, os.environ)))
        self.now = int(time.time())
        self.so_far: Callable[[], dict[str, t.Any]] = dict
        self._warned: set[str] = set()
        self._repository: LockRepository | None = None

    @property
    def check_mode(self) -> bool:
        return bool(self._module.check_mode)

    @contextmanager
    def failing_clearly(self) -> Iterator[None]:
        """Fail the module with the message of an error, and with the results of `so_far`."""
        try:
            check_texts(self._options)
            check_logins(self._options)
            yield
            return
        except (RepositoryError, ConcourseError) as error:
            message = f"{error}{login_hint(self._options)}"
        except PoolboyError as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001
            message = f"This is a defect of poolboy.concourse, please report it: {type(error).__name__}: {error}"
        # Not in the handlers, where Ansible would show the traceback.
        self._module.fail_json(msg=message, **self.so_far())

    def exit(self, result: dict[str, t.Any], *, changed: bool = False, diff: dict[str, str] | None = None) -> None:
        """End the module with a result, and a diff if the user wants one."""
        if diff is not None and self._module._diff:
            result = {**result, "diff": diff}
        self._module.exit_json(changed=changed, **result)

    def warn(self, message: str) -> None:
        """Warn the operator; each message once."""
        if message not in self._warned:
            self._warned.add(message)
            self._module.warn(valid_unicode(message))

    def lock_repository(self) -> LockRepository:
        """Return the lock repository that the options name, to be used as a context."""
        self._repository = LockRepository(self.repository_options(), self.pools_to_read(), self.warn)
        return self._repository

    def repository_options(self) -> RepositoryOptions:
        """Return the repository that the options name, and how to reach it."""
        names = RepositoryOptions.__dataclass_fields__.keys() & self._options.keys()
        return RepositoryOptions(**{name: self._options[name] for name in names})

    def wanted_pools(self) -> tuple[PoolOption, ...]:
        """Return the pools that the options name, none if all are meant. Raises BadOption."""
        return read_pools(pool_entries(self._options["pools"]), self._default_policy())

    def pools_to_read(self) -> WantedPools:
        """Return the pools whose claims the module needs. Raises BadOption."""
        names = frozenset(canonical_name(pool.name) for pool in self.wanted_pools())
        return WantedPools(names or None)

    def chosen_pools(self, snapshot: Snapshot) -> tuple[PoolOption, ...]:
        """Return the wanted pools as they are in the repository. Raises BadOption if one is not there."""
        return choose_pools(self.wanted_pools(), snapshot.pools, self._default_policy())

    @contextmanager
    def judge(self) -> Iterator[JudgeLocks]:
        """Yield a function that judges locks in parallel and sends new queries each time.

        Raises BadOption, and ConcourseError if Concourse refuses the login; warns if it does not answer at all, or
        requires a login and none is configured.
        """
        self.wanted_pools()  # rejects wrong options before the first request
        options = self.concourse_options()
        if options.is_empty:
            team = options.team or "main"
            # It needs no time.
            yield lambda locks, snapshot, pools, **_limit: judge_locks(
                locks, snapshot, pools, None, now=self.now, default_team=team
            )
            return
        # Imported here, because many runs have no Concourse.
        from .._concourse.client import CONNECTIONS, ConcourseClient

        with ConcourseClient(options) as concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
            # During the fetch, because both mostly wait.
            connected = threads.submit(concourse.connect)

            def judge(
                locks: Sequence[Lock], snapshot: Snapshot, pools: Sequence[PoolOption], *, seconds: float | None = None
            ) -> tuple[JudgedLock, ...]:
                connected.result()
                queries = concourse.queries(None if seconds is None else seconds + _MARGIN)
                judged = self._judge_by(queries, concourse, partial(map_for, threads, seconds), locks, snapshot, pools)
                for warning in concourse_warnings(concourse, judged):
                    self.warn(warning)
                return judged

            yield judge

    def _judge_by(
        self,
        queries: ConcourseQueries,
        concourse: ConcourseClient,
        each: ParallelMap,
        locks: Sequence[Lock],
        snapshot: Snapshot,
        pools: Sequence[PoolOption],
    ) -> tuple[JudgedLock, ...]:
        """Judge locks and remember what was found out."""
        with remembered_claims(self._memory_folder(), concourse.identity) as memory:
            judged = judge_locks(
                locks, snapshot, pools, queries, now=self.now, memory=memory, default_team=concourse.team, each=each
            )
        queries.end()
        return judged

    def _memory_folder(self) -> CacheFolder | None:
        """Return the folder where the run remembers claims; None without a cache."""
        return self._repository.folder if self._repository is not None and self._options["cache"] else None

    def _default_policy(self) -> PoolPolicy:
        if "policy" not in self._options:
            return PoolPolicy()
        options, is_pool_boy = self._options, self._options["preset"] == "pool_boy"
        default = Policy.STALE if is_pool_boy else None
        return PoolPolicy(
            read_policies(options["policy"], POOL_BOY_POLICIES if is_pool_boy else DEFAULT_POLICIES),
            read_minutes(options["stale_timeout"], "stale_timeout"),
            read_minutes(options["grace"], "grace"),
            read_no_concourse(options["no_concourse"], options["policy"], default, "no_concourse"),
            named=frozenset(POOL_BOY_POLICIES) if is_pool_boy else named_verdicts(options["policy"]),
        )

    def concourse_options(self) -> ConcourseOptions:
        """Return the Concourse and the login that the options name."""
        options = self._options
        aliases = tuple(options["concourse_url_aliases"])
        shared = {name: options[name] for name in ("validate_certs", "ca_path", "client_cert", "client_key")}
        own = ("url", "username", "password", "token", "client_id", "client_secret", "target", "team", "timeout")
        return ConcourseOptions(url_aliases=aliases, **shared, **{name: options[f"concourse_{name}"] for name in own})

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the modules: reads options, returns results and reports errors."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .._core.options.groups import overruled
from .._core.options.logins import check_logins, login_hint
from .._core.options.repository_options import OptionGroup
from .._core.options.texts import check_texts
from .._core.pool.snapshot import Snapshot
from .._core.shared.errors import ConcourseError, PoolboyError, RepositoryError
from .._core.shared.text import valid_unicode
from .._core.verdict.judge import JudgeLocks
from .._core.verdict.pool_options import PoolOption, choose_pools
from .._git.repository import LockRepository
from .._run.judging import Judging
from .._run.options import concourse_options, default_policy, pools_to_read, repository_options, wanted_pools
from .._run.run_clock import RunClock
from .argument_module import ArgumentModule

if t.TYPE_CHECKING:
    from .._git.cache.folder import CacheFolder


class PoolModule:
    """An Ansible module made of option groups. `clock` has the time of the run."""

    def __init__(self, *groups: OptionGroup) -> None:
        spec = {name: option for group in groups for name, option in group.spec.items()}
        self._module = ArgumentModule(spec)
        self._options: dict[str, t.Any] = self._module.params
        self._options.update(dict.fromkeys(overruled(self._options, os.environ)))
        self.clock = RunClock()
        self.so_far: Callable[[], dict[str, t.Any]] = dict
        self._warned: set[str] = set()
        self._repository: LockRepository | None = None

    @property
    def check_mode(self) -> bool:
        return bool(self._module.check_mode)

    @property
    def now(self) -> int:
        """The start of the run in seconds since 1970, UTC."""
        return self.clock.start()

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
        wanted = pools_to_read(self.wanted_pools())
        self._repository = LockRepository(repository_options(self._options), wanted, self.warn)
        return self._repository

    def wanted_pools(self) -> tuple[PoolOption, ...]:
        """Return the pools that the options name, none if all are meant. Raises BadOption."""
        return wanted_pools(self._options)

    def chosen_pools(self, snapshot: Snapshot) -> tuple[PoolOption, ...]:
        """Return the wanted pools as they are in the repository. Raises BadOption if one is not there."""
        return choose_pools(self.wanted_pools(), snapshot.pools, default_policy(self._options))

    @contextmanager
    def judge(self) -> Iterator[JudgeLocks]:
        """Yield a function that judges locks in parallel and sends new queries each time.

        Raises BadOption, and ConcourseError if Concourse refuses the login; warns if it does not answer at all, or
        requires a login and none is configured, or has another time than this machine.
        """
        self.wanted_pools()  # rejects wrong options before the first request
        named = concourse_options(self._options)
        with Judging(named, self.clock, self.warn, self._memory_folder).open() as judge:
            yield judge

    def _memory_folder(self) -> CacheFolder | None:
        """Return the folder where the run remembers claims; None without a cache."""
        return self._repository.folder if self._repository is not None and self._options["cache"] else None

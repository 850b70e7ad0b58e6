# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules have in common: options in, results and errors out. Private to the collection."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.option_groups import OptionGroup
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import CONNECTIONS, Concourse
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._core.errors import PoolboyError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.judgement import JudgedLock, judge_locks
from ansible_collections.poolboy.concourse.plugins.module_utils._core.policy import (
    DEFAULT_POLICIES,
    PoolPolicy,
    read_policies,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool_options import (
    PoolOption,
    choose_pools,
    read_minutes,
    read_pools,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._git.options import RepositoryOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._git.repository import LockRepository


class PoolModule:
    """An Ansible module made of option groups. `now` is the time of the run in seconds since 1970, UTC."""

    def __init__(self, *groups: OptionGroup) -> None:
        spec = {name: option for group in groups for name, option in group.spec.items()}
        self._module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
        self._options: dict[str, t.Any] = self._module.params
        self.now = int(time.time())

    @contextmanager
    def failing_clearly(self) -> Iterator[None]:
        """Turn every error into the sentence with which the module fails."""
        try:
            yield
            return
        except PoolboyError as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001
            message = f"This is a defect of poolboy.concourse, please report it: {type(error).__name__}: {error}"
        # Not in the handlers: there Ansible would show the traceback of the error at hand.
        self._module.fail_json(msg=message)

    def exit(self, result: dict[str, t.Any], *, changed: bool = False) -> None:
        """End the module with a result."""
        self._module.exit_json(changed=changed, **result)

    def lock_repository(self) -> LockRepository:
        """Return the lock repository that the options name, to be used as a context."""
        names = RepositoryOptions.__dataclass_fields__
        return LockRepository(RepositoryOptions(**{name: self._options[name] for name in names}))

    def concourse(self) -> Concourse | None:
        """Return the Concourse that the options name, None if they name none. Raises BadOption if they contradict."""
        options = self._concourse_options()
        return None if options.is_empty else Concourse(options)

    def wanted_pools(self) -> tuple[PoolOption, ...]:
        """Return the pools that the options name, none if all are meant. Raises BadOption."""
        return read_pools([entry for entry in self._options["pools"] or [] if entry != ""], self._default_policy())

    def chosen_pools(self, snapshot: Snapshot) -> tuple[PoolOption, ...]:
        """Return the wanted pools as they are in the repository. Raises BadOption if one is not there."""
        return choose_pools(self.wanted_pools(), snapshot.pools, self._default_policy())

    def judged(
        self, snapshot: Snapshot, pools: Sequence[PoolOption], concourse: Concourse | None
    ) -> tuple[JudgedLock, ...]:
        """Judge the locks of the pools, many at once. Raises ConcourseError; warns if Concourse does not answer."""
        if concourse is None:
            return judge_locks(snapshot, pools, None, default_team=self._concourse_options().team or "main")
        with concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
            concourse.connect()
            judged = judge_locks(snapshot, pools, concourse.facts(), default_team=concourse.team, each=threads.map)
        if concourse.trouble:
            self._module.warn(f"Concourse cannot be asked, so nothing is known of its builds: {concourse.trouble}.")
        return judged

    def _default_policy(self) -> PoolPolicy:
        return PoolPolicy(
            read_policies(self._options["policy"], DEFAULT_POLICIES),
            read_minutes(self._options["stale_timeout"], "stale_timeout"),
            read_minutes(self._options["grace"], "grace"),
        )

    def _concourse_options(self) -> ConcourseOptions:
        options = self._options
        aliases = tuple(options["concourse_url_aliases"])
        shared = {name: options[name] for name in ("validate_certs", "ca_path", "client_cert", "client_key")}
        own = ("url", "username", "password", "token", "client_id", "client_secret", "target", "team", "timeout")
        return ConcourseOptions(url_aliases=aliases, **shared, **{name: options[f"concourse_{name}"] for name in own})

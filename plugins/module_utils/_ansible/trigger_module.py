# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the module that starts builds needs: the others load none of it. Private to the collection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.pool_module import PoolModule
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import CONNECTIONS, Concourse
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.job_desk import open_desk
from ansible_collections.poolboy.concourse.plugins.module_utils._core.errors import BadOption, ConcourseError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_job import read_trigger_pools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_plan import TriggerRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_run import Triggering
from ansible_collections.poolboy.concourse.plugins.module_utils._git.trigger_repository import TriggerRepository


class TriggerModule(PoolModule):
    """A module that starts builds."""

    def lock_repository(self) -> TriggerRepository:
        """Return the lock repository that the options name, to be used as a context."""
        return TriggerRepository(self.repository_options())

    @contextmanager
    def triggering(self, repository: TriggerRepository) -> Iterator[Triggering]:
        """Give a run that starts builds. Raises BadOption, and ConcourseError if Concourse refuses the login."""
        options, rules = self.concourse_options(), self._trigger_rules()
        pools = read_trigger_pools(self.wanted_pools())
        if options.is_empty:
            raise BadOption("There is no Concourse to start builds in: give its address as concourse_url.")
        with Concourse(options) as concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
            concourse.connect()
            if concourse.trouble:
                raise ConcourseError(f"Concourse cannot be asked, so nothing was started: {concourse.trouble}.")
            yield self._strategy()(
                open_desk(concourse),
                repository,
                pools,
                rules,
                concourse.team,
                clock=lambda: int(time.time()),
                dry_run=self.check_mode,
                each=threads.map,
                warn=self._module.warn,
            )

    def _strategy(self) -> type[Triggering]:
        if self._options["strategy"] != "tally":
            return Triggering
        # Loaded late, as few pools are shared with a pool-trigger-resource.
        from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger_tally import TallyTriggering

        return TallyTriggering

    def _trigger_rules(self) -> TriggerRules:
        names = TriggerRules.__dataclass_fields__
        rules = TriggerRules(**{name: self._options[name] for name in names})
        rules.check()
        return rules

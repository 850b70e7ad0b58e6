# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the module concourse_pool_trigger that the other modules do not load."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .._concourse.client import CONNECTIONS, ConcourseClient
from .._concourse.open_job_api import open_job_api
from .._core.shared.errors import BadOption, ConcourseError
from .._core.trigger.options import read_trigger_pools
from .._core.trigger.plan import TriggerRules
from .._core.trigger.reconcile import Reconcile
from .._core.trigger.run import TriggerRun, TriggerStrategy
from .._git.repository import LockRepository
from .._git.repository_history import RepositoryHistory
from .committing_module import CommittingModule


class TriggerModule(CommittingModule):
    """The module concourse_pool_trigger."""

    @contextmanager
    def triggering(self, repository: LockRepository) -> Iterator[TriggerRun]:
        """Yield a run that starts builds. Raises BadOption, and ConcourseError if Concourse refuses the login."""
        options, rules = self.concourse_options(), self._trigger_rules()
        pools = read_trigger_pools(self.wanted_pools())
        if options.is_empty:
            raise BadOption("There is no Concourse to start builds in: give its address as concourse_url.")
        with ConcourseClient(options) as concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
            concourse.connect()
            if concourse.failure:
                raise ConcourseError(f"Concourse does not respond, so no build was started: {concourse.failure}.")
            yield TriggerRun(
                open_job_api(concourse),
                RepositoryHistory(repository),
                pools,
                rules,
                self._strategy(repository),
                concourse.team,
                clock=lambda: int(time.time()),
                dry_run=self.check_mode,
                each=threads.map,
                warn=self._module.warn,
            )

    def _strategy(self, repository: LockRepository) -> TriggerStrategy:
        if self._options["strategy"] != "tally":
            return Reconcile()
        # Imported late: few pools are shared with a pool-trigger-resource.
        from .._core.tally.strategy import TallyStrategy
        from .._git.push.tally_store import GitTallyStore

        return TallyStrategy(GitTallyStore(repository, self._author))

    def _trigger_rules(self) -> TriggerRules:
        names = TriggerRules.__dataclass_fields__
        rules = TriggerRules(**{name: self._options[name] for name in names})
        rules.check()
        return rules

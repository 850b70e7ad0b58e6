# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that starts builds, as the options ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .._concourse.client import CONNECTIONS, ConcourseClient
from .._concourse.open_job_api import open_job_api
from .._core.shared.errors import BadOption, ConcourseError
from .._core.trigger.options import read_trigger_pools
from .._core.trigger.plan import TriggerRules
from .._core.trigger.reconcile import Reconcile
from .._core.trigger.run import TriggerRun, TriggerStrategy
from .._core.verdict.pool_options import PoolOption
from .._git.access.author import Author
from .._git.repository import LockRepository
from .._git.repository_history import RepositoryHistory
from .options import Options, concourse_options


@contextmanager
def triggering(
    options: Options,
    wanted: tuple[PoolOption, ...],
    repository: LockRepository,
    author: Author,
    warn: Callable[[str], None],
    *,
    dry_run: bool,
) -> Iterator[TriggerRun]:
    """Yield a run that starts builds. Raises BadOption, and ConcourseError if Concourse refuses the login."""
    concourse_named, rules = concourse_options(options), trigger_rules(options)
    pools = read_trigger_pools(wanted)
    if concourse_named.is_empty:
        raise BadOption("There is no Concourse to start builds in: give its address as concourse_url.")
    with ConcourseClient(concourse_named) as concourse, ThreadPoolExecutor(CONNECTIONS) as threads:
        concourse.connect()
        if concourse.failure:
            raise ConcourseError(
                f"Concourse does not respond, so no build was started: {concourse.failure}."
                " Check concourse_url, and whether Concourse runs."
            )
        yield TriggerRun(
            open_job_api(concourse),
            RepositoryHistory(repository),
            pools,
            rules,
            _strategy(options, repository, author),
            concourse.team,
            clock=lambda: int(time.time()),
            dry_run=dry_run,
            each=threads.map,
            warn=warn,
        )


def _strategy(options: Options, repository: LockRepository, author: Author) -> TriggerStrategy:
    if options["strategy"] != "tally":
        return Reconcile()
    # Imported late: few pools are shared with a pool-trigger-resource.
    from .._core.tally.strategy import TallyStrategy
    from .._git.push.tally_store import GitTallyStore

    return TallyStrategy(GitTallyStore(repository, author))


def trigger_rules(options: Options) -> TriggerRules:
    """Return the limits of a run. Raises BadOption."""
    names = TriggerRules.__dataclass_fields__
    rules = TriggerRules(**{name: options[name] for name in names})
    rules.check()
    return rules

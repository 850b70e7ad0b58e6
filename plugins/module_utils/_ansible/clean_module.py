# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the module that gives locks back needs: the others load none of it."""

from __future__ import annotations

from .._core.clean.plan import CleanRules
from .._core.shared.errors import BadOption
from .._core.verdict.pool_options import read_target
from .._git.writable_repository import WritableRepository
from .module import PoolModule


class CleanModule(PoolModule):
    """A module that gives locks back."""

    def lock_repository(self) -> WritableRepository:
        """Return the lock repository that the options name, to be used as a context."""
        return WritableRepository(self.repository_options(), self.pools_to_read())

    def cleaning_rules(self) -> CleanRules:
        """Return what the options allow beyond the policies. Raises BadOption."""
        options = self._options
        if options["max_releases"] < 1:
            raise BadOption(f"max_releases is {options['max_releases']}: allow at least 1 release, or use check mode.")
        wanted = self.wanted_pools()
        if not wanted:
            # Never all of them by a variable that happens to be empty.
            raise BadOption("pools names no pool: name each pool whose locks may be given back.")
        target = None if options["release_to"] is None else read_target(options["release_to"])
        targets = {pool.name: pool.release_to or target for pool in wanted}
        return CleanRules(
            release_to={pool: target for pool, target in targets.items() if target},
            exclude=options["exclude"],
            force={forced["lock"]: forced["commit"] for forced in options["force"]},
            max_releases=options["max_releases"],
        )

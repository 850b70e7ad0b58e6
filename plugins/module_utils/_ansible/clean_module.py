# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the module concourse_pool_clean that the other modules do not load."""

from __future__ import annotations

import typing as t

from .._core.clean.options import CleanRules
from .._run.cleaning import cleaning_rules, release_store
from .committing_module import CommittingModule

if t.TYPE_CHECKING:
    from .._core.pool.change import RepositoryChange
    from .._core.push.store import CommitStore
    from .._git.repository import LockRepository


class CleanModule(CommittingModule):
    """The module concourse_pool_clean."""

    def release_store(self, repository: LockRepository) -> CommitStore[RepositoryChange]:
        """Return the store that writes and pushes releases."""
        return release_store(repository, self._author)

    def cleaning_rules(self) -> CleanRules:
        """Return what the options allow beyond the policies. Raises BadOption."""
        return cleaning_rules(self._options, self.wanted_pools())

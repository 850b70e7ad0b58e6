# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the module concourse_pool_trigger that the other modules do not load."""

from __future__ import annotations

from contextlib import AbstractContextManager

from .._core.trigger.run import TriggerRun
from .._git.repository import LockRepository
from .._run.triggering import triggering
from .committing_module import CommittingModule


class TriggerModule(CommittingModule):
    """The module concourse_pool_trigger."""

    def triggering(self, repository: LockRepository) -> AbstractContextManager[TriggerRun]:
        """Return a run that starts builds, as a context. Raises BadOption, and ConcourseError for a refused login."""
        wanted, dry_run = self.wanted_pools(), self.check_mode
        return triggering(self._options, wanted, repository, self._author, self.warn, dry_run=dry_run)

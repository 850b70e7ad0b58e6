# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the module concourse_pool_clean that the other modules do not load."""

from __future__ import annotations

import typing as t

from .._run.cleaning import Cleaning
from .committing_module import CommittingModule

if t.TYPE_CHECKING:
    from .._core.verdict.judge import JudgeLocks
    from .._git.repository import LockRepository


class CleanModule(CommittingModule):
    """The module concourse_pool_clean."""

    def cleaning(self, judge: JudgeLocks, repository: LockRepository) -> Cleaning:
        """Return the run that the options ask for. Raises BadOption."""
        wanted, author = self.wanted_pools(), self._author
        return Cleaning(self._options, wanted, judge, repository, author, self.clock, self.warn, self.check_mode)

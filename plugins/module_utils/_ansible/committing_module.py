# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the modules that can commit to the lock repository."""

from __future__ import annotations

from .._git.access.author import parse_author
from .._git.repository import LockRepository
from .module import PoolModule


class CommittingModule(PoolModule):
    """A module with the option `git_author`, which is checked before anything runs."""

    def lock_repository(self) -> LockRepository:
        """Return the lock repository that the options name, to be used as a context. Raises BadOption."""
        self._author = parse_author(self._options["git_author"])
        return super().lock_repository()

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the module concourse_pool_status that the other modules do not load."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._core.pool.lock import Lock
from .._core.pool.snapshot import Snapshot
from .module import PoolModule

if t.TYPE_CHECKING:
    from .._git.repository import LockRepository


class StatusModule(PoolModule):
    """The module concourse_pool_status."""

    @property
    def fail_on(self) -> frozenset[str]:
        """The verdicts with which the module fails."""
        return frozenset(self._options["fail_on"])

    def contents(
        self, repository: LockRepository, snapshot: Snapshot, locks: Sequence[Lock]
    ) -> Mapping[str, str | None]:
        """Return the contents of the locks' files by the names of git's objects; none unless the user wants them."""
        if not self._options["show_content"]:
            return {}
        # Imported late: most runs do not show them.
        from .._git.repository_contents import read_contents

        return read_contents(repository, snapshot, locks)

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository, and commits for it."""

from __future__ import annotations

import functools
import typing as t

from .._core.pool.snapshot import Snapshot
from .access.author import parse_author
from .repository import LockRepository

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._core.clean.run import PlannedRelease
    from .._core.shared.push import PushOutcome
    from .._core.tally.ledger import PlannedTally
    from .push.pushing import Pushing


class WritableRepository(LockRepository):
    """A branch to which locks are given back, and tallies written."""

    def __enter__(self) -> t.Self:
        self._author = parse_author(self._options.git_author)
        return super().__enter__()

    def snapshot(self) -> Snapshot:
        self._let_go()
        return super().snapshot()

    def write_releases(self, snapshot: Snapshot, releases: Sequence[PlannedRelease]) -> str:
        """Write one commit for each release on top of the snapshot, without a push, and return the last.

        Other runs wait for the mirror from here on, until push(), snapshot() or the end of the context.
        """
        return self._pushing.write_releases(snapshot, releases)

    def write_tallies(self, snapshot: Snapshot, counts: Sequence[PlannedTally]) -> str:
        """Write one commit for each count on top of the snapshot, as write_releases() does."""
        return self._pushing.write_tallies(snapshot, counts)

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push what was returned by what wrote it, never by force; if the answer is lost, see what became of it."""
        return self._pushing.push(snapshot, commit)

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push whose answer was lost came about before a later snapshot, though the branch had stayed."""
        return self._pushing.has_landed(snapshot, commit)

    @functools.cached_property
    def _pushing(self) -> Pushing:
        # Loaded late, as most runs find nothing to do.
        from .push.pushing import Pushing

        pushing = Pushing(self._git, self._remote, self._folder, self._author, self._patience)
        self._stack.callback(pushing.let_go)
        return pushing

    def _let_go(self) -> None:
        """Let other runs have the mirror, if this one has kept it for a push."""
        if "_pushing" in self.__dict__:
            self._pushing.let_go()

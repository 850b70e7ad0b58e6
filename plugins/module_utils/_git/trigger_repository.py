# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository, and what happened in it of late."""

from __future__ import annotations

import functools
import typing as t

from .writable_repository import WritableRepository

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from .._core.pool.move import Move
    from .._core.tally.counts import TallyRecord
    from .refresh.history_reader import HistoryReader


class TriggerRepository(WritableRepository):
    """A branch of which more is told than how it is now: what starting builds for its locks needs."""

    def moves(self, *, since: datetime, pools: Collection[str]) -> tuple[Move, ...]:
        """Return what commits dated `since` then or later did to the locks of the pools, oldest first.

        They are those below the snapshot that was taken last; one is taken if there is none. The cost grows with the
        number of commits since then, not with the length of the history. See _git/history/since.py for clocks.
        """
        seen = self._seen or self.snapshot()
        self._let_go()
        return self._past.moves(seen, since, pools)

    def tallies(self, *, pools: Collection[str]) -> Mapping[str, TallyRecord]:
        """Return the tallies of the pools at the snapshot that was taken last, and what happened to them since."""
        seen = self._seen or self.snapshot()
        self._let_go()
        return self._past.tallies(seen, pools)

    @functools.cached_property
    def _past(self) -> HistoryReader:
        # Loaded late, as most runs have nothing to look back for.
        from .refresh.history_reader import HistoryReader

        return HistoryReader(self._git, self._remote, self._folder, self._patience)

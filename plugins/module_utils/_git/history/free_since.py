# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which unclaimed locks have been free for the longest time."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.pool.layout import encode_path
from ..._core.pool.lock import Lock
from ..cache.mirror import Mirror
from ..objects.errors import TooShallow
from ..process.command import GitCommand
from .claim_finder import ClaimFinder


def find_oldest_free(git: GitCommand, mirror: Mirror, commit: str, locks: Sequence[Lock], count: int) -> list[Lock]:
    """Return `count` unclaimed locks of a commit, those first that were added to unclaimed/ the longest ago.

    Reads only as far back as it takes to know them. Raises TooShallow if the mirror holds too little of the history;
    and GitFailed, MissingObject, BrokenHistory.
    """
    paths = {encode_path(lock.path): lock for lock in locks}
    finder = ClaimFinder(git, mirror, {})
    older = {path for some in finder.follow({commit: set(paths)}).values() for path in some}
    if len(older) > count:
        raise TooShallow(0)
    found = sorted(finder.claims.items(), key=lambda item: (item[1].claimed_at, item[0]))
    return [paths[path] for path in (*sorted(older), *(path for path, _added in found))][:count]

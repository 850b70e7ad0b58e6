# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrivals that the last check found, in a file beside the cached copy, one for each pool.

A check ignores a file that is missing, incomplete, of another version, or not ours alone to write, and reads the
history again.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

from ..._core.resource.arrivals import Arrival, Queue
from .files import read_own_file, replace_file
from .folder import CacheFolder

_FORMAT = 1
_MOST_ARRIVALS = 5000  # later ones are read again


def arrival_file(folder: CacheFolder, pool: str) -> Path:
    """Return the path of the file for a pool."""
    name = hashlib.sha256(pool.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return folder.path / f"arrivals-{name}.json"


def read_arrivals(path: Path) -> Queue | None:
    """Return what the last check found, None if it cannot be read."""
    try:
        content = json.loads(read_own_file(path))
        if content["format"] != _FORMAT:
            return None
        after = None if content["after"] is None else _arrival(content["after"])
        return Queue(str(content["tip"]), after, tuple(map(_arrival, content["coming"])))
    except (OSError, ValueError, OverflowError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def write_arrivals(path: Path, queue: Queue) -> None:
    """Replace the file atomically. Raises OSError."""
    if len(queue.coming) > _MOST_ARRIVALS:
        return
    coming = [_values(one) for one in queue.coming]
    after = None if queue.after is None else _values(queue.after)
    replace_file(path, json.dumps({"format": _FORMAT, "tip": queue.tip, "after": after, "coming": coming}).encode())


def _arrival(values: t.Sequence[t.Any]) -> Arrival:
    commit, lock, rewrites = values
    return Arrival(str(commit), str(lock), int(rewrites))


def _values(arrival: Arrival) -> tuple[str, str, int]:
    return arrival.commit, arrival.lock, arrival.rewrites

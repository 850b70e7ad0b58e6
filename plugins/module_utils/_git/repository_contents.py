# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the files of locks, for people who look at the pools."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._core.pool.lock import Lock
from .._core.pool.snapshot import Snapshot
from .._core.report.content_value import LARGEST_FILE, content_value
from .objects.object_reader import read_objects, read_sizes
from .refresh.history_reader import HistoryReader
from .repository import LockRepository

if t.TYPE_CHECKING:
    from .cache.mirror import Mirror


def read_contents(repository: LockRepository, snapshot: Snapshot, locks: Iterable[Lock]) -> Mapping[str, str | None]:
    """Return the contents of the files of locks as results show them, by the names of git's objects.

    Files of more than LARGEST_FILE bytes are left out, unread. Two git processes read all the others. Raises
    RepositoryError.
    """
    names = sorted({lock.blob for lock in locks})

    def read(mirror: Mirror) -> Mapping[str, str | None]:
        sizes = read_sizes(repository.git, mirror.path, names)
        with read_objects(repository.git, mirror.path) as objects:
            return {
                name: content_value(objects.read(name, "blob")) for name, size in sizes.items() if size <= LARGEST_FILE
            }

    reader = HistoryReader(repository.git, repository.remote, repository.folder, repository.lock)
    return reader.read(snapshot, read) if names else {}

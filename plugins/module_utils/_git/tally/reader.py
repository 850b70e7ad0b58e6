# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tallies of pools at a commit, and what has happened to the pools since they were counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ..._core.pool.layout import encode_path, pool_file, pool_folder
from ..._core.pool.tally_files import TALLY_FILE_NAMES, TALLY_FILES
from ..._core.shared.text import printable
from ..._core.tally.counts import TallyRecord, read_tally_message
from ..cache.mirror import Mirror
from ..history.claim_commit import LONGEST_COMMIT, read_claim
from ..history.log import ChangedCommit, read_changes
from ..history.model import LoggedCommit
from ..history.move_reader import MoveReader
from ..objects.errors import TooShallow
from ..objects.object_reader import ObjectReader
from ..objects.pool_tree import LONGEST_TALLY
from ..objects.tree_reader import FOLDER_MODE, SUBMODULE_MODE, TreeReader
from ..process.command import GitCommand
from .walk import TallyWalk, walk_all


class TallyReader:
    """Reads the tallies of pools at a commit.

    The commit that counted a pool last is the last one that wrote one of its two files. If the numbers have not
    changed, that commit is empty, and the resource's message names no pool: it then belongs to the pool whose files
    hold its numbers, if there is only one. Otherwise it is ignored, and moves before it count again: rather one build
    too many than one too few.
    """

    def __init__(self, objects: ObjectReader, all_pools: Sequence[str]) -> None:
        self._objects = objects
        self._trees = TreeReader(objects)
        self._all_pools = all_pools
        self._pools_by_empty_commit: dict[str, frozenset[str]] = {}

    def read(
        self, git: GitCommand, mirror: Mirror, commit: str, pools: Collection[str], *, most: int | None = None
    ) -> dict[str, TallyRecord]:
        """Return the records of the pools at a commit. `most` limits the commits to read, None for no limit.

        Raises TooShallow, GitFailed, MissingObject, BrokenHistory.
        """
        records = {pool: self._files(commit, pool) for pool in pools}
        boundary = mirror.boundary()
        walks = {
            pool: TallyWalk(commit, partial(self._is_tally, pool), boundary)
            for pool, record in records.items()
            if record.counted is not None
        }
        if walks:
            with read_changes(git, mirror.path, commit) as commits:
                read = walk_all(commits, list(walks.values()), most=most)
            if any(walk.is_cut for walk in walks.values()):
                raise TooShallow(read)
        for pool, walk in walks.items():
            if walk.counted is not None and walk.is_done:
                moves = tuple(MoveReader(self._objects, [pool]).moves(reversed(walk.since())))
                counted_at = datetime.fromtimestamp(walk.counted.time, UTC)
                records[pool] = replace(records[pool], counted_at=counted_at, moves=moves)
        return records

    def _files(self, commit: str, pool: str) -> TallyRecord:
        """Return the content of a pool's two files."""
        tree = self._trees.folder(commit, encode_path(pool_folder(pool)))
        entries = self._trees.entries(tree) if tree else {}
        triggers, removals = (self._content(*entries.get(name, (FOLDER_MODE, ""))) for name in TALLY_FILE_NAMES)
        return TallyRecord(triggers, removals)

    def _content(self, mode: bytes, blob: str) -> str | None:
        if mode in (FOLDER_MODE, SUBMODULE_MODE):
            return None
        return self._objects.read(blob, "blob", limit=LONGEST_TALLY).decode("ascii", "replace")

    def _is_tally(self, pool: str, commit: ChangedCommit) -> bool:
        """Return whether a commit counted a pool."""
        paths = [encode_path(pool_file(pool, name)) for name in TALLY_FILES]
        if any(status != b"D" and path in paths for status, path in commit.changes):
            return True
        return commit.is_empty and pool in self._pools_of_empty_commit(commit)

    def _pools_of_empty_commit(self, commit: ChangedCommit) -> frozenset[str]:
        pools = self._pools_by_empty_commit.get(commit.name)
        if pools is None:
            pools = self._pools_by_empty_commit[commit.name] = frozenset(self._find_pools(commit))
        return pools

    def _find_pools(self, commit: ChangedCommit) -> list[str]:
        """Return the pools that an empty commit counted: by its message, or by its numbers."""
        content = self._objects.read(commit.name, "commit", limit=LONGEST_COMMIT)
        message = read_claim(LoggedCommit(commit.name, commit.parents, ()), content, alone=True).message
        found = read_tally_message(message)
        if found is None:
            return []
        tally, name = found
        if name is not None:
            return [pool for pool in self._all_pools if printable(pool) == name]
        same = [pool for pool in self._all_pools if self._files(commit.name, pool).counted == tally]
        return same if len(same) == 1 else []

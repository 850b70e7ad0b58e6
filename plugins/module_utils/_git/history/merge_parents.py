# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parents of a commit have a path."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..objects.errors import BrokenHistory
from ..objects.object_reader import ObjectReader
from ..objects.tree_reader import TreeReader
from .model import LoggedCommit, MergeParentsReader


class TreeMergeParentsReader:
    """Looks paths up in the trees of a merge's parents.

    The content of a path does not matter: it is the same in all claims of a lock, until somebody changes it.
    """

    def __init__(self, objects: ObjectReader) -> None:
        self._trees = TreeReader(objects)

    def __call__(self, merge: LoggedCommit, paths: Set[bytes]) -> Mapping[bytes, frozenset[str]]:
        """Return the parents that have each path. Raises GitFailed, MissingObject, BrokenHistory."""
        split = {path: path.rpartition(b"/")[::2] for path in paths}
        trees = {
            folder: {parent: self._trees.folder(parent, folder) for parent in merge.parents}
            for folder in {folder for folder, _name in split.values()}
        }
        return {
            path: frozenset(parent for parent, tree in trees[folder].items() if self._trees.file(tree, name))
            for path, (folder, name) in split.items()
        }


def paths_by_parents(
    commit: LoggedCommit, paths: set[bytes], read_merge: MergeParentsReader
) -> dict[frozenset[str], set[bytes]]:
    """Return paths of a commit by the parents that have them too. Raises BrokenHistory."""
    if len(commit.parents) > 1:
        by_parents: dict[frozenset[str], set[bytes]] = {}
        for path, parents in read_merge(commit, paths).items():
            by_parents.setdefault(parents, set()).add(path)
        return by_parents
    added = paths.intersection(commit.added)
    held = paths - added if added else paths
    if held and not commit.parents:
        raise BrokenHistory(f"the root commit {commit.name} has a path that it does not add")
    return {parents: some for parents, some in ((frozenset(), added), (frozenset(commit.parents), held)) if some}

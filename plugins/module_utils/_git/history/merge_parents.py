# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parents of a merge have its claimed paths."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..objects.object_reader import ObjectReader
from ..objects.tree_reader import TreeReader
from .model import LoggedCommit


class TreeMergeParentsReader:
    """Looks paths up in the trees of a merge's parents, as far down as the paths lie.

    What a path holds does not matter: all claims of a lock hold the same, until somebody writes something into it.
    """

    def __init__(self, objects: ObjectReader) -> None:
        self._trees = TreeReader(objects)

    def __call__(self, commit: LoggedCommit, paths: Set[bytes]) -> Mapping[bytes, frozenset[str]]:
        by_folder: dict[bytes, list[bytes]] = {}
        for path in paths:
            folder, _slash, name = path.rpartition(b"/")
            by_folder.setdefault(folder, []).append(name)
        holders: dict[bytes, frozenset[str]] = {}
        for folder, names in by_folder.items():
            there = {parent: self._trees.folder(parent, folder) for parent in commit.parents}
            for name in names:
                held = (parent for parent, tree in there.items() if self._trees.file(tree, name) is not None)
                holders[folder + b"/" + name] = frozenset(held)
        return holders

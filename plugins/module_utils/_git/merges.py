# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a merge has its claimed paths from. Private to the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.command import GitCommand
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import LoggedCommit, Merge
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects import ObjectReader
from ansible_collections.poolboy.concourse.plugins.module_utils._git.tree_objects import TreeReader


class TreeMergeReader:
    """Compares a merge with its parents by reading their trees, as far down as the paths lie."""

    def __init__(self, git: GitCommand, repository: Path, objects: ObjectReader) -> None:
        self._git = git
        self._repository = repository
        self._trees = TreeReader(objects)

    def __call__(self, commit: LoggedCommit, paths: Set[bytes]) -> Merge:
        by_folder: dict[bytes, list[bytes]] = {}
        for path in paths:
            folder, _slash, name = path.rpartition(b"/")
            by_folder.setdefault(folder, []).append(name)
        sources: dict[bytes, str | None] = {}
        for folder, names in by_folder.items():
            here = self._trees.folder(commit.name, folder)
            there = {parent: self._trees.folder(parent, folder) for parent in commit.parents}
            sources.update((folder + b"/" + name, self._source(name, here, there)) for name in names)
        return Merge(sources, self._added(commit) if None in sources.values() else ())

    def _source(self, name: bytes, here: str | None, there: Mapping[str, str | None]) -> str | None:
        file = self._trees.file
        entry = file(here, name)
        same = (parent for parent, folder in there.items() if folder == here or file(folder, name) == entry)
        existing = (parent for parent, folder in there.items() if file(folder, name) is not None)
        return next(same, None) or next(existing, None)

    def _added(self, commit: LoggedCommit) -> Iterator[bytes]:
        """All paths that the merge has and none of its parents."""
        options = ("-c", "-r", "-z", "--name-status", "--no-renames", "--no-commit-id")
        tokens = iter(self._git.run("diff-tree", *options, commit.name, repository=self._repository).split(b"\0"))
        return (path for status, path in zip(tokens, tokens, strict=False) if not status.strip(b"A"))

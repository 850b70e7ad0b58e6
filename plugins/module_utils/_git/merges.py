# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a merge has its claimed paths from. Private to the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.command import GitCommand
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import BrokenHistory, LoggedCommit, Merge
from ansible_collections.poolboy.concourse.plugins.module_utils._git.objects import ObjectReader

Entry = tuple[bytes, str]  # the mode in octal, the object's name
Entries = Mapping[bytes, Entry]

_FOLDER = b"40000"
_KEPT_TREES = 256


class TreeMergeReader:
    """Compares a merge with its parents by reading their trees, as far down as the paths lie."""

    def __init__(self, git: GitCommand, repository: Path, objects: ObjectReader) -> None:
        self._git = git
        self._repository = repository
        self._objects = objects
        self._trees: dict[str, Entries] = {}

    def __call__(self, commit: LoggedCommit, paths: Set[bytes]) -> Merge:
        by_folder: dict[bytes, list[bytes]] = {}
        for path in paths:
            folder, _slash, name = path.rpartition(b"/")
            by_folder.setdefault(folder, []).append(name)
        sources: dict[bytes, str | None] = {}
        for folder, names in by_folder.items():
            here = self._folder(commit.name, folder)
            there = {parent: self._folder(parent, folder) for parent in commit.parents}
            sources.update((folder + b"/" + name, self._source(name, here, there)) for name in names)
        return Merge(sources, self._added(commit) if None in sources.values() else ())

    def _source(self, name: bytes, here: str | None, there: Mapping[str, str | None]) -> str | None:
        entry = self._file(here, name)
        same = (parent for parent, folder in there.items() if folder == here or self._file(folder, name) == entry)
        existing = (parent for parent, folder in there.items() if self._file(folder, name) is not None)
        return next(same, None) or next(existing, None)

    def _folder(self, commit: str, path: bytes) -> str | None:
        """The name of the tree of a folder, None if there is no such folder."""
        tree = f"{commit}^{{tree}}"
        for part in path.split(b"/"):
            mode, name = self._tree(tree).get(part, (b"", ""))
            if mode != _FOLDER:
                return None
            tree = name
        return tree

    def _file(self, folder: str | None, name: bytes) -> Entry | None:
        """What lies in a folder under a name; None if it is nothing, or a folder."""
        entry = None if folder is None else self._tree(folder).get(name)
        return None if entry is None or entry[0] == _FOLDER else entry

    def _tree(self, name: str) -> Entries:
        if (entries := self._trees.get(name)) is None:
            if len(self._trees) >= _KEPT_TREES:
                self._trees.clear()
            entries = self._trees[name] = parse_tree(self._objects.read(name, "tree"), len(name.partition("^")[0]) // 2)
        return entries

    def _added(self, commit: LoggedCommit) -> Iterator[bytes]:
        """All paths that the merge has and none of its parents."""
        options = ("-c", "-r", "-z", "--name-status", "--no-renames", "--no-commit-id")
        tokens = iter(self._git.run("diff-tree", *options, commit.name, repository=self._repository).split(b"\0"))
        return (path for status, path in zip(tokens, tokens, strict=False) if not status.strip(b"A"))


def parse_tree(content: bytes, name_length: int) -> dict[bytes, Entry]:
    """Read a tree object: for each entry the mode, a space, the name, a NUL and the object's name in binary.

    Raises BrokenHistory.
    """
    entries = {}
    at = 0
    try:
        while at < len(content):
            space = content.index(b" ", at)
            end = content.index(b"\0", space)
            following = end + 1 + name_length
            entries[content[space + 1 : end]] = (content[at:space], content[end + 1 : following].hex())
            at = following
    except ValueError:
        raise BrokenHistory("a tree object is malformed") from None
    return entries

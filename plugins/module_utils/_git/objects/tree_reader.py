# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of a commit, read tree by tree as far down as needed."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import BrokenHistory
from .object_reader import ObjectReader

Entry = tuple[bytes, str]  # the mode in octal, the object's name
Entries = Mapping[bytes, Entry]

SUBMODULE_MODE = b"160000"
FOLDER_MODE = b"40000"
_KEPT_TREES = 256


class TreeReader:
    """Reads folders of commits. The cost does not depend on the size of the repository."""

    def __init__(self, objects: ObjectReader) -> None:
        self._objects = objects
        self._trees: dict[str, Entries] = {}

    def folder(self, commit: str, path: bytes) -> str | None:
        """Return the tree of a folder, None if there is no such folder; the empty path is the top of the repository.

        Raises MissingObject, BrokenHistory.
        """
        tree = f"{commit}^{{tree}}"
        for part in path.split(b"/") if path else ():
            mode, name = self.entries(tree).get(part, (b"", ""))
            if mode != FOLDER_MODE:
                return None
            tree = name
        return tree

    def file(self, folder: str | None, name: bytes) -> Entry | None:
        """Return the entry of a folder with a name; None if it is missing, or a folder."""
        entry = None if folder is None else self.entries(folder).get(name)
        return None if entry is None or entry[0] == FOLDER_MODE else entry

    def entries(self, name: str) -> Entries:
        """Return the entries of a tree by name. Raises MissingObject, BrokenHistory."""
        if (entries := self._trees.get(name)) is None:
            if len(self._trees) >= _KEPT_TREES:
                self._trees.clear()
            entries = self._trees[name] = parse_tree(self._objects.read(name, "tree"), len(name.partition("^")[0]) // 2)
        return entries


def parse_tree(content: bytes, name_length: int) -> dict[bytes, Entry]:
    """Return the entries of a tree object: mode, space, name, NUL and the object's name in binary.

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

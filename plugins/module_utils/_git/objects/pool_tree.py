# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the pools in a commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..._core.pool.layout import LOCK_MARKER, STATE_FOLDERS, decode_path, parse_path
from ..._core.pool.tally_files import TALLY_FILE_NAMES
from ..._core.pool.tree import PoolTree, TreeEntry, read_tree, tally_entries
from ..process.command import GitCommand
from .errors import BrokenHistory
from .object_reader import ObjectReader

LONGEST_TALLY = 64  # bytes; more is not a number
_LAST_NAMES = (*TALLY_FILE_NAMES, *STATE_FOLDERS)


def read_pool_tree(git: GitCommand, repository: Path, objects: ObjectReader, commit: str) -> PoolTree:
    """Return pools, locks and problems of a commit. Raises GitFailed, MissingObject, BrokenHistory."""
    # With folders (-t): an empty one, which programs can create, has no file that would show it.
    process = git.start("ls-tree", "-r", "-t", "-z", "--full-tree", commit, repository=repository)
    entries = list(parse_entries(process.chunks()))
    tallies = {
        entry.path: objects.read(entry.object_name, "blob", limit=LONGEST_TALLY).decode("ascii", "replace")
        for entry in tally_entries(entries)
    }
    return read_tree(entries, tallies)


def parse_entries(chunks: Iterable[bytes]) -> Iterator[TreeEntry]:
    """Yield the entries in the output of `git ls-tree -r -t -z` that are in a pool. Raises BrokenHistory."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\0")
        rest = lines.pop()
        for line in lines:
            # A line is `mode kind object<tab>path`. In a mixed repository most paths are outside the pools.
            if LOCK_MARKER in line or line.endswith(_LAST_NAMES):
                attributes, _tab, name = line.partition(b"\t")
                path = decode_path(name)
                if line.endswith(TALLY_FILE_NAMES) or parse_path(path) is not None:
                    mode, _kind, object_name = attributes.decode("ascii").split(" ")
                    yield TreeEntry(mode, object_name, path)
    if rest:
        raise BrokenHistory("git ls-tree ended in the middle of a line")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a commit that have to do with pools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..._core.pool.tally_files import TALLY_FILES
from ..._core.pool.tree import Tree, TreeEntry, read_tree, tally_entries
from ..process.command import GitCommand
from .errors import BrokenHistory
from .object_reader import ObjectReader

_STATES = frozenset((b"claimed", b"unclaimed"))
_TALLIES = tuple(name.encode() for name in TALLY_FILES)
_ENDS = (*_TALLIES, *_STATES)
LONGEST_TALLY = 64  # bytes; more is no number


def read_pool_tree(git: GitCommand, repository: Path, objects: ObjectReader, commit: str) -> Tree:
    """Read pools, locks and problems of a commit. Raises GitFailed, MissingObject, BrokenHistory."""
    # With folders (-t), as an empty one, which people do not make but programs can, has no file to be seen by.
    process = git.start("ls-tree", "-r", "-t", "-z", "--full-tree", commit, repository=repository)
    entries = list(parse_entries(process.chunks()))
    tallies = {
        entry.path: objects.read(entry.object_name, "blob", limit=LONGEST_TALLY).decode("ascii", "replace")
        for entry in tally_entries(entries)
    }
    return read_tree(entries, tallies)


def parse_entries(chunks: Iterable[bytes]) -> Iterator[TreeEntry]:
    """Read what `git ls-tree -r -t -z` prints, and leave out what lies in no pool. Raises BrokenHistory."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\0")
        rest = lines.pop()
        for line in lines:
            # Each is `mode kind object<tab>path`. In a mixed repository most paths are none of ours.
            if b"claimed/" in line or line.endswith(_ENDS):
                about, _tab, path = line.partition(b"\t")
                if line.endswith(_TALLIES) or not _STATES.isdisjoint(path.split(b"/")):
                    mode, _kind, object_name = about.decode("ascii").split(" ")
                    yield TreeEntry(mode, object_name, path.decode("utf-8", "surrogateescape"))
    if rest:
        raise BrokenHistory("git ls-tree ended in the middle of a line")

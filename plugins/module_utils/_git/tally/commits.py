# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From tallies to commits: each changes the two files of its pool and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.pool.layout import encode_path, pool_file, pool_folder
from ..._core.pool.tally_files import REMOVALS_FILE, TRIGGERS_FILE
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..._core.tally.ledger import PlannedTally
from ..objects.tree_reader import TreeReader
from ..write.planned_commits import CommitPurpose, FileWritten, PlannedCommit

# A symbolic link would be followed by the resource, which reads and writes the files in a work tree.
_PLAIN_FILES = (b"100644", b"100755", b"100664")


def plan_tallies(tallies: Sequence[PlannedTally], trees: TreeReader, base: str) -> list[PlannedCommit]:
    """Return one commit for each tally: as in the resource's commits, the message holds one pair of numbers."""
    return [_commit(tally, trees, base) for tally in tallies]


def _commit(count: PlannedTally, trees: TreeReader, base: str) -> PlannedCommit:
    tree = trees.folder(base, encode_path(pool_folder(count.pool)))
    if tree is None:
        raise RepositoryError(f"There is no pool {printable(count.pool, 200)} any more, so no build was started.")
    there = trees.entries(tree)
    changes = []
    for name, number in ((TRIGGERS_FILE, count.tally.triggers), (REMOVALS_FILE, count.tally.removals)):
        mode, _object = there.get(name.encode(), (_PLAIN_FILES[0], ""))
        if mode not in _PLAIN_FILES:
            raise RepositoryError(
                f"{name} of pool {printable(count.pool, 200)} is no file, so the builds cannot be counted there and"
                " none was started: remove it."
            )
        changes.append(FileWritten(encode_path(pool_file(count.pool, name)), b"%d\n" % number))
    return PlannedCommit(count.message, tuple(changes))


TALLIES = CommitPurpose(
    plan_tallies,
    commits="the commits that count builds",
    done="the builds were counted",
    not_done="no build was started",
)

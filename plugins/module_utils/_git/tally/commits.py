# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commits that count builds: each writes the two tally files of one pool."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.pool.layout import encode_path, pool_file, pool_folder
from ..._core.pool.tally_files import REMOVALS_FILE, TRIGGERS_FILE
from ..._core.shared.errors import RepositoryError
from ..._core.shared.text import printable
from ..._core.tally.ledger import PlannedTally
from ..objects.tree_reader import TreeReader
from ..write.planned_commits import CommitPurpose, FileWritten, PlannedCommit

# Not symbolic links: the resource would follow them, as it reads and writes the files in a work tree.
_FILE_MODES = (b"100644", b"100755", b"100664")


def plan_tallies(tallies: Sequence[PlannedTally], trees: TreeReader, base: str) -> list[PlannedCommit]:
    """Return one commit for each tally, as the resource makes them: a message holds one pair of numbers."""
    return [_commit(tally, trees, base) for tally in tallies]


def _commit(planned: PlannedTally, trees: TreeReader, base: str) -> PlannedCommit:
    pool = printable(planned.pool, 200)
    tree = trees.folder(base, encode_path(pool_folder(planned.pool)))
    if tree is None:
        raise RepositoryError(f"Pool {pool} no longer exists, so no build was started.")
    entries = trees.entries(tree)
    changes = []
    for name, number in ((TRIGGERS_FILE, planned.tally.triggers), (REMOVALS_FILE, planned.tally.removals)):
        mode, _object = entries.get(encode_path(name), (_FILE_MODES[0], ""))
        if mode not in _FILE_MODES:
            raise RepositoryError(f"{name} of pool {pool} is not a file, so no build was started: remove it.")
        changes.append(FileWritten(encode_path(pool_file(planned.pool, name)), b"%d\n" % number))
    return PlannedCommit(planned.message, tuple(changes))


TALLIES = CommitPurpose(
    plan_tallies,
    commits="the commits that count builds",
    done="the builds were counted",
    not_done="no build was started",
    no_more="the tally still counts builds that were not started",
)

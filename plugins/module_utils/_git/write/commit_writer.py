# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write commits into a mirror, without a work tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from ..access.author import Author
from ..cache.mirror import Mirror
from ..objects.errors import BrokenHistory
from ..objects.object_reader import read_objects
from ..objects.tree_reader import TreeReader
from ..process.command import GitCommand
from .import_stream import import_stream
from .planned_commits import CommitPurpose, PlannedCommit
from .signing import CommitSigner, is_signing_required, request_signing

Change = TypeVar("Change")

# Otherwise glibc returns the memory after each object and requests it again, which takes most of the time (mallopt(3)).
_IMPORT_VARIABLES = {"MALLOC_TRIM_THRESHOLD_": str(1 << 20)}


class CommitWriter(Generic[Change]):
    """Writes commits of one purpose. It changes no reference: nobody sees commits that are not pushed."""

    def __init__(self, git: GitCommand, author: Author, purpose: CommitPurpose[Change]) -> None:
        self._git = git
        self._import_git = git.with_variables(_IMPORT_VARIABLES)
        self._author = author
        self._purpose = purpose

    def write(self, mirror: Mirror, base: str, changes: Sequence[Change], date: int) -> str:
        """Write the commits of the changes on top of the commit `base`; return the last one.

        `date` is in seconds since 1970, UTC. Raises RepositoryError; and GitFailed, MissingObject or BrokenHistory if
        the mirror can be broken.
        """
        signing = request_signing(self._git, mirror.path)
        try:
            with read_objects(self._git, mirror.path) as objects:
                commits = self._purpose.plan(changes, TreeReader(objects), base)
            last = self._import(mirror, base, commits, date)
            if is_signing_required(signing):
                signer = CommitSigner(self._git, mirror.path, self._author, self._purpose.not_done)
                last = signer.sign(base, last, [commit.message for commit in commits], date)
        finally:
            signing.stop()
        return last

    def _import(self, mirror: Mirror, base: str, commits: Sequence[PlannedCommit], date: int) -> str:
        """Write all commits in one process. GitPython would store each changed tree as a loose object of full size."""
        process = self._import_git.start("fast-import", "--quiet", repository=mirror.path, with_input=True)
        try:
            process.write(import_stream(base, commits, self._author, date))
            process.end_input()
            last = process.output().decode("ascii", "replace").strip()
        finally:
            process.stop()
            mirror.clear_crash_reports()
        if len(last) != len(base):
            raise BrokenHistory(f"git fast-import printed {last!r} instead of a commit")
        return last

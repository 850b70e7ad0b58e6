# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes commits into a mirror, without a work tree."""

from __future__ import annotations

from collections.abc import Sequence

from ..access.author import Author
from ..cache.mirror import Mirror
from ..objects.errors import BrokenHistory
from ..objects.object_reader import read_objects
from ..objects.tree_reader import TreeReader
from ..process.command import GitCommand
from .import_stream import import_stream
from .planned_commits import CommitPurpose, PlanCommits, PlannedCommit
from .signing import is_signing_required, request_signing, sign_commits

# Else glibc gives the memory back after each object and asks for it again, which takes most of the time (mallopt(3)).
_SPARING = {"MALLOC_TRIM_THRESHOLD_": str(1 << 20)}


class CommitWriter:
    """Writes commits in the name of an author. No reference is changed: what is never pushed is never seen."""

    def __init__(self, git: GitCommand, author: Author) -> None:
        self._git = git
        self._sparing = git.with_variables(_SPARING)
        self._author = author

    def write(self, mirror: Mirror, base: str, plan: PlanCommits, deed: CommitPurpose, at: int) -> str:
        """Write the commits of a plan on top of the commit `base`, and return the last.

        Raises RepositoryError; and GitFailed, MissingObject or BrokenHistory if the mirror may be at fault.
        """
        question = request_signing(self._git, mirror.path)
        try:
            with read_objects(self._git, mirror.path) as objects:
                commits = plan(TreeReader(objects), base)
            last = self._import(mirror, base, commits, at)
            if is_signing_required(question):
                last = sign_commits(self._git, mirror.path, base, last, commits, self._author, deed, at)
        finally:
            question.stop()
        return last

    def _import(self, mirror: Mirror, base: str, commits: Sequence[PlannedCommit], at: int) -> str:
        process = self._sparing.start("fast-import", "--quiet", repository=mirror.path, with_input=True)
        try:
            process.write(import_stream(base, commits, self._author, at))
            process.end_input()
            last = process.output().decode("ascii", "replace").strip()
        finally:
            process.stop()
            mirror.clear_crash_reports()
        if len(last) != len(base):
            raise BrokenHistory(f"git fast-import printed {last!r} where a commit should be")
        return last

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock repository as it is written to: commits in the mirror, then one push."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Hashable, Sequence

from ..._core.clean.run import PlannedRelease
from ..._core.pool.snapshot import Snapshot
from ..._core.shared.errors import RepositoryError
from ..._core.shared.push import PushOutcome
from ..._core.tally.ledger import PlannedTally
from ..access.author import Author
from ..cache.folder import CacheFolder, FolderLock, cache_error, remove
from ..cache.mirror import AT_FAULT, DEPTH_TO_KEEP, UNFINISHED_PACKS, Mirror
from ..cache.snapshot_file import write_snapshot
from ..objects.errors import TooShallow
from ..objects.object_reader import read_objects
from ..objects.pool_tree import read_pool_tree
from ..process.command import GitCommand, GitFailed
from ..remote.error_messages import git_words
from ..remote.remote import Remote
from ..tally.commits import planned_tallies
from ..tally.drift import problems_with_drift
from ..write.commit_writer import CommitWriter
from ..write.planned_commits import RELEASE_PURPOSE, TALLY_PURPOSE, CommitPurpose, PlanCommits
from ..write.release_commits import planned_releases
from .lost_answer import PushFollowUp
from .process import PushProcess
from .report import ReportedOutcome


class Pushing:
    """Writes and pushes commits. From the one to the other it keeps other runs off the mirror.

    So no wait for another run comes between the last look at Concourse and the push, and no other run can put another
    mirror in the place of the one with the commits.
    """

    def __init__(self, git: GitCommand, remote: Remote, folder: CacheFolder, author: Author, patience: float) -> None:
        self._git = git
        self._remote = remote
        self._folder = folder
        self._lock = FolderLock(folder, patience)
        self._writer = CommitWriter(git, author)
        self._aftermath = PushFollowUp(git, remote, folder, patience)
        self._times: dict[tuple[str, Hashable], int] = {}
        self._deed = RELEASE_PURPOSE

    def let_go(self) -> None:
        """Let other runs at the mirror; what was written and not pushed may be gone then."""
        self._lock.let_go()

    def write_releases(self, snapshot: Snapshot, releases: Sequence[PlannedRelease]) -> str:
        """Write one commit for each release, and return the last. Raises RepositoryError."""
        return self._write(snapshot, tuple(releases), planned_releases(releases), RELEASE_PURPOSE)

    def write_tallies(self, snapshot: Snapshot, counts: Sequence[PlannedTally]) -> str:
        """Write one commit for each count, and return the last. Raises RepositoryError."""
        return self._write(snapshot, tuple(counts), planned_tallies(counts), TALLY_PURPOSE)

    def _write(self, snapshot: Snapshot, content: Hashable, plan: PlanCommits, deed: CommitPurpose) -> str:
        """Write the commits of a plan on top of the snapshot.

        The same content on the same snapshot gives the same commits, so that a push that was believed to be lost and
        comes about late is known for what it is.
        """
        at = self._times.setdefault((snapshot.commit, content), int(time.time()))
        self._deed = deed
        self._lock.take()
        try:
            mirror = Mirror(self._folder.mirror)
            if mirror.fits(snapshot.commit):
                mirror.clear_unfinished(UNFINISHED_PACKS)
                with contextlib.suppress(*AT_FAULT):
                    return self._writer.write(mirror, snapshot.commit, plan, deed, at)
            return self._writer.write(self._new_mirror(snapshot), snapshot.commit, plan, deed, at)
        except BaseException as error:
            self._lock.let_go()
            if isinstance(error, AT_FAULT):
                raise self._explain(error) from None
            raise

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push commits that write() has just written on top of the snapshot. Raises RepositoryError."""
        self._lock.take()
        try:
            process = self._remote.push(self._folder.mirror, snapshot.branch, commit, base=snapshot.commit)
            push = PushProcess(process, snapshot.branch)
            with contextlib.closing(push):
                coming = self._foresee(snapshot, commit)
                report = push.report()
            if report.outcome is ReportedOutcome.ACCEPTED and coming is not None:
                with contextlib.suppress(OSError):
                    write_snapshot(self._folder.findings, coming)
            elif report.outcome is ReportedOutcome.SPOILED:
                remove(self._folder.mirror)
        finally:
            self._lock.let_go()
        return self._aftermath.judge(report, snapshot, commit, self._deed)

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push that was given up came about before a later snapshot. Raises RepositoryError."""
        self._lock.let_go()
        return self._aftermath.has_landed(snapshot, commit)

    def _new_mirror(self, snapshot: Snapshot) -> Mirror:
        """Make a mirror in the place of the one that is of no use."""
        path = self._folder.new_path()
        try:
            mirror = Mirror.create(path, snapshot.commit)
            try:
                self._remote.fetch(path, snapshot.branch, depth=DEPTH_TO_KEEP)
            except GitFailed as failed:
                raise self._remote.explain(failed) from None
            self._folder.replace_mirror(path)
        finally:
            remove(path)
        mirror.path = self._folder.mirror
        return mirror

    def _foresee(self, snapshot: Snapshot, commit: str) -> Snapshot | None:
        """The snapshot at commits of our own, which take claims away and add none: the next run need not look then.

        None if it cannot be read, which spoils nothing but that.
        """
        with contextlib.suppress(*AT_FAULT, TooShallow):
            with read_objects(self._git, self._folder.mirror) as objects:
                tree = read_pool_tree(self._git, self._folder.mirror, objects, commit)
                problems = problems_with_drift(self._git, Mirror(self._folder.mirror), objects, tree, commit)
            claimed = tree.claimed_paths
            claims = {path: claim for path, claim in snapshot.claims.items() if path in claimed}
            return Snapshot(commit, snapshot.branch, tree.pools, tree.locks, claims, problems, tree.obstacles)
        return None

    def _explain(self, error: BaseException) -> RepositoryError:
        if isinstance(error, OSError):
            return cache_error(self._folder.path, error)
        if isinstance(error, GitFailed):
            return RepositoryError(
                f"git cannot write {self._deed.commits} in {self._folder.path}, so {self._deed.nothing}: see"
                f" that there is space, or name another cache_dir. ({git_words(error.stderr)})"
            )
        return RepositoryError(
            f"The branch at {self._remote.where} was rewritten a moment ago, so {self._deed.nothing}: run again."
            f" ({error})"
        )

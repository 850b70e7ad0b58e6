# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write commits to a lock repository and push them."""

from __future__ import annotations

import contextlib
import time
import typing as t
from collections.abc import Sequence

from ..._core.pool.snapshot import Snapshot
from ..._core.push.store import PushOutcome
from ..._core.shared.errors import RepositoryError
from ..access.author import Author
from ..cache.files import remove
from ..cache.folder import cache_error
from ..cache.mirror import KEPT_DEPTH, MIRROR_ERRORS, UNFINISHED_PACKS, Mirror, new_mirror
from ..cache.snapshot_file import write_snapshot
from ..process.command import GitFailed
from ..remote.error_messages import git_words
from ..remote.remote import TRACKED
from ..repository import LockRepository
from ..write.commit_writer import CommitWriter
from ..write.planned_commits import CommitPurpose
from .consequence import PushConsequence
from .follow_up import PushFollowUp
from .prediction import predict_snapshot
from .report import PushReport, PushStatus, wait_for_report

Change = t.TypeVar("Change")

_CONTAINS_DEPTH = 512  # commits that others can push on top of ours before it is looked for


class RepositoryWriter(t.Generic[Change]):
    """Writes and pushes commits of one purpose. A CommitStore of the core.

    The folder stays locked from write() to push(). So no other run replaces the mirror that holds the commits, and the
    push never waits for another run after Concourse was asked for the last time.
    """

    def __init__(self, repository: LockRepository, author: Author, purpose: CommitPurpose[Change]) -> None:
        self._repository = repository
        self._author = author
        self._consequence = PushConsequence(purpose)
        self._follow_up = PushFollowUp(repository.remote, self._consequence)
        self._makes_claims = purpose.makes_claims
        self._pushed: Snapshot | None = None
        self._dates: dict[tuple[str, tuple[Change, ...]], int] = {}

    def snapshot(self) -> Snapshot:
        """Return the current state of the branch, see LockRepository.snapshot()."""
        return self._repository.snapshot()

    def latest(self) -> Snapshot:
        """Return the state after the last accepted push; without a request if it could be predicted."""
        return self._pushed or self._repository.snapshot()

    def write(self, snapshot: Snapshot, changes: Sequence[Change]) -> str:
        """Write the commits of the changes on top of the snapshot; return the last one. Raises RepositoryError.

        The same changes on the same snapshot give the same commits, with the same date. So a push that the server
        carries out late is recognized, and never repeated.
        """
        date = self._dates.setdefault((snapshot.commit, tuple(changes)), int(time.time()))
        with self._consequence.explaining(snapshot.commit):
            self._repository.lock.acquire()
            try:
                return self._write(snapshot, changes, date)
            except MIRROR_ERRORS as error:
                self._repository.lock.release()
                raise self._explain(error, snapshot) from None
            except BaseException:
                self._repository.lock.release()
                raise

    def push(self, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Push commits that write() has just written on top of the snapshot. Raises RepositoryError."""
        with self._repository.lock:
            report = self._push(snapshot, commit)
        return self._follow_up.outcome(report, snapshot, commit)

    def contains(self, snapshot: Snapshot, commit: str) -> bool:
        """Fetch the branch, and return whether a commit is in its history. Raises RepositoryError."""
        git, remote, mirror = self._repository.git, self._repository.remote, self._repository.folder.mirror
        with self._repository.lock:
            try:
                remote.fetch(mirror, snapshot.branch, depth=_CONTAINS_DEPTH)
            except GitFailed as failed:
                raise remote.explain(failed) from None
            try:
                git.run("merge-base", "--is-ancestor", commit, TRACKED, repository=mirror)
            except GitFailed:
                return False  # the commit is no ancestor, or its objects did not come with the branch
        self._consequence.record(PushOutcome.ACCEPTED, snapshot.commit)
        return True

    def _write(self, snapshot: Snapshot, changes: Sequence[Change], date: int) -> str:
        writer = CommitWriter(self._repository.git, self._author, self._consequence.purpose(snapshot.commit))
        mirror = Mirror(self._repository.folder.mirror)
        if mirror.fits(snapshot.commit):
            mirror.clear_unfinished(UNFINISHED_PACKS)
            with contextlib.suppress(*MIRROR_ERRORS):
                return writer.write(mirror, snapshot.commit, changes, date)
        return writer.write(self._new_mirror(snapshot), snapshot.commit, changes, date)

    def _new_mirror(self, snapshot: Snapshot) -> Mirror:
        """Replace a missing or broken mirror."""
        remote = self._repository.remote
        with new_mirror(self._repository.folder, snapshot.commit) as mirror:
            try:
                remote.fetch(mirror.path, snapshot.branch, depth=KEPT_DEPTH)
            except GitFailed as failed:
                raise remote.explain(failed) from None
        return mirror

    def _push(self, snapshot: Snapshot, commit: str) -> PushReport:
        folder = self._repository.folder
        process = self._repository.remote.push(folder.mirror, snapshot.branch, commit, base=snapshot.commit)
        try:
            # While the server works.
            predicted = predict_snapshot(
                self._repository.git, folder.mirror, snapshot, commit, makes_claims=self._makes_claims
            )
            report = wait_for_report(process, snapshot.branch)
        finally:
            process.stop()
        self._pushed = predicted if report.status is PushStatus.ACCEPTED else None
        if report.status is PushStatus.ACCEPTED and predicted is not None:
            with contextlib.suppress(OSError):
                write_snapshot(folder.snapshot_file, predicted)
        elif report.status is PushStatus.MIRROR_BROKEN:
            remove(folder.mirror)
        return report

    def _explain(self, error: Exception, snapshot: Snapshot) -> RepositoryError:
        purpose = self._consequence.purpose(snapshot.commit)
        folder = self._repository.folder.path
        if isinstance(error, OSError):
            return cache_error(folder, error)
        if isinstance(error, GitFailed):
            return RepositoryError(
                f"git cannot write {purpose.commits} in {folder}, so {purpose.not_done}: free disk space"
                f" there, or name another cache_dir. ({git_words(error.stderr)})"
            )
        return RepositoryError(
            f"The branch at {self._repository.remote.where} was rewritten a moment ago, so {purpose.not_done}:"
            f" run again. ({error})"
        )

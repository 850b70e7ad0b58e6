# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a push that was not plainly accepted."""

from __future__ import annotations

import time

from ..._core.pool.snapshot import Snapshot
from ..._core.shared.errors import RepositoryError
from ..._core.shared.push import PushOutcome
from ..cache.folder import CacheFolder
from ..process.command import GitCommand, GitFailed
from ..remote.remote import TRACKED, Remote
from ..remote.tip import Tip
from ..write.planned_commits import RELEASE_PURPOSE, CommitPurpose
from .error_messages import PushMessages
from .report import PushReport, ReportedOutcome

TIMES_STUCK = 3  # pushes in a row that a server did not take although the branch stayed where it was
FIRST_PAUSE = 0.5  # seconds between two looks at the remote; each is twice as long as the one before
LONGEST_WAIT = 8.0  # seconds in which a server may still be at work after the connection broke off
LONGEST_WAIT_IF_SLOW = 60.0  # the same, if it was we who stopped waiting for its answer
_DEPTH = 512  # commits of others that can have come on top of ours in that time


class PushFollowUp:
    """Finds out what became of pushes, over all attempts of a run."""

    def __init__(self, git: GitCommand, remote: Remote, folder: CacheFolder, patience: float) -> None:
        self._git = git
        self._remote = remote
        self._folder = folder
        self._patience = patience
        self._stuck_at = ""
        self._times = 0
        self._deed = RELEASE_PURPOSE
        self._doubtful: set[str] = set()

    def judge(self, report: PushReport, snapshot: Snapshot, commit: str, deed: CommitPurpose) -> PushOutcome:
        """Say what became of a push of commits on top of a snapshot. Raises RepositoryError if it was refused."""
        self._deed = deed
        messages = self._messages(snapshot.branch)
        match report.outcome:
            case ReportedOutcome.ACCEPTED:
                return PushOutcome.ACCEPTED
            case ReportedOutcome.OVERTAKEN:
                return PushOutcome.OVERTAKEN
            case ReportedOutcome.REFUSED:
                raise messages.refused(report)
            case ReportedOutcome.UNSENT if report.failed is not None:
                raise messages.unsent(report, report.failed)
            case ReportedOutcome.DOUBTFUL:
                if self._has_moved(snapshot):
                    return PushOutcome.OVERTAKEN
                raise messages.refused(report)
            case ReportedOutcome.LOST:
                found = self._look(report, snapshot, commit)
                if found is not None:
                    return found
                if messages.has_cause(report):
                    raise messages.refused(report)
                self._doubtful.add(commit)
        self._count(report, snapshot)
        return PushOutcome.OVERTAKEN

    def has_landed(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether a push that was given up came about before a later snapshot. Raises RepositoryError."""
        return commit in self._doubtful and self._is_below(Tip(snapshot.branch, snapshot.commit), commit)

    def _messages(self, branch: str) -> PushMessages:
        return PushMessages(self._remote.where, branch, self._remote.secrets, self._deed)

    def _count(self, report: PushReport, snapshot: Snapshot) -> None:
        """The branch stayed where it was: that happens, but not again and again."""
        self._times = self._times + 1 if self._stuck_at == snapshot.commit else 1
        self._stuck_at = snapshot.commit
        if self._times >= TIMES_STUCK:
            raise self._messages(snapshot.branch).stuck(report, self._times)

    def _look(self, report: PushReport, snapshot: Snapshot, commit: str) -> PushOutcome | None:
        """Look at the remote until it shows what became of the push; None if the branch stays where it was."""
        until = time.monotonic() + (LONGEST_WAIT_IF_SLOW if report.timed_out else LONGEST_WAIT)
        pause = FIRST_PAUSE
        while True:
            trouble: RepositoryError | None = None
            try:
                tip = self._tip(snapshot.branch)
                if tip.commit == commit:
                    return PushOutcome.ACCEPTED
                if tip.commit != snapshot.commit:
                    return PushOutcome.ACCEPTED if self._is_below(tip, commit) else PushOutcome.OVERTAKEN
            except RepositoryError as error:
                trouble = error
            if time.monotonic() + pause > until:
                break
            time.sleep(pause)
            pause *= 2
        if trouble is not None:
            raise self._messages(snapshot.branch).unknown(report, trouble) from None
        return None

    def _has_moved(self, snapshot: Snapshot) -> bool:
        try:
            return self._tip(snapshot.branch).commit != snapshot.commit
        except RepositoryError:
            return False

    def _tip(self, branch: str) -> Tip:
        question = self._remote.request_tip(branch)
        try:
            return question.answer()
        finally:
            question.forget()

    def _is_below(self, tip: Tip, commit: str) -> bool:
        """Whether a commit is in the history of a tip that others have pushed since. Raises RepositoryError."""
        mirror = self._folder.mirror
        with self._folder.locked(self._patience):
            try:
                self._remote.fetch(mirror, tip.branch, depth=_DEPTH)
            except GitFailed as failed:
                raise self._remote.explain(failed) from None
            try:
                self._git.run("merge-base", "--is-ancestor", commit, TRACKED, repository=mirror)
            except GitFailed:
                return False  # not an ancestor, or nothing that came with the branch
        return True

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a push: what the server reported, and if the response was lost, what the branch shows."""

from __future__ import annotations

import time
import typing as t

from ..._core.pool.snapshot import Snapshot
from ..._core.push.store import PushOutcome
from ..._core.shared.errors import RepositoryError
from ..remote.remote import Remote
from .consequence import PushConsequence
from .error_messages import PushMessages
from .report import PushReport, PushStatus

MAX_UNCHANGED = 3  # failed pushes in a row while the branch does not move; then the server is at fault
FIRST_PAUSE = 0.5  # seconds between two requests for the branch; doubled each time
LONGEST_WAIT = 8.0  # seconds that a server may still need after the connection broke
LONGEST_WAIT_IF_SLOW = 60.0  # the same after a timeout of our own


class PushFollowUp:
    """Turns the reports of a run's pushes into outcomes."""

    def __init__(self, remote: Remote, consequence: PushConsequence[t.Any]) -> None:
        self._remote = remote
        self._consequence = consequence
        self._unchanged_commit = ""
        self._unchanged_count = 0

    def outcome(self, report: PushReport, snapshot: Snapshot, commit: str) -> PushOutcome:
        """Return the outcome of a push of `commit` on top of the snapshot. Raises RepositoryError if it was refused.

        | report               | branch on the server  | outcome                                     |
        |----------------------|-----------------------|---------------------------------------------|
        | accepted, overtaken  | not asked             | the same                                    |
        | refused, not sent    | not asked             | error                                       |
        | rejected             | has moved, or has not | overtaken, or error                         |
        | no response          | is at our commit      | accepted                                    |
        | no response          | is at another commit  | unknown: our commit can be below it         |
        | no response          | has not moved         | unknown, the server can still be at work;   |
        |                      |                       | error if it named a lasting cause           |
        | busy, mirror broken  | not asked             | overtaken: try again                        |

        The last three rows also raise an error if the branch has not moved over MAX_UNCHANGED pushes.
        """
        with self._consequence.explaining(snapshot.commit):
            outcome = self._outcome(report, snapshot, commit)
        self._consequence.record(outcome, snapshot.commit)
        return outcome

    def _outcome(self, report: PushReport, snapshot: Snapshot, commit: str) -> PushOutcome:
        messages = self._messages(snapshot)
        match report.status:
            case PushStatus.ACCEPTED:
                return PushOutcome.ACCEPTED
            case PushStatus.OVERTAKEN:
                return PushOutcome.OVERTAKEN
            case PushStatus.REFUSED:
                raise messages.refused(report)
            case PushStatus.NOT_SENT if report.failed is not None:
                raise messages.not_sent(report, report.failed)
            case PushStatus.REJECTED:
                if self._has_moved(snapshot):
                    return PushOutcome.OVERTAKEN
                raise messages.refused(report)
            case PushStatus.NO_RESPONSE:
                return self._look_up(report, snapshot, commit, messages)
        self._count_unchanged(report, snapshot, messages)
        return PushOutcome.OVERTAKEN

    def _look_up(self, report: PushReport, snapshot: Snapshot, commit: str, messages: PushMessages) -> PushOutcome:
        """Return what the branch shows about a push without a response."""
        tip = self._wait_for_move(report, snapshot, messages)
        if tip == commit:
            return PushOutcome.ACCEPTED
        if tip == snapshot.commit:
            if messages.has_lasting_cause(report):
                raise messages.refused(report)
            self._consequence.record(PushOutcome.UNKNOWN, snapshot.commit)
            self._count_unchanged(report, snapshot, self._messages(snapshot))
        return PushOutcome.UNKNOWN

    def _messages(self, snapshot: Snapshot) -> PushMessages:
        purpose = self._consequence.purpose(snapshot.commit)
        return PushMessages(self._remote.where, snapshot.branch, purpose, self._remote.secrets)

    def _count_unchanged(self, report: PushReport, snapshot: Snapshot, messages: PushMessages) -> None:
        self._unchanged_count = self._unchanged_count + 1 if self._unchanged_commit == snapshot.commit else 1
        self._unchanged_commit = snapshot.commit
        if self._unchanged_count >= MAX_UNCHANGED:
            raise messages.stuck(report, self._unchanged_count)

    def _wait_for_move(self, report: PushReport, snapshot: Snapshot, messages: PushMessages) -> str:
        """Return the commit of the branch once it is another than the snapshot's, or when the server had its time.

        Raises RepositoryError if the server cannot be read until then.
        """
        deadline = time.monotonic() + (LONGEST_WAIT_IF_SLOW if report.timed_out else LONGEST_WAIT)
        pause = FIRST_PAUSE
        while True:
            unreadable: RepositoryError | None = None
            try:
                tip = self._tip(snapshot.branch)
            except RepositoryError as error:
                unreadable = error
            else:
                if tip != snapshot.commit:
                    return tip
            if time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
            pause *= 2
        if unreadable is not None:
            raise messages.unknown(report, unreadable)
        return snapshot.commit

    def _has_moved(self, snapshot: Snapshot) -> bool:
        try:
            return self._tip(snapshot.branch) != snapshot.commit
        except RepositoryError:
            return False

    def _tip(self, branch: str) -> str:
        request = self._remote.request_tip(branch)
        try:
            return request.tip().commit
        finally:
            request.cancel()

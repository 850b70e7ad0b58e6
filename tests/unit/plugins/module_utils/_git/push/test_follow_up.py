# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what git reported about a push, and where the branch is afterwards, to the outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.snapshot import Snapshot
from ansible_collections.poolboy.concourse.plugins.module_utils._core.push.store import PushOutcome
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.command import GitFailed, GitTimedOut
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push import follow_up
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.consequence import PushConsequence
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.follow_up import PushFollowUp
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.report import PushReport, PushStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.remote import Remote
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.tip import Tip
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.lock_commits import RELEASES

BASE, OURS, OTHER = "base", "ours", "other"
SNAPSHOT = Snapshot(BASE, "main", (), ())
BROKEN_OFF = GitFailed("push", 128, "fatal: the remote end hung up unexpectedly")
READ_ONLY = GitFailed("push", 128, "fatal: the remote end hung up; error: 403")


@dataclass
class Branch:
    """A remote whose branch is at these commits, one for each request, then at the last; None cannot be read."""

    commits: list[str | None]
    where: str = "https://example.com/locks.git"
    secrets: tuple[str, ...] = ()
    requests: int = 0

    def request_tip(self, branch: str) -> Branch:
        self.requests += 1
        return self

    def tip(self) -> Tip:
        commit = self.commits.pop(0) if len(self.commits) > 1 else self.commits[0]
        if commit is None:
            raise RepositoryError("The server cannot be reached.")
        return Tip("main", commit)

    def cancel(self) -> None:
        pass


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(follow_up, "time", clock)
    return clock


UNKNOWN = "It is not known whether the locks were released"


def outcomes(*pushes: PushStatus, base: str = BASE, failed: GitFailed = BROKEN_OFF) -> list[PushOutcome]:
    """The outcomes of several pushes; the branch stays at `BASE`, the last push is on top of `base`."""
    follow = PushFollowUp(t.cast(Remote, Branch([BASE])), PushConsequence(RELEASES))
    bases = [*[BASE] * (len(pushes) - 1), base]
    return [
        follow.outcome(PushReport(status, "", failed), Snapshot(at, "main", (), ()), OURS)
        for status, at in zip(pushes, bases, strict=True)
    ]


def outcome(status: PushStatus, branch: Branch, failed: GitFailed = BROKEN_OFF, times: int = 1) -> PushOutcome:
    """The outcome of the last of several pushes."""
    pushes = PushFollowUp(t.cast(Remote, branch), PushConsequence(RELEASES))
    report = PushReport(status, "", failed)
    return [pushes.outcome(report, SNAPSHOT, OURS) for _push in range(times)][-1]


@pytest.mark.parametrize(
    ("status", "tips", "expected", "requests"),
    [
        (PushStatus.ACCEPTED, [OURS], PushOutcome.ACCEPTED, 0),
        (PushStatus.OVERTAKEN, [OTHER], PushOutcome.OVERTAKEN, 0),
        (PushStatus.BUSY, [BASE], PushOutcome.OVERTAKEN, 0),
        (PushStatus.MIRROR_BROKEN, [BASE], PushOutcome.OVERTAKEN, 0),
        (PushStatus.REJECTED, [OTHER], PushOutcome.OVERTAKEN, 1),
        (PushStatus.NO_RESPONSE, [OURS], PushOutcome.ACCEPTED, 1),
        (PushStatus.NO_RESPONSE, [BASE, None, OURS], PushOutcome.ACCEPTED, 3),
        (PushStatus.NO_RESPONSE, [OTHER], PushOutcome.UNKNOWN, 1),
        (PushStatus.NO_RESPONSE, [None, BASE], PushOutcome.UNKNOWN, 5),
    ],
)
def test_outcome(status: PushStatus, tips: list[str | None], expected: PushOutcome, requests: int) -> None:
    branch = Branch(tips)
    assert outcome(status, branch) is expected
    assert branch.requests == requests


@pytest.mark.parametrize(
    ("status", "tips", "failed", "message"),
    [
        (PushStatus.REFUSED, [BASE], BROKEN_OFF, "refuses the push to branch main, so nothing was released"),
        (PushStatus.NOT_SENT, [BASE], BROKEN_OFF, "The connection to .* was lost"),
        (PushStatus.REJECTED, [BASE], BROKEN_OFF, "refuses the push"),
        (PushStatus.REJECTED, [None], BROKEN_OFF, "refuses the push"),
        (PushStatus.NO_RESPONSE, [BASE], READ_ONLY, "may read but not push"),
        (PushStatus.NO_RESPONSE, [None], BROKEN_OFF, "It is not known whether the locks were released"),
    ],
)
def test_error(status: PushStatus, tips: list[str | None], failed: GitFailed, message: str) -> None:
    with pytest.raises(RepositoryError, match=message):
        outcome(status, Branch(tips), failed)


@pytest.mark.parametrize("status", [PushStatus.BUSY, PushStatus.MIRROR_BROKEN, PushStatus.NO_RESPONSE])
def test_a_branch_that_does_not_move_over_three_pushes_is_an_error(status: PushStatus) -> None:
    outcome(status, Branch([BASE]), times=2)
    with pytest.raises(RepositoryError, match="failed 3 times in a row"):
        outcome(status, Branch([BASE]), times=3)


@pytest.mark.parametrize(
    ("failed", "longest"),
    [(BROKEN_OFF, follow_up.LONGEST_WAIT), (GitTimedOut("push", 60, ""), follow_up.LONGEST_WAIT_IF_SLOW)],
)
def test_a_slow_server_gets_more_time(clock: Clock, failed: GitFailed, longest: float) -> None:
    outcome(PushStatus.NO_RESPONSE, Branch([BASE]), failed)
    assert clock.pauses[:3] == [0.5, 1.0, 2.0]
    assert longest / 2 < clock.now <= longest


@pytest.mark.parametrize("status", [PushStatus.REFUSED, PushStatus.REJECTED, PushStatus.NOT_SENT])
def test_an_error_after_a_lost_response_does_not_say_that_nothing_was_released(status: PushStatus) -> None:
    with pytest.raises(RepositoryError, match=UNKNOWN) as failure:
        outcomes(PushStatus.NO_RESPONSE, status)
    message = str(failure.value)
    assert "nothing was released" not in message
    assert message.count("not known") == 1
    assert "\n" not in message


@pytest.mark.parametrize("before", [PushStatus.BUSY, PushStatus.NO_RESPONSE])
def test_a_last_push_without_a_response_is_not_called_nothing(before: PushStatus) -> None:
    with pytest.raises(RepositoryError, match=rf"^{UNKNOWN}: .* failed 3 times in a row") as failure:
        outcomes(before, before, PushStatus.NO_RESPONSE)
    assert "nothing was released" not in str(failure.value)


def test_a_lost_response_does_not_matter_any_more_once_the_branch_has_moved() -> None:
    with pytest.raises(RepositoryError, match="refuses the push to branch main, so nothing was released"):
        outcomes(PushStatus.NO_RESPONSE, PushStatus.REFUSED, base=OTHER)


@pytest.mark.parametrize("status", [PushStatus.REFUSED, PushStatus.REJECTED])
def test_an_error_after_an_accepted_push_does_not_say_that_nothing_was_released(status: PushStatus) -> None:
    with pytest.raises(RepositoryError, match="so no further lock was released"):
        outcomes(PushStatus.NO_RESPONSE, PushStatus.ACCEPTED, status)

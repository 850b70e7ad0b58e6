# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git says became of a push."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from ..process.command import GitFailed, GitTimedOut


class ReportedOutcome(enum.Enum):
    """What can become of a push.

    OVERTAKEN: the branch is no longer where it was. LOCKED: the server could not change it at this moment. REFUSED: the
    server never will. DOUBTFUL: it did not, for a reason of its own. UNSENT: the server was never given the commits.
    SPOILED: our mirror lacks what was to be sent. LOST: the server may have done it.
    """

    ACCEPTED = enum.auto()
    OVERTAKEN = enum.auto()
    LOCKED = enum.auto()
    REFUSED = enum.auto()
    DOUBTFUL = enum.auto()
    UNSENT = enum.auto()
    SPOILED = enum.auto()
    LOST = enum.auto()


@dataclass(frozen=True, slots=True)
class PushReport:
    """The outcome, the server's reason, and how git ended if it ended badly."""

    outcome: ReportedOutcome
    reason: str = ""
    failed: GitFailed | None = None

    @property
    def stderr(self) -> str:
        return self.failed.stderr if self.failed else ""

    @property
    def timed_out(self) -> bool:
        return isinstance(self.failed, GitTimedOut)


# Whatever the server's reason is called, these words in it or in what its programs say mean that waiting mends nothing.
_FOR_GOOD = re.compile(
    r"hook declined|aborted by|protected branch|checked out|unpacker error|shallow update|No space left|[Qq]uota"
    r"|[Rr]ead-only|[Pp]ermission|[Dd]enied|[Dd]enying|[Nn]ot allowed|[Pp]rohibited|[Ff]orbidden|[Nn]ot permitted"
)
# What servers say when two pushes meet (git's refs/files-backend.c and builtin/receive-pack.c, JGit's ReceiveCommand).
_AT_THIS_MOMENT = re.compile(
    r"\block|LOCK|failed to update ref|but expected|old value|non-fast-forward|fetch first|stale|already exists"
)
# Only what git prints before it sends anything: connect.c and remote-curl.c, at the server's list of references.
_BEFORE_SENDING = re.compile(
    r"Could not read from remote repository|upon initial contact|unable to access '|unable to connect to"
    r"|unable to look up|access denied or repository not exported|service not enabled|Authentication failed for"
    r"|could not read (?:Username|Password)|not valid: is this a git repository|invalid server response"
    r"|git-http-push|does not appear to be a git repository|dubious ownership|transport '.*' not allowed"
    r"|remote helper for|cannot run ssh|receiving end does not support"
)
_OUR_OBJECTS = re.compile(
    r"^(?!remote: ).*(?:pack-objects died|bad object|does not match any|src refspec|not a git repository"
    r"|unable to read (?:tree|[0-9a-f]{40})|[Cc]ould not read [0-9a-f]{40}|object file .* is empty|is corrupt"
    r"|missing (?:tree|commit|object)|cannot be accessed|bad (?:tree|shallow))",
    re.MULTILINE,
)
_REMOTE = "remote: "
_REASON = re.compile(r"\[(?P<kind>[a-z ]+)\](?: \((?P<reason>.*)\))?", re.DOTALL)


def read_report(printed: bytes, reference: str, failed: GitFailed | None) -> PushReport:
    """Read what `git push --porcelain` printed: a flag, tab, source:reference, tab, summary (git-push(1))."""
    for line in printed.decode("utf-8", "surrogateescape").split("\n"):
        flag, _tab, rest = line.partition("\t")
        references, _tab, summary = rest.partition("\t")
        if references.partition(":")[2] == reference:
            if flag in (" ", "="):
                return PushReport(ReportedOutcome.ACCEPTED)
            found = _REASON.match(summary)
            kind, reason = (found["kind"], found["reason"] or "") if found else ("", summary)
            return PushReport(_rejection(kind, reason, failed.stderr if failed else ""), reason, failed)
    return PushReport(_breakdown(failed), "", failed)


def remote_lines(stderr: str) -> list[str]:
    """What the server and its hooks printed (sideband.c)."""
    return [line.removeprefix(_REMOTE).strip() for line in stderr.splitlines() if line.startswith(_REMOTE)]


def _rejection(kind: str, reason: str, stderr: str) -> ReportedOutcome:
    if kind == "rejected":  # by our git, as the server's branch is another one
        return ReportedOutcome.OVERTAKEN
    if kind != "remote rejected":
        return ReportedOutcome.LOST
    if _OUR_OBJECTS.search(stderr):
        return ReportedOutcome.SPOILED
    # Not git's other lines, in which the address stands.
    words = "\n".join([reason, *remote_lines(stderr)])
    if _FOR_GOOD.search(words):
        return ReportedOutcome.REFUSED
    return ReportedOutcome.LOCKED if _AT_THIS_MOMENT.search(words) else ReportedOutcome.DOUBTFUL


def _breakdown(failed: GitFailed | None) -> ReportedOutcome:
    """The outcome when git says nothing of the reference."""
    if failed is None or isinstance(failed, GitTimedOut):
        return ReportedOutcome.LOST
    if _BEFORE_SENDING.search(failed.stderr):
        return ReportedOutcome.UNSENT
    return ReportedOutcome.SPOILED if _OUR_OBJECTS.search(failed.stderr) else ReportedOutcome.LOST

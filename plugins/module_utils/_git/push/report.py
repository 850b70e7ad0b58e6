# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the result of a push from the output of git."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from ..process.command import GitFailed, GitProcess, GitTimedOut
from ..remote.tip import HEADS


class PushStatus(enum.Enum):
    """The result of a push, as git reports it."""

    ACCEPTED = enum.auto()
    OVERTAKEN = enum.auto()  # the branch is no longer at the expected commit
    BUSY = enum.auto()  # the server cannot update the branch at this moment
    REFUSED = enum.auto()  # the server will never accept the push
    REJECTED = enum.auto()  # the server did not accept the push, for a reason that we do not know
    NOT_SENT = enum.auto()  # git failed before it sent the commits
    MIRROR_BROKEN = enum.auto()  # our mirror lacks objects that git has to send
    NO_RESPONSE = enum.auto()  # the server may have accepted the push


@dataclass(frozen=True, slots=True)
class PushReport:
    """The status, the server's reason, and the error of git if it failed."""

    status: PushStatus
    reason: str = ""
    failed: GitFailed | None = None

    @property
    def stderr(self) -> str:
        return self.failed.stderr if self.failed else ""

    @property
    def timed_out(self) -> bool:
        return isinstance(self.failed, GitTimedOut)


# Words of the server, or of its hooks, that mean that a retry is in vain.
_LASTING_CAUSE = re.compile(
    r"declined|aborted by|invalid (?:author|committer)|not registered in your account|protected branch"
    r"|checked out|unpacker error|shallow update|No space left|[Qq]uota"
    r"|[Rr]ead-only|[Pp]ermission|[Dd]enied|[Dd]enying|[Nn]ot allowed|[Pp]rohibited|[Ff]orbidden|[Nn]ot permitted"
)
# What servers say when two pushes collide (git: refs/files-backend.c, builtin/receive-pack.c; JGit: ReceiveCommand).
_MOMENTARY_CAUSE = re.compile(
    r"\block|LOCK|failed to update ref|but expected|old value|non-fast-forward|fetch first|stale|already exists"
)
# What git prints before it sends anything, while it reads the server's references (connect.c, remote-curl.c).
_BEFORE_SENDING = re.compile(
    r"Could not read from remote repository|upon initial contact|unable to access '|unable to connect to"
    r"|unable to look up|access denied or repository not exported|service not enabled|Authentication failed for"
    r"|could not read (?:Username|Password)|not valid: is this a git repository|invalid server response"
    r"|git-http-push|does not appear to be a git repository|dubious ownership|transport '.*' not allowed"
    r"|remote helper for|cannot run ssh|receiving end does not support"
)
_MISSING_OBJECTS = re.compile(
    r"^(?!remote: ).*(?:pack-objects died|bad object|does not match any|src refspec|not a git repository"
    r"|unable to read (?:tree|[0-9a-f]{40})|[Cc]ould not read [0-9a-f]{40}|object file .* is empty|is corrupt"
    r"|missing (?:tree|commit|object)|cannot be accessed|bad (?:tree|shallow))",
    re.MULTILINE,
)
_REMOTE = "remote: "
_REASON = re.compile(r"\[(?P<kind>[a-z ]+)\](?: \((?P<reason>.*)\))?", re.DOTALL)


def wait_for_report(process: GitProcess, branch: str) -> PushReport:
    """Wait for a push to end and return its report."""
    printed = bytearray()
    failed = None
    try:
        for chunk in process.chunks():
            printed += chunk
    except GitFailed as error:
        failed = error
    return read_report(bytes(printed), f"{HEADS}{branch}", failed)


def read_report(printed: bytes, reference: str, failed: GitFailed | None) -> PushReport:
    """Return the report of a push to a reference from what `git push --porcelain` printed (git-push(1)).

    A line is a flag, tab, source:reference, tab, summary. GitPython's PushInfo fails to read a push of a
    commit that no reference names.
    """
    for line in printed.decode("utf-8", "surrogateescape").split("\n"):
        flag, _tab, rest = line.partition("\t")
        references, _tab, summary = rest.partition("\t")
        if references.partition(":")[2] == reference:
            if flag in (" ", "="):
                return PushReport(PushStatus.ACCEPTED)
            found = _REASON.match(summary)
            kind, reason = (found["kind"], found["reason"] or "") if found else ("", summary)
            return PushReport(_rejection_status(kind, reason, failed.stderr if failed else ""), reason, failed)
    return PushReport(_failure_status(failed), "", failed)


def remote_lines(stderr: str) -> list[str]:
    """Return the lines that the server and its hooks printed (sideband.c)."""
    return [line.removeprefix(_REMOTE).strip() for line in stderr.splitlines() if line.startswith(_REMOTE)]


def _rejection_status(kind: str, reason: str, stderr: str) -> PushStatus:
    if kind == "rejected":  # by our git: the server's branch has moved
        return PushStatus.OVERTAKEN
    if kind != "remote rejected":
        return PushStatus.NO_RESPONSE
    if _MISSING_OBJECTS.search(stderr):
        return PushStatus.MIRROR_BROKEN
    # Not git's other lines: they contain the address.
    words = "\n".join([reason, *remote_lines(stderr)])
    if _LASTING_CAUSE.search(words):
        return PushStatus.REFUSED
    return PushStatus.BUSY if _MOMENTARY_CAUSE.search(words) else PushStatus.REJECTED


def _failure_status(failed: GitFailed | None) -> PushStatus:
    """Return the status if git printed no line about the reference."""
    if failed is None or isinstance(failed, GitTimedOut):
        return PushStatus.NO_RESPONSE
    if _BEFORE_SENDING.search(failed.stderr):
        return PushStatus.NOT_SENT
    return PushStatus.MIRROR_BROKEN if _MISSING_OBJECTS.search(failed.stderr) else PushStatus.NO_RESPONSE

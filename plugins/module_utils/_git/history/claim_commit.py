# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claim in a commit object."""

from __future__ import annotations

from ..._core.claim.claim import Claim
from ..objects.errors import BrokenHistory
from .model import LoggedCommit

# Bytes read of a commit, and kept of its message: a claim has two lines, a hostile commit can have any length.
LONGEST_COMMIT = 1 << 22
LONGEST_MESSAGE = 1 << 14
_LONGEST_NAME = 200

_LATEST = 253402300799  # the end of the year 9999, the last one of datetime
_LONGEST_NUMBER = 15  # digits of a time; a longer number is slow to read


def read_claim(commit: LoggedCommit, content: bytes, *, alone: bool) -> Claim:
    """Return the claim in the object of a commit: headers, an empty line, the message.

    Text has the encoding in the headers, else UTF-8 with surrogate escapes. Raises BrokenHistory if the log shows other
    parents: at the boundary of the fetched history git shows commits without parents.
    """
    head, _separator, message = content.partition(b"\n\n")
    headers = [line.partition(b" ")[::2] for line in head.split(b"\n")]
    parents = tuple(value.decode("ascii", "replace") for key, value in headers if key == b"parent")
    if parents != commit.parents:
        raise BrokenHistory(f"commit {commit.name} has other parents than in the log")
    first = dict(reversed(headers))
    encoding = first.get(b"encoding", b"").decode("ascii", "replace")
    author, authored_at = _person(_text(first.get(b"author", b""), encoding))
    _committer, committed_at = _person(_text(first.get(b"committer", b""), encoding))
    text = _text(message[:LONGEST_MESSAGE], encoding)
    return Claim(commit.name, committed_at, author, text, alone, authored_at=authored_at)


def _person(text: str) -> tuple[str, int]:
    """Return the name or mail address, and the time in seconds since 1970, UTC; 0 for an invalid time, as in git."""
    person, _end, date = text.rpartition(">")
    name, _begin, mail = person.partition("<")
    time = (date.split() or [""])[0]
    is_time = time.isascii() and time.isdigit() and len(time) <= _LONGEST_NUMBER
    return (name.strip() or mail.strip() or "nobody")[:_LONGEST_NAME], min(int(time), _LATEST) if is_time else 0


def _text(content: bytes, encoding: str) -> str:
    if encoding:
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):  # an unknown or a wrong encoding
            pass
    return content.decode("utf-8", "surrogateescape")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a commit object to the claim that it makes."""

from __future__ import annotations

from ..._core.claim.claim import Claim
from ..objects.errors import BrokenHistory
from .model import LoggedCommit

# Bytes that are read of a commit, and kept of its message: claims are two lines, a hostile one is as long as it likes.
LONGEST_COMMIT = 1 << 22
LONGEST_MESSAGE = 1 << 14
_LONGEST_NAME = 200

_LATEST = 253402300799  # the end of the year 9999, the last that calendars here know
_LONGEST_NUMBER = 15  # digits: more are no time, and slow to read


def read_claim(commit: LoggedCommit, content: bytes, *, alone: bool) -> Claim:
    """Read the object of a commit: headers, an empty line, the message.

    The text is in the encoding that the commit names, else UTF-8 with surrogate escapes. Raises BrokenHistory if the
    object has other parents than the log gave: at the end of what was fetched git shows commits as if they had none.
    """
    head, _separator, message = content.partition(b"\n\n")
    headers = [line.partition(b" ")[::2] for line in head.split(b"\n")]
    parents = tuple(value.decode("ascii", "replace") for key, value in headers if key == b"parent")
    if parents != commit.parents:
        raise BrokenHistory(f"commit {commit.name} has other parents than in the log")
    first = dict(reversed(headers))
    encoding = first.get(b"encoding", b"").decode("ascii", "replace")
    author, _authored_at = _person(_text(first.get(b"author", b""), encoding))
    _committer, committed_at = _person(_text(first.get(b"committer", b""), encoding))
    return Claim(commit.name, committed_at, author, _text(message[:LONGEST_MESSAGE], encoding), alone)


def _person(text: str) -> tuple[str, int]:
    """The name, else the mail address, and the time in seconds since 1970, UTC; what is no time is 0, as for git."""
    person, _end, date = text.rpartition(">")
    name, _begin, mail = person.partition("<")
    time = (date.split() or [""])[0]
    is_time = time.isascii() and time.isdigit() and len(time) <= _LONGEST_NUMBER
    return (name.strip() or mail.strip() or "nobody")[:_LONGEST_NAME], min(int(time), _LATEST) if is_time else 0


def _text(content: bytes, encoding: str) -> str:
    if encoding:
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):  # no such encoding, or a lie
            pass
    return content.decode("utf-8", "surrogateescape")

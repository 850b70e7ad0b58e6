# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claim in a commit object, and the times of the commits before it."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from ..._core.claim.claim import Claim
from ..._core.shared.times import latest_time
from ..objects.errors import BrokenHistory
from ..objects.object_reader import ObjectReader
from .model import LoggedCommit

# Bytes read of a commit, and kept of its message: a claim has two lines, a hostile commit can have any length.
LONGEST_COMMIT = 1 << 22
LONGEST_MESSAGE = 1 << 14
_LONGEST_NAME = 200

_LATEST = 253402300799  # the end of the year 9999, the last one of datetime
_LONGEST_NUMBER = 15  # digits of a time; a longer number is slow to read

_MOST_BEFORE = 8  # commits read before a commit, as far as one clock can have dated them all


def read_claim(commit: LoggedCommit, content: bytes, *, alone: bool) -> Claim:
    """Return the claim in the object of a commit: headers, an empty line, the message.

    Text has the encoding in the headers, else UTF-8 with surrogate escapes. Raises BrokenHistory if the log shows other
    parents: at the boundary of the fetched history git shows commits without parents.
    """
    head, _separator, message = content.partition(b"\n\n")
    first, parents = _headers(head)
    if parents != commit.parents:
        raise BrokenHistory(f"commit {commit.name} has other parents than in the log")
    encoding = first.get(b"encoding", b"").decode("ascii", "replace")
    author, authored_at = _person(_text(first.get(b"author", b""), encoding))
    _committer, committed_at = _person(_text(first.get(b"committer", b""), encoding))
    text = _text(message[:LONGEST_MESSAGE], encoding)
    return Claim(commit.name, committed_at, author, text, alone, authored_at=authored_at)


class _DatedCommit(NamedTuple):
    committer: bytes
    time: int
    parents: tuple[str, ...]


class TimesBefore:
    """The times of the commits before a commit, which is later than all of them, whatever its own clock says.

    The commits of one committer can all have been dated by the same clock, so those before them are read, too.
    """

    def __init__(self, objects: ObjectReader, boundary: Container[str]) -> None:
        self._objects = objects
        self._boundary = boundary
        self._read: dict[str, _DatedCommit] = {}

    def latest(self, name: str) -> int | None:
        """Return the latest time (seconds since 1970, UTC), None for a root. Raises MissingObject, GitFailed."""
        first = self._dated(name)
        before = list(first.parents)
        for parent in before:
            dated = self._dated(parent)
            if dated.committer == first.committer and parent not in self._boundary:
                before += [one for one in dated.parents if one not in before][: _MOST_BEFORE - len(before)]
        return latest_time(self._dated(one).time for one in before)

    def _dated(self, name: str) -> _DatedCommit:
        if (known := self._read.get(name)) is None:
            content = self._objects.read(name, "commit", limit=LONGEST_COMMIT)
            first, parents = _headers(content.partition(b"\n\n")[0])
            committer, _end, _date = first.get(b"committer", b"").rpartition(b">")
            _name, time = _person(_text(first.get(b"committer", b""), ""))
            known = self._read[name] = _DatedCommit(committer, time, parents)
        return known


def _headers(head: bytes) -> tuple[dict[bytes, bytes], tuple[str, ...]]:
    """Return the first header of each kind, and the parents."""
    headers = [line.partition(b" ")[::2] for line in head.split(b"\n")]
    parents = tuple(value.decode("ascii", "replace") for key, value in headers if key == b"parent")
    return dict(reversed(headers)), parents


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

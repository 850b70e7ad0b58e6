# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of `git fast-import`: commits on top of another one."""

from __future__ import annotations

from collections.abc import Iterable

from ..access.author import Author
from .planned_commits import FileChange, FileRemoved, FileRestored, FileWritten, PlannedCommit

# fast-import needs a branch to write to; the last command resets it, so that no reference is written.
_BRANCH = b"refs/poolboy/releases"


def import_stream(parent: str, commits: Iterable[PlannedCommit], author: Author, date: int) -> bytes:
    """Return the commands of git-fast-import(1) that write the commits and print the name of the last one.

    `date` is in seconds since 1970, UTC.
    """
    person = f"{author.name} <{author.mail}> {date} +0000".encode("utf-8", "surrogateescape")
    parent_line = b"from %s\n" % parent.encode()
    parts = []
    for commit in commits:
        message = commit.message.encode("utf-8", "surrogateescape")
        parts.append(
            b"commit %s\nmark :1\nauthor %s\ncommitter %s\n%s%s"
            % (_BRANCH, person, person, _data(message), parent_line)
        )
        parts.extend(map(_change, commit.changes))
        parent_line = b""  # by default, the parent is the commit before
    return b"".join([*parts, b"get-mark :1\n", b"reset %s\n\n" % _BRANCH])


def quoted(path: bytes) -> bytes:
    """Return a path in C-style quotes, in which only these three bytes are escaped."""
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _change(change: FileChange) -> bytes:
    if isinstance(change, FileWritten):
        return b"M %s inline %s\n%s" % (change.mode, quoted(change.path), _data(change.content))
    if isinstance(change, FileRestored):
        return b"M %s %s %s\n" % (change.mode, change.blob.encode(), quoted(change.path))
    if isinstance(change, FileRemoved):
        return b"D %s\n" % quoted(change.path)
    return b"R %s %s\n" % (quoted(change.source), quoted(change.target))


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)

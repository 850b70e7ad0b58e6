# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `git fast-import` reads: commits on top of another one."""

from __future__ import annotations

from collections.abc import Iterable

from ..access.author import Author
from .planned_commits import FileMoved, FileWritten, PlannedCommit

# A name that fast-import needs while it works; the last command makes it forget it, so that no reference is written.
_BRANCH = b"refs/poolboy/releases"


def import_stream(parent: str, commits: Iterable[PlannedCommit], author: Author, at: int) -> bytes:
    """Return the commands that write the commits, dated `at` (seconds since 1970, UTC), and print the last one's name.

    The language is that of git-fast-import(1). A file moves as it is, with its content and its mode.
    """
    person = f"{author.name} <{author.mail}> {at} +0000".encode("utf-8", "surrogateescape")
    start = b"from %s\n" % parent.encode()
    parts = []
    for commit in commits:
        message = commit.message.encode("utf-8", "surrogateescape")
        parts.append(
            b"commit %s\nmark :1\nauthor %s\ncommitter %s\n%s%s" % (_BRANCH, person, person, _data(message), start)
        )
        parts.extend(map(_change, commit.changes))
        start = b""  # from here on, the commit before
    return b"".join([*parts, b"get-mark :1\n", b"reset %s\n\n" % _BRANCH])


def quoted(path: bytes) -> bytes:
    """A path in C-style quotes, which let any byte stand for itself but these three."""
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _change(change: FileMoved | FileWritten) -> bytes:
    if isinstance(change, FileWritten):
        return b"M 100644 inline %s\n%s" % (quoted(change.path), _data(change.content))
    return b"R %s %s\n" % (quoted(change.source), quoted(change.target))


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)

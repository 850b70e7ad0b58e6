# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of `git fast-import`: commits and file changes as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .entries import Entry, Existing, File, Folder, Submodule, Symlink, Text, to_bytes


@dataclass(frozen=True)
class Person:
    """The author or committer of a commit."""

    name: Text
    mail: Text

    def at(self, seconds: int) -> bytes:
        """Return the person's line with a time in seconds since the epoch."""
        return b"%s <%s> %d +0000" % (to_bytes(self.name), to_bytes(self.mail), seconds)


RESOURCE = Person("git", "git@localhost")  # the pool resource since 2023-02
OLD_RESOURCE = Person("CI Pool Resource", "ci-pool@localhost")  # the pool resource before


def quote(path: bytes) -> bytes:
    """Quote a path; it may contain any byte except NUL."""
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def data(content: bytes) -> bytes:
    """Return the content preceded by its length."""
    return b"data %d\n%s\n" % (len(content), content)


def header(
    branch: str,
    *,
    mark: int,
    message: Text,
    author: bytes,
    committer: bytes,
    parents: Sequence[str] = (),
) -> bytes:
    """Return a commit's header; `parents` are marks (`:1`) or commits, the first replaces the branch's tip."""
    lines = [b"commit refs/heads/%s" % branch.encode(), b"mark :%d" % mark]
    lines += [b"author %s" % author, b"committer %s" % committer, data(to_bytes(message))[:-1]]
    lines += [b"%s %s" % (b"merge" if number else b"from", parent.encode()) for number, parent in enumerate(parents)]
    return b"\n".join(lines) + b"\n"


def write(path: bytes, entry: Entry | None) -> bytes:
    """Write `entry` at `path`; None removes the path. The caller must convert a Folder to an Existing first."""
    if entry is None:
        return b"D %s\n" % quote(path)
    if isinstance(entry, Folder):
        raise TypeError("fast-import takes a folder only by its object name")
    if isinstance(entry, Existing | Submodule):
        mode, name = ("160000", entry.commit) if isinstance(entry, Submodule) else (entry.mode, entry.name)
        # the root itself is the empty path, unquoted
        return b"M %s %s %s\n" % (mode.encode(), name.encode(), quote(path) if path else b"")
    mode, content = ("120000", entry.target) if isinstance(entry, Symlink) else (_mode(entry), entry.content)
    return b"M %s inline %s\n%s" % (mode.encode(), quote(path), data(to_bytes(content)))


def rename(source: bytes, target: bytes) -> bytes:
    """Move a file or a folder."""
    return b"R %s %s\n" % (quote(source), quote(target))


def _mode(file: File) -> str:
    return "100755" if file.executable else "100644"

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands for `git fast-import`, read by a reader that follows its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._git.access.author import Author
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.import_stream import import_stream, quoted
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.planned_commits import (
    FileMoved,
    FileWritten,
    PlannedCommit,
)

PARENT = "a" * 40
AUTHOR = Author("Zoë", "zoe@example.com")
ESCAPES = {b"\\\\": b"\\", b'\\"': b'"', b"\\n": b"\n"}

paths = st.binary(min_size=1).filter(lambda path: b"\0" not in path)
messages = st.text(st.characters(exclude_characters="\0", exclude_categories=())).map(
    lambda text: text.encode("utf-8", "replace").decode()
)
changes = st.one_of(st.builds(FileMoved, paths, paths), st.builds(FileWritten, paths, st.binary()))
commits = st.builds(PlannedCommit, messages, st.lists(changes, max_size=3).map(tuple))


@dataclass
class Reader:
    """Reads commands from the start of a stream."""

    rest: bytes
    people: set[bytes] = field(default_factory=set)

    def line(self) -> bytes:
        line, newline, self.rest = self.rest.partition(b"\n")
        assert newline
        return line

    def data(self) -> bytes:
        size = int(self.line().removeprefix(b"data "))
        content, self.rest = self.rest[:size], self.rest[size:]
        assert self.line() == b""
        return content

    def commit(self, parent: bytes | None) -> PlannedCommit:
        assert self.line() == b"commit refs/poolboy/releases"
        assert self.line() == b"mark :1"
        self.people |= {self.line().removeprefix(b"author "), self.line().removeprefix(b"committer ")}
        message = self.data().decode()
        if parent is not None:
            assert self.line() == b"from " + parent
        return PlannedCommit(message, tuple(self.changes()))

    def changes(self) -> Iterator[FileMoved | FileWritten]:
        while self.rest.startswith((b"M ", b"R ")):
            change = self.line()
            if change.startswith(b"M 100644 inline "):
                yield FileWritten(unquote(change.removeprefix(b"M 100644 inline ")), self.data())
            else:
                both = re.fullmatch(rb'R ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")', change, re.DOTALL)
                assert both is not None
                yield FileMoved(unquote(both[1]), unquote(both[2]))


def unquote(path: bytes) -> bytes:
    assert path[:1] == path[-1:] == b'"'
    return re.sub(rb"\\.", lambda found: ESCAPES[found[0]], path[1:-1], flags=re.DOTALL)


@given(st.lists(commits, min_size=1, max_size=5))
def test_commits_can_be_read_back(planned: list[PlannedCommit]) -> None:
    reader = Reader(import_stream(PARENT, planned, AUTHOR, 1_700_000_000))
    found = [reader.commit(None if number else PARENT.encode()) for number in range(len(planned))]
    assert found == planned
    assert reader.rest == b"get-mark :1\nreset refs/poolboy/releases\n\n"
    assert reader.people == {"Zoë <zoe@example.com> 1700000000 +0000".encode()}


@given(paths)
def test_a_quoted_path_is_one_line_and_can_be_read_back(path: bytes) -> None:
    assert b"\n" not in quoted(path)
    assert unquote(quoted(path)) == path

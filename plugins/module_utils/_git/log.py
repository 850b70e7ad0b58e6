# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of the mirror as `git log` gives it. Private to the collection."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ansible_collections.poolboy.concourse.plugins.module_utils._git.command import GitCommand
from ansible_collections.poolboy.concourse.plugins.module_utils._git.history import BrokenHistory, LoggedCommit

_ARGUMENTS = (
    "log",
    "--format=tformat:%H %P",
    "--name-status",
    "-z",
    "--root",
    "--encoding=UTF-8",
    "--no-renames",
    "--no-diff-merges",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-decorate",
    "--no-notes",
    "--no-mailmap",
    "--ignore-submodules=none",
    f"-O{os.devnull}",  # no diff.orderFile
    "--stdin",
)


@contextlib.contextmanager
def read_log(
    git: GitCommand, repository: Path, starts: Iterable[str], *, in_order: bool
) -> Iterator[Iterator[LoggedCommit]]:
    """Give the commits that can be reached from `starts`, newest first, as they are read.

    `in_order` has git look at all of them before it gives the first, so that none comes before one of its children.
    """
    process = git.start(*_ARGUMENTS, *(["--topo-order"] if in_order else []), repository=repository, with_input=True)
    try:
        process.write("".join(f"{start}\n" for start in starts).encode())
        process.end_input()
        yield parse_log(process.chunks())
    finally:
        process.stop()


def parse_log(chunks: Iterable[bytes]) -> Iterator[LoggedCommit]:
    """Read what `git log -z --name-status` prints: commits, each followed by status and path of what it changed.

    Memory stays flat: no more than one chunk, and the claimed paths that one commit adds. Raises BrokenHistory.
    """
    header, added, status = b"", [], b""
    for token in _tokens(chunks):
        if status:
            # Of a mixed repository's first commit there may be a hundred thousand files.
            if status == b"A" and b"claimed/" in token:
                added.append(token)
            status = b""
        elif len(token) >= 40:
            if header:
                yield _commit(header, added)
            header, added = token, []
        else:
            status = token.lstrip(b"\n")
            if len(status) != 1 or not header:
                raise BrokenHistory(f"git log printed {token!r} where a commit or a status should be")
    if status:
        raise BrokenHistory("git log ended in the middle of a commit")
    if header:
        yield _commit(header, added)


def _commit(header: bytes, added: list[bytes]) -> LoggedCommit:
    name, *parents = header.decode("ascii", "replace").split()
    return LoggedCommit(name, tuple(parents), tuple(added))


def _tokens(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        tokens = (rest + chunk).split(b"\0")
        rest = tokens.pop()
        yield from tokens
    if rest:
        raise BrokenHistory("git log ended in the middle of a line")

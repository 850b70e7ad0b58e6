# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of the mirror as `git log` gives it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..._core.pool.layout import LOCK_MARKER
from ..._core.pool.tally_files import TALLY_FILE_NAMES
from ..objects.errors import BrokenHistory
from ..process.command import GitCommand
from .model import LoggedCommit

_ARGUMENTS = (
    "log",
    "--format=tformat:%H %P;%ct",
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
    f"-O{os.devnull}",  # no diff.orderFile
    "--stdin",
)

Parsed = TypeVar("Parsed")


class ChangedCommit(NamedTuple):
    """A commit with its committer time in seconds since 1970, UTC, and, unless it is a merge, what it changed of pools.

    `changes` are git's status letters and paths, of files below a claimed/ or unclaimed/ folder and of tally files.
    `is_empty` says that it changed nothing at all.
    """

    name: str
    parents: tuple[str, ...]
    time: int
    changes: tuple[tuple[bytes, bytes], ...]
    is_empty: bool = False


@contextlib.contextmanager
def read_log(
    git: GitCommand, repository: Path, starts: Iterable[str], *, in_order: bool
) -> Iterator[Iterator[LoggedCommit]]:
    """Give the commits that can be reached from `starts`, newest first, as they are read.

    `in_order` has git look at all of them before it gives the first, so that none comes before one of its children.
    """
    options = ["--ignore-submodules=none", *(["--topo-order"] if in_order else [])]
    with _log(git, repository, starts, options, parse_log) as commits:
        yield commits


@contextlib.contextmanager
def read_changes(git: GitCommand, repository: Path, tip: str) -> Iterator[Iterator[ChangedCommit]]:
    """Give the commits that can be reached from `tip`, newest first, as they are read. Submodules are no locks."""
    with _log(git, repository, [tip], ["--ignore-submodules=all"], parse_changes) as commits:
        yield commits


@contextlib.contextmanager
def _log(
    git: GitCommand,
    repository: Path,
    starts: Iterable[str],
    options: Iterable[str],
    parse: Callable[[Iterable[bytes]], Iterator[Parsed]],
) -> Iterator[Iterator[Parsed]]:
    process = git.start(*_ARGUMENTS, *options, repository=repository, with_input=True)
    try:
        process.write("".join(f"{start}\n" for start in starts).encode())
        process.end_input()
        yield parse(process.chunks())
    finally:
        process.stop()


def parse_log(chunks: Iterable[bytes]) -> Iterator[LoggedCommit]:
    """Read what `git log -z --name-status` prints: commits, and the claimed paths that each adds. Raises BrokenHistory.

    Memory stays flat: no more than one chunk, and the claimed paths that one commit adds.
    """
    for header, changes, _count in _parse(chunks, _is_addition):
        name, *parents = header.partition(b";")[0].decode("ascii", "replace").split()
        yield LoggedCommit(name, tuple(parents), tuple(path for _status, path in changes))


def parse_changes(chunks: Iterable[bytes]) -> Iterator[ChangedCommit]:
    """Read what `git log -z --name-status` prints: commits, and what each changed of pools. Raises BrokenHistory."""
    for header, changes, count in _parse(chunks, _is_pool_change):
        names, _separator, time = header.decode("ascii", "replace").partition(";")
        name, *parents = names.split()
        yield ChangedCommit(
            name,
            tuple(parents),
            int(time) if time.isdigit() else 0,
            () if len(parents) > 1 else tuple(changes),
            count == 0 and len(parents) == 1,
        )


def _is_addition(status: bytes, path: bytes) -> bool:
    return status == b"A" and LOCK_MARKER in path


def _is_pool_change(_status: bytes, path: bytes) -> bool:
    return LOCK_MARKER in path or path.endswith(TALLY_FILE_NAMES)


def _parse(
    chunks: Iterable[bytes], keep: Callable[[bytes, bytes], bool]
) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]], int]]:
    """Yield the line of each commit, status and path of what it changed and is to be kept, and how much it changed."""
    header, kept, count, status = b"", [], 0, b""
    for token in _tokens(chunks):
        if status:
            # Of a mixed repository's first commit there may be a hundred thousand files.
            if keep(status, token):
                kept.append((status, token))
            status = b""
            count += 1
        elif len(token) >= 40:
            if header:
                yield header, kept, count
            header, kept, count = token, [], 0
        else:
            status = token.lstrip(b"\n")
            if len(status) != 1 or not header:
                raise BrokenHistory(f"git log printed {token!r} where a commit or a status should be")
    if status:
        raise BrokenHistory("git log ended in the middle of a commit")
    if header:
        yield header, kept, count


def _tokens(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        tokens = (rest + chunk).split(b"\0")
        rest = tokens.pop()
        yield from tokens
    if rest:
        raise BrokenHistory("git log ended in the middle of a line")

# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of the mirror, streamed from `git log`."""

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
    """A commit with its committer time in seconds since 1970, UTC, and, unless it is a merge, its changes of pools.

    `changes` are the status letters and paths of git, of files below claimed/ or unclaimed/ and of tally files.
    `is_empty` is true for a commit without any change.
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
    """Stream the commits that can be reached from `starts`, newest first.

    With `in_order` git reads all of them before the first is shown, and none comes before one of its children.
    """
    options = ["--ignore-submodules=none", *(["--topo-order"] if in_order else [])]
    with _log(git, repository, starts, options, parse_log) as commits:
        yield commits


@contextlib.contextmanager
def read_changes(git: GitCommand, repository: Path, tip: str) -> Iterator[Iterator[ChangedCommit]]:
    """Stream the commits that can be reached from `tip`, newest first, without changes of submodules."""
    with _log(git, repository, [tip], ["--ignore-submodules=all"], parse_changes) as commits:
        yield commits


@contextlib.contextmanager
def read_first_parents(git: GitCommand, repository: Path, tip: str) -> Iterator[Iterator[ChangedCommit]]:
    """Stream the first-parent line from `tip` down; the changes of a merge are those against its first parent."""
    options = ["--ignore-submodules=none", "--first-parent", "--diff-merges=first-parent"]
    with _log(git, repository, [tip], options, parse_first_parents) as commits:
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
    """Yield the commits in the output of `git log -z --name-status`, with the claimed paths that each adds and changes.

    Not with GitPython, which starts one git for the changes of each commit. Memory is one chunk, and the paths of one
    commit. Raises BrokenHistory.
    """
    for header, changes, _count in _parse(chunks, _is_claimed_file):
        name, parents, time = _read_header(header)
        added = tuple(path for status, path in changes if status == b"A")
        yield LoggedCommit(name, parents, added, tuple(path for status, path in changes if status != b"A"), time)


def parse_changes(chunks: Iterable[bytes]) -> Iterator[ChangedCommit]:
    """Yield the commits in the output of `git log -z --name-status`, with their changes. Raises BrokenHistory."""
    for commit in parse_first_parents(chunks):
        yield commit._replace(changes=()) if len(commit.parents) > 1 else commit


def parse_first_parents(chunks: Iterable[bytes]) -> Iterator[ChangedCommit]:
    """Yield the commits as parse_changes() does, with those changes of merges that git shows. Raises BrokenHistory."""
    for header, changes, count in _parse(chunks, _is_pool_change):
        name, parents, time = _read_header(header)
        is_empty = count == 0 and len(parents) == 1
        yield ChangedCommit(name, parents, time, tuple(changes), is_empty)


def _read_header(header: bytes) -> tuple[str, tuple[str, ...], int]:
    """Return the name, the parents and the time of a commit."""
    names, _separator, time = header.decode("ascii", "replace").partition(";")
    name, *parents = names.split()
    return name, tuple(parents), int(time) if time.isdigit() else 0


def _is_claimed_file(status: bytes, path: bytes) -> bool:
    return status != b"D" and LOCK_MARKER in path


def _is_pool_change(_status: bytes, path: bytes) -> bool:
    return LOCK_MARKER in path or path.endswith(TALLY_FILE_NAMES)


def _parse(
    chunks: Iterable[bytes], keep: Callable[[bytes, bytes], bool]
) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]], int]]:
    """Yield the header of each commit, status and path of the changes to keep, and the number of all changes."""
    header, kept, count, status = b"", [], 0, b""
    for token in _tokens(chunks):
        if status:
            # The root commit of a mixed repository can add a hundred thousand files.
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
